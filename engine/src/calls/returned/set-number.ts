// Says what happens when somebody calls a number of ours.
import type { UpdateNumber } from '../../contract/number.ts';
import type { ProblemFailure } from '../../contract/problem.ts';
import type { Mode, Network } from '../../contract/vocabulary.ts';
import type { Database } from '../../lib/database.ts';
import { fail, ok, type Result } from '../../lib/result.ts';
import type { Audit } from '../../privacy/ports.ts';
import { type ForwardPorts, forwardRefusal } from './forward.ts';
import type { NumberBook, NumberSettings } from './ports.ts';

export interface SetNumberPorts extends ForwardPorts {
  database: Database;
  numberBook: NumberBook;
  audit: Audit;
}

/** Returns the settings as they are now. A number to forward to is judged like every number that is dialed. */
export async function setNumber(
  phoneNumber: string,
  change: UpdateNumber,
  key: { id: string; mode: Mode },
  ports: SetNumberPorts,
): Promise<Result<NumberSettings, ProblemFailure>> {
  const { database, numberBook, settings, clock, audit } = ports;
  const network: Network = key.mode === 'live' ? 'live' : 'simulated';
  if (!settings.from_numbers[network].includes(phoneNumber)) return fail({ code: 'not_found' });
  const { forward_to } = change;
  const refusal =
    forward_to && (await forwardRefusal(database, { network, to: forward_to }, ports));
  if (refusal) return fail(asMistake(refusal));
  return database.transaction(async (tx) => {
    const before = await numberBook.find(tx, network, phoneNumber);
    const after: NumberSettings = {
      on_returned_call: change.on_returned_call ?? before.on_returned_call,
      forward_to: forward_to === undefined ? before.forward_to : forward_to,
    };
    if (after.on_returned_call === 'forward' && after.forward_to === null)
      return fail(FORWARD_WHERE);
    await numberBook.set(tx, { network, phone_number: phoneNumber, now: clock.now(), ...after });
    await audit.record(tx, {
      ...{ actor: key.id, mode: key.mode, action: 'number.changed', object: null },
      detail: {
        number: `…${phoneNumber.slice(-4)}`,
        on_returned_call: after.on_returned_call,
        forward_to: after.forward_to && `…${after.forward_to.slice(-4)}`,
      },
    });
    return ok(after);
  });
}

const FORWARD_WHERE: ProblemFailure = {
  code: 'invalid_request',
  errors: [
    { pointer: '/forward_to', code: 'required', detail: 'Give the number to forward calls to.' },
  ],
};

const asMistake = ({ code, detail }: ProblemFailure): ProblemFailure => ({
  code,
  errors: [{ pointer: '/forward_to', code }],
  ...(detail === undefined ? {} : { detail }),
});
