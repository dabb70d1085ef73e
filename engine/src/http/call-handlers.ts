// The operations on calls: each asks a verb and shapes its answer.
import type { CallRecord } from '../calls/call-record.ts';
import { cancelCall } from '../calls/cancel-call.ts';
import { placeCall } from '../calls/place-call.ts';
import type { Call } from '../contract/call.ts';
import type { ProblemFailure } from '../contract/problem.ts';
import type { Mode } from '../contract/vocabulary.ts';
import { type Caller, keyOf } from './auth.ts';
import { checkCall } from './check-call.ts';
import { listCalls } from './list-calls.ts';
import type { HandlerPorts } from './ports.ts';
import { presentCall } from './present-call.ts';
import { readCallRecording } from './read-call-recording.ts';
import type { Handlers } from './routes.ts';
import { streamCall } from './stream-call.ts';

type CallHandlers = Pick<
  Handlers,
  | 'placeCall'
  | 'checkCall'
  | 'listCalls'
  | 'getCall'
  | 'cancelCall'
  | 'cancelByReference'
  | 'streamCall'
  | 'getRecording'
>;

export function callHandlers(ports: HandlerPorts): CallHandlers {
  const { settings } = ports;
  return {
    async placeCall({ body, headers, caller }) {
      if (!settings.modes_ready[caller.mode]) return { problem: { code: 'live_mode_not_ready' } };
      const placed = await placeCall(
        { body, key: keyOf(caller), idempotency_key: headers['idempotency-key'] },
        ports.place,
      );
      if (!placed.ok) {
        await noteRefusal(caller, placed.failure, ports);
        return { problem: placed.failure };
      }
      const { call, replayed } = placed.value;
      return {
        status: 201,
        body: await presentCall(call, ports, replayed),
        ...(replayed ? { headers: { 'idempotency-replayed': 'true' } } : {}),
      };
    },
    checkCall: async ({ body, caller }) => checkCall(body, keyOf(caller), ports),
    listCalls: async ({ query, caller }) => listCalls(query, caller.mode, ports),
    async getCall({ params, query, caller, signal }) {
      const call = await waitForEnd(params.id, query.wait_seconds * 1_000, signal, ports);
      return isSeen(call, caller.mode)
        ? { status: 200, body: await presentCall(call, ports) }
        : NOT_FOUND;
    },
    async cancelCall({ params, caller }) {
      if (!isSeen(await find(params.id, ports), caller.mode)) return NOT_FOUND;
      const canceled = await cancelCall(params.id, ports.cancel);
      return canceled.ok
        ? { status: 200, body: await presentCall(canceled.value, ports) }
        : { problem: canceled.failure };
    },
    async cancelByReference({ body, caller }) {
      const open = await ports.calls.findOpenByReference(
        ports.database,
        caller.mode,
        body.reference,
      );
      const calls: Call[] = [];
      for (const { id } of open) {
        const canceled = await cancelCall(id, ports.cancel);
        // One that has just ended by itself needs no canceling.
        const call = canceled.ok ? canceled.value : await find(id, ports);
        if (call) calls.push(await presentCall(call, ports));
      }
      return { status: 200, body: { calls } };
    },
    async streamCall({ params, query, headers, caller, signal }) {
      if (!isSeen(await find(params.id, ports), caller.mode)) return NOT_FOUND;
      const after = Number(headers['last-event-id'] ?? query.after ?? 0);
      return {
        status: 200,
        stream: streamCall(params.id, Number.isSafeInteger(after) ? after : 0, signal, ports),
      };
    },
    async getRecording({ params, caller }) {
      if (!isSeen(await find(params.id, ports), caller.mode)) return NOT_FOUND;
      const wav = await readCallRecording(params, ports);
      if (!wav) return { problem: { code: 'recording_not_available' } };
      await ports.database.transaction((tx) =>
        ports.privacy.audit.record(tx, {
          ...{ actor: caller.key_id, mode: caller.mode },
          ...{ action: 'recording.played', object: params.id },
        }),
      );
      return wav;
    },
  };
}

// A refusal that comes back as data has its call to tell of it.
async function noteRefusal(
  { key_id, mode }: Caller,
  { code, refusal }: ProblemFailure,
  { database, privacy }: HandlerPorts,
): Promise<void> {
  if (!refusal) return;
  const act = { action: 'call.refused' as const, object: null, detail: { rule: code } };
  await database.transaction((tx) => privacy.audit.record(tx, { actor: key_id, mode, ...act }));
}

const NOT_FOUND: { problem: ProblemFailure } = { problem: { code: 'not_found' } };

const find = (callId: string, ports: HandlerPorts): Promise<CallRecord | undefined> =>
  ports.calls.find(ports.database, callId);

// A call of the other mode looks exactly like one that never was.
const isSeen = (call: CallRecord | undefined, mode: Mode): call is CallRecord =>
  call?.mode === mode;

async function waitForEnd(
  callId: string,
  ms: number,
  signal: AbortSignal,
  ports: HandlerPorts,
): Promise<CallRecord | undefined> {
  const until = ports.clock.monotonic() + ms;
  for (;;) {
    const call = await find(callId, ports);
    const leftMs = until - ports.clock.monotonic();
    if (!call || call.status === 'ended' || leftMs <= 0 || signal.aborted) return call;
    await ports.followers.wait(callId, Math.min(leftMs, 1_000), signal);
  }
}
