// Job: looks after an attempt until it has ended, above all when the process that dialed it is gone.
// Invariant: an unclear dial is never repeated. The carrier is asked; what stays unknown ends as lost_contact.
import type { EndReason } from '../contract/vocabulary.ts';
import type { AttemptRecord } from './call-record.ts';
import { type EndAttemptPorts, endAttempt } from './end-attempt.ts';
import type { Carrier, CarrierCall } from './ports.ts';

export interface SettlePorts extends EndAttemptPorts {
  carriers: { simulated: Carrier; live?: Carrier };
  nodeId: string;
  /** True when nobody waits for a node any more. */
  isNodeGone(nodeId: string): Promise<boolean>;
  /** Makes what was recorded until the process died playable. */
  finishRecording(name: string): Promise<void>;
}

const LOOK_AGAIN_MS = 5_000;
const WATCH_MS = 15_000;
// With our own pace of dialing the carrier's queue is empty, so a call that exists shows within this time.
const SEARCH_HORIZON_MS = 60_000;
const MEDIA_WAIT_MS = 20_000;
const CLOCK_SLACK_MS = 5_000;

export async function settleAttempt(
  attemptId: string,
  ports: SettlePorts,
): Promise<{ again_at: number } | undefined> {
  const attempt = await ports.calls.findAttempt(ports.database, attemptId);
  if (!attempt || attempt.status === 'ended') return undefined;
  const carrier = ports.carriers[attempt.network];
  if (!carrier) return endAs('lost_contact', attempt, ports);

  const now = ports.clock.now();
  if (ports.sessions.isLive(attempt.id)) return { again_at: now + WATCH_MS };
  // Another node may hold the conversation: only when it has been silent for long is the attempt nobody's.
  if (attempt.node_id !== ports.nodeId && !(await ports.isNodeGone(attempt.node_id)))
    return { again_at: now + LOOK_AGAIN_MS };
  if (attempt.carrier_call_id === null) return settleUnbound(attempt, carrier, ports);
  if (!ports.sessions.holds(attempt.id))
    return settleAbandoned(attempt, attempt.carrier_call_id, carrier, ports);
  return watchRinging(attempt, attempt.carrier_call_id, carrier, ports);
}

// The carrier's answer was lost. Ours is the one call of these numbers since then that belongs to no other attempt.
async function settleUnbound(
  attempt: AttemptRecord,
  carrier: Carrier,
  ports: SettlePorts,
): Promise<{ again_at: number } | undefined> {
  const now = ports.clock.now();
  if (now < attempt.dial_before) return { again_at: attempt.dial_before + CLOCK_SLACK_MS };
  const found = await strangers(attempt, carrier, ports);
  if (found.length === 1 && found[0]) {
    const { carrier_call_id } = found[0];
    await ports.database.transaction((tx) =>
      ports.calls.updateAttempt(tx, attempt.id, { carrier_call_id }, { carrier_call_id: null }),
    );
    return { again_at: now };
  }
  if (now < attempt.dial_before + SEARCH_HORIZON_MS) return { again_at: now + LOOK_AGAIN_MS };
  return endAs('lost_contact', attempt, ports);
}

async function strangers(
  attempt: AttemptRecord,
  carrier: Carrier,
  ports: SettlePorts,
): Promise<CarrierCall[]> {
  const found = await carrier.search({
    phone_number: attempt.phone_number,
    from_number: attempt.from_number,
    since: attempt.started_at - CLOCK_SLACK_MS,
  });
  if (found === 'unknown') return [];
  const bound = await Promise.all(
    found.map(({ carrier_call_id }) => ports.calls.isBound(ports.database, carrier_call_id)),
  );
  return found.filter((_, at) => !bound[at]);
}

// The process that held the conversation is gone, and with it the agent: nobody is left to talk.
async function settleAbandoned(
  attempt: AttemptRecord,
  carrierCallId: string,
  carrier: Carrier,
  ports: SettlePorts,
): Promise<{ again_at: number } | undefined> {
  const seen = await carrier.look(carrierCallId);
  if (seen === 'unknown') return againOrLost(attempt, ports);
  if (attempt.recording !== null) await ports.finishRecording(attempt.recording);
  if (seen?.state === 'open') {
    await carrier.hangUp(carrierCallId);
    return endAs('error_engine', attempt, ports);
  }
  const end_reason = seen === undefined ? 'lost_contact' : endedUnseen(attempt, seen);
  return endAs(end_reason, attempt, ports);
}

const endedUnseen = (attempt: AttemptRecord, seen: CarrierCall) =>
  attempt.media_started_at !== null || seen.answered
    ? ('error_engine' as const)
    : endedUnasked(seen);

// A hang-up of ours whose reason died with its process. One that was asked for ends the call as canceled all the same.
const endedUnasked = ({ end_reason }: CarrierCall): EndReason =>
  end_reason === 'canceled_by_request' ? 'error_engine' : (end_reason ?? 'lost_contact');

// The phone rings or was answered and no sound came: the carrier's reports may have been lost.
async function watchRinging(
  attempt: AttemptRecord,
  carrierCallId: string,
  carrier: Carrier,
  ports: SettlePorts,
): Promise<{ again_at: number } | undefined> {
  const now = ports.clock.now();
  // They talked, and the session is writing down its end.
  if (attempt.media_started_at !== null) return { again_at: now + LOOK_AGAIN_MS };
  if (attempt.answered_at !== null && now > attempt.answered_at + MEDIA_WAIT_MS) {
    await carrier.hangUp(carrierCallId);
    return endAs('error_media', attempt, ports);
  }
  const ringsUntil = attempt.dial_before + (ports.settings.ring_seconds + 15) * 1_000;
  if (now < ringsUntil) return { again_at: now + WATCH_MS };
  const seen = await carrier.look(carrierCallId);
  if (seen === 'unknown') return againOrLost(attempt, ports);
  if (seen?.state === 'open') {
    await carrier.hangUp(carrierCallId);
    return endAs('no_answer', attempt, ports);
  }
  return endAs(seen ? endedUnasked(seen) : 'lost_contact', attempt, ports);
}

async function againOrLost(
  attempt: AttemptRecord,
  ports: SettlePorts,
): Promise<{ again_at: number } | undefined> {
  const now = ports.clock.now();
  const giveUpAt = attempt.dial_before + 3_600_000;
  if (now < giveUpAt) return { again_at: now + WATCH_MS };
  return endAs('lost_contact', attempt, ports);
}

async function endAs(
  end_reason: EndReason,
  attempt: AttemptRecord,
  ports: SettlePorts,
): Promise<undefined> {
  await endAttempt(attempt.id, { end_reason }, ports);
  return undefined;
}
