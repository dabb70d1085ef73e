// The operations on the operator's own phones.
import { addOwnPhone, verifyOwnPhone } from '../calls/own-phones.ts';
import type { OwnPhoneRecord } from '../calls/ports.ts';
import type { OwnPhone } from '../contract/own-phone.ts';
import { keyOf } from './auth.ts';
import type { HandlerPorts } from './ports.ts';
import type { Handlers } from './routes.ts';

type OwnPhoneHandlers = Pick<
  Handlers,
  'addOwnPhone' | 'listOwnPhones' | 'verifyOwnPhone' | 'removeOwnPhone'
>;

export function ownPhoneHandlers({ place, settings }: HandlerPorts): OwnPhoneHandlers {
  return {
    async addOwnPhone({ body, caller }) {
      if (!settings.modes_ready[caller.mode]) return { problem: { code: 'live_mode_not_ready' } };
      const added = await addOwnPhone(body, keyOf(caller), place);
      return added.ok ? { status: 201, body: viewPhone(added.value) } : { problem: added.failure };
    },
    listOwnPhones: async () => ({
      status: 200,
      body: { own_phones: (await place.ownPhones.list()).map(viewPhone) },
    }),
    async verifyOwnPhone({ params, body }) {
      const verified = await verifyOwnPhone(params.id, body.code, place);
      return verified.ok
        ? { status: 200, body: viewPhone(verified.value) }
        : { problem: verified.failure };
    },
    removeOwnPhone: async ({ params }) =>
      (await place.ownPhones.remove(params.id))
        ? { status: 204 }
        : { problem: { code: 'not_found' } },
  };
}

const viewPhone = (phone: OwnPhoneRecord): OwnPhone => ({
  ...phone,
  verified_at: iso(phone.verified_at),
  code_expires_at: iso(phone.code_expires_at),
  created_at: new Date(phone.created_at).toISOString(),
});

const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());
