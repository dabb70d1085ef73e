// The operations on the numbers that calls come from.
import { countryOf } from '../calls/destination.ts';
import type { HandlerPorts } from './ports.ts';
import type { Handlers } from './routes.ts';

export function numberHandlers({
  settings,
}: Pick<HandlerPorts, 'settings'>): Pick<Handlers, 'listNumbers'> {
  return {
    listNumbers: async ({ caller }) => {
      const own = settings.from_numbers[caller.mode === 'live' ? 'live' : 'simulated'];
      const numbers = own.map((phone_number) => ({
        phone_number,
        kind: settings.caller_ids.includes(phone_number)
          ? ('verified' as const)
          : ('owned' as const),
        country: countryOf(phone_number) ?? null,
      }));
      return { status: 200, body: { numbers } };
    },
  };
}
