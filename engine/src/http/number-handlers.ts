// The operations on the numbers that calls come from.
import { countryOf } from '../calls/destination.ts';
import type { NumberSettings } from '../calls/returned/ports.ts';
import { setNumber } from '../calls/returned/set-number.ts';
import type { OwnNumber } from '../contract/number.ts';
import { keyOf } from './auth.ts';
import type { HandlerPorts } from './ports.ts';
import type { Handlers } from './routes.ts';

export function numberHandlers({
  settings,
  returned,
}: Pick<HandlerPorts, 'settings' | 'returned'>): Pick<Handlers, 'listNumbers' | 'updateNumber'> {
  const view = (phone_number: string, told: NumberSettings): OwnNumber => ({
    phone_number,
    kind: settings.caller_ids.includes(phone_number) ? 'verified' : 'owned',
    country: countryOf(phone_number) ?? null,
    ...told,
  });
  return {
    async listNumbers({ caller }) {
      const network = caller.mode === 'live' ? 'live' : 'simulated';
      const { numberBook, database } = returned;
      const numbers = await Promise.all(
        settings.from_numbers[network].map(async (number) =>
          view(number, await numberBook.find(database, network, number)),
        ),
      );
      return { status: 200, body: { numbers } };
    },
    async updateNumber({ params, body, caller }) {
      const done = await setNumber(params.phone_number, body, keyOf(caller), returned);
      return done.ok
        ? { status: 200, body: view(params.phone_number, done.value) }
        : { problem: done.failure };
    },
  };
}
