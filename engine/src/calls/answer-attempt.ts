// The person picked up and the carrier asks what to do. The last fence: a call that should not be is hung up here,
// before anything is said.
import type { Clock } from '../lib/clock.ts';
import type { Database } from '../lib/database.ts';
import { newSecret, sha256Hex } from '../lib/id.ts';
import type { Log } from '../lib/log.ts';
import type { AttemptRecord } from './call-record.ts';
import { type EndAttemptPorts, endAttempt } from './end-attempt.ts';
import type { MediaDoor, Nodes } from './ports.ts';
import { orderElsewhere } from './session-orders.ts';

export interface AnswerPorts extends EndAttemptPorts {
  nodes: Nodes;
  database: Database;
  clock: Clock;
  log: Log;
}

/** Returns the single-use secret that opens the media socket, and where that is; undefined: hang up. */
export async function answerAttempt(
  token: string,
  carrierCallId: string,
  ports: AnswerPorts,
): Promise<MediaDoor | undefined> {
  const attempt = await ports.calls.findAttemptByToken(ports.database, sha256Hex(token));
  if (!attempt || attempt.status === 'ended') {
    ports.log.warn(
      { attempt_id: attempt?.id ?? null },
      'a phone was answered for an attempt that is over',
    );
    return undefined;
  }
  if (attempt.carrier_call_id !== null && attempt.carrier_call_id !== carrierCallId) {
    ports.log.error(
      { attempt_id: attempt.id },
      'duplicate_ring: a second phone call for one attempt was hung up',
    );
    return undefined;
  }
  const call = await ports.calls.find(ports.database, attempt.call_id);
  if (!call || call.cancel_requested_at !== null) {
    await endAttempt(attempt.id, { end_reason: 'canceled_by_request' }, ports);
    return undefined;
  }
  if (await ports.suppressions.isSuppressed(ports.database, attempt.phone_number)) {
    await endAttempt(attempt.id, { end_reason: 'blocked_suppressed' }, ports);
    return undefined;
  }
  const holder = await holderOf(attempt, ports);
  if (!holder) {
    await endAttempt(attempt.id, { end_reason: 'error_engine' }, ports);
    return undefined;
  }
  const door = await openDoor(attempt, carrierCallId, ports);
  return door && { ...door, node_id: attempt.node_id, node_url: holder.public_url };
}

/** Returns the node that has opened the model session, while it lives. */
async function holderOf(
  attempt: AttemptRecord,
  { nodes, nodeId, sessions, clock, database }: AnswerPorts,
): Promise<{ public_url: string | null } | undefined> {
  if (attempt.node_id === nodeId && !sessions.holds(attempt.id)) return undefined;
  return nodes.find(database, attempt.node_id, clock.now());
}

async function openDoor(
  attempt: AttemptRecord,
  carrierCallId: string,
  ports: AnswerPorts,
): Promise<{ media_token: string } | undefined> {
  const mediaToken = newSecret();
  const now = ports.clock.now();
  const bound = await ports.database.transaction(async (tx) => {
    const only = { carrier_call_id: attempt.carrier_call_id };
    const change = {
      carrier_call_id: carrierCallId,
      status: 'in_progress' as const,
      answered_at: attempt.answered_at ?? now,
      media_token_hash: sha256Hex(mediaToken),
    };
    // Between reading and writing the dial may have stored the carrier's id: the same one is fine.
    const done =
      (await ports.calls.updateAttempt(tx, attempt.id, change, only)) ||
      (await ports.calls.updateAttempt(tx, attempt.id, change, { carrier_call_id: carrierCallId }));
    if (!done) return false;
    const call = await ports.calls.find(tx, attempt.call_id);
    if (!call) return false;
    await ports.calls.update(tx, call.id, ['dialing', 'ringing'], {
      status: 'in_progress',
      answered_at: call.answered_at ?? now,
    });
    await ports.events.record(tx, {
      type: 'call.answered',
      call,
      data: { call_id: call.id, attempt: attempt.number },
    });
    return true;
  });
  return bound ? { media_token: mediaToken } : undefined;
}

/**
 * Takes the media secret, once: returns the attempt whose socket this is, or undefined. A socket that came to this node
 * although another one holds the session makes this node its holder.
 */
export async function takeMediaToken(
  mediaToken: string,
  carrierCallId: string,
  ports: AnswerPorts & { recordings: { nameOf(attemptId: string): string } },
): Promise<AttemptRecord | undefined> {
  const hash = sha256Hex(mediaToken);
  return ports.database.transaction(async (tx) => {
    const attempt = await ports.calls.findAttemptByMediaToken(tx, hash);
    if (!attempt || attempt.carrier_call_id !== carrierCallId) return undefined;
    if (attempt.node_id === ports.nodeId && !ports.sessions.holds(attempt.id)) return undefined;
    const call = await ports.calls.find(tx, attempt.call_id);
    const recording =
      call?.order.recording === 'notify' ? ports.recordings.nameOf(attempt.id) : null;
    const change = {
      media_token_hash: null,
      media_started_at: ports.clock.now(),
      node_id: ports.nodeId,
      recording,
    };
    const taken = await ports.calls.updateAttempt(tx, attempt.id, change, {
      media_token_hash: hash,
    });
    if (!taken) return undefined;
    await orderElsewhere(tx, attempt, { kind: 'drop' }, ports);
    return { ...attempt, node_id: ports.nodeId };
  });
}
