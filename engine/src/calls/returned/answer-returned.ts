// Somebody calls a number of ours. Whoever they say they are, they learn nothing from how they are answered: every
// refusal is one and the same message.
import type { Transaction } from '../../lib/database.ts';
import type { Log } from '../../lib/log.ts';
import type { AnswerPorts } from '../answer-attempt.ts';
import { endAttempt } from '../end-attempt.ts';
import type { Carrier } from '../ports.ts';
import type { SpendingPorts } from '../spending.ts';
import { type BeginPorts, beginReturned, type Returned } from './begin-returned.ts';
import { chooseCall, KNOWN_FOR_MS } from './choose-call.ts';
import { forwardOf } from './forward.ts';
import { messageFor } from './message.ts';
import type { IncomingAnswer, IncomingCall, IncomingCalls, NumberBook } from './ports.ts';

export interface ReturnedPorts extends AnswerPorts, SpendingPorts, BeginPorts {
  incomingCalls: IncomingCalls;
  numberBook: NumberBook;
  carriers: { simulated: Carrier; live?: Carrier };
  log: Log;
}

const CALLS_PER_CALLER = 3;
const CALLS_COUNTED_MS = 10 * 60_000;
// The carrier waits 15 s for an answer, by the clock on the wall.
const PREPARED_WITHIN_MS = 9_000;

export async function answerReturned(
  incoming: IncomingCall,
  ports: ReturnedPorts,
): Promise<IncomingAnswer> {
  const { organisation, default_language } = ports.settings;
  const message = { kind: 'message', ...messageFor(organisation, default_language) } as const;
  const decided = await ports.database.transaction((tx) => decide(tx, incoming, ports));
  switch (decided.kind) {
    case 'message':
      return message;
    case 'forward':
      return (await forwardOf(decided.to, incoming, ports)) ?? message;
    case 'talk':
      return (await talk(decided.returned, ports)) ?? message;
  }
}

type Decision =
  | { kind: 'message' }
  | { kind: 'forward'; to: string }
  | { kind: 'talk'; returned: Returned };

const MESSAGE: Decision = { kind: 'message' };

async function decide(
  tx: Transaction,
  incoming: IncomingCall,
  ports: ReturnedPorts,
): Promise<Decision> {
  if (!(await isHeard(tx, incoming, ports))) return MESSAGE;
  const { network, caller, called } = incoming;
  const { on_returned_call, forward_to } = await ports.numberBook.find(tx, network, called);
  if (on_returned_call === 'forward' && forward_to !== null)
    return { kind: 'forward', to: forward_to };
  if (on_returned_call !== 'continue' || caller === null) return MESSAGE;
  const now = ports.clock.now();
  const known = await ports.incomingCalls.knownCalls(tx, {
    ...{ network, phone_number: caller, from_number: called, since: now - KNOWN_FOR_MS },
  });
  const chosen = chooseCall(known, now);
  const returned = chosen && (await beginReturned(tx, chosen, { ...incoming, caller }, ports));
  return returned ? { kind: 'talk', returned } : MESSAGE;
}

/** False for the same request again, somebody who calls again and again, our own numbers, and people who opted out. */
async function isHeard(
  tx: Transaction,
  { network, caller, called, carrier_call_id }: IncomingCall,
  { incomingCalls, settings, suppressions, clock }: ReturnedPorts,
): Promise<boolean> {
  const now = clock.now();
  const since = now - CALLS_COUNTED_MS;
  const noted = await incomingCalls.note(tx, { carrier_call_id, network, caller, since, now });
  if (!noted.first || noted.recent > CALLS_PER_CALLER) return false;
  const own = settings.from_numbers[network];
  if (!own.includes(called)) return false;
  if (caller === null) return true;
  return !own.includes(caller) && !(await suppressions.isSuppressed(tx, caller));
}

/** Opens the model session while the caller hears the phone ring; undefined when it could not be opened in time. */
async function talk(
  { call, attempt, token, media_token }: Returned,
  ports: ReturnedPorts,
): Promise<IncomingAnswer | undefined> {
  const { sessions, clock, nodes, nodeId, database, log } = ports;
  const late = new AbortController();
  const prepared = await Promise.race([
    sessions.prepare(call, attempt),
    clock
      .sleep(PREPARED_WITHIN_MS * clock.rate, late.signal)
      .then(() => ({ ok: false as const, detail: 'late' })),
  ]);
  late.abort();
  if (!prepared.ok) {
    log.warn({ call_id: call.id, detail: prepared.detail }, 'no model session for a returned call');
    await endAttempt(attempt.id, { end_reason: 'error_ai_provider' }, ports);
    return undefined;
  }
  const node_url = (await nodes.find(database, nodeId, clock.now()))?.public_url ?? null;
  return { kind: 'talk', token, door: { media_token, node_id: nodeId, node_url } };
}
