// The door for new calls: a request is read, told apart from one that came before, and accepted once.
import type { PlaceCall } from '../contract/place-call.ts';
import type { ProblemFailure } from '../contract/problem.ts';
import { fail, ok, type Result } from '../lib/result.ts';
import { type AddPorts, addCall, addReceiver } from './add-call.ts';
import type { CallRecord } from './call-record.ts';
import { cancelCall } from './cancel-call.ts';
import { findAgent } from './find-agent.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { PlaceRequest } from './place-request.ts';
import type { Agents, Carrier } from './ports.ts';
import { prepareCall } from './prepare-call.ts';

export interface PlacePorts extends AddPorts {
  carriers: { simulated: Carrier; live?: Carrier };
  agents: Agents;
}

type Placed = Result<{ call: CallRecord; replayed: boolean }, ProblemFailure>;

const KEY_FORM = /^[A-Za-z0-9_\-:.]{1,255}$/;

export async function placeCall(asked: PlaceRequest, ports: PlacePorts): Promise<Placed> {
  const idempotency_key = asked.idempotency_key?.replace(/^"(.*)"$/, '$1');
  if (idempotency_key !== undefined && !KEY_FORM.test(idempotency_key))
    return fail({ code: 'idempotency_key_invalid' });
  const request = { ...asked, idempotency_key };

  const forbidden = await forbiddenUrl(request.body, ports);
  if (forbidden) return fail(forbidden);
  // Asked before the rules are: what was accepted once stays accepted, whatever the rules say today.
  const known = await replay(request, ports);
  if (known) return known;

  const { settings, clock } = ports;
  const { mode } = request.key;
  const agent = await findAgent(ports.database, request.body, ports.agents);
  if (!agent.ok) return agent;
  const context = { settings, mode, now: clock.now(), agent: agent.value };
  const prepared = prepareCall(request.body, context);
  if (!prepared.ok) return prepared;
  const added = await addCall(request, prepared.value, ports);
  if (added === 'taken')
    return (await replay(request, ports)) ?? fail({ code: 'idempotency_key_in_progress' });
  if (!added.ok) return added;
  const { replaces, ...placed } = added.value;
  // The new call stands; the one that it takes the place of is stopped wherever it is.
  if (replaces !== undefined) await cancelCall(replaces, ports);
  return ok(placed);
}

async function forbiddenUrl(
  { webhook_url }: PlaceCall,
  { receivers }: PlacePorts,
): Promise<ProblemFailure | undefined> {
  const forbidden = webhook_url === undefined ? undefined : await receivers.judge(webhook_url);
  return forbidden && { ...forbidden, errors: [{ pointer: '/webhook_url', code: forbidden.code }] };
}

/** Returns the call that this Idempotency-Key placed before, or undefined when there is none. */
async function replay(request: PlaceRequest, ports: PlacePorts): Promise<Placed | undefined> {
  const { idempotency_key, key, body } = request;
  if (idempotency_key === undefined) return undefined;
  const { calls, database } = ports;
  if (!(await calls.findByIdempotencyKey(database, key.id, idempotency_key))) return undefined;
  return ports.database.transaction(async (tx) => {
    const earlier = await ports.calls.findByIdempotencyKey(tx, key.id, idempotency_key);
    if (!earlier) return undefined;
    if (earlier.fingerprint !== fingerprintOf(body))
      return fail({ code: 'idempotency_key_reused' });
    // A run that was started again may listen at a new address: it is told too, at once if all is over.
    await addReceiver(tx, earlier, body, ports);
    return ok({ call: earlier, replayed: true });
  });
}
