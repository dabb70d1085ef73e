// One handler per operation: asks a verb, shapes the answer.
import type { CallRecord } from '../calls/call-record.ts';
import { cancelCall } from '../calls/cancel-call.ts';
import { placeCall } from '../calls/place-call.ts';
import { viewCall } from '../calls/view-call.ts';
import type { Call } from '../contract/call.ts';
import type { ProblemFailure } from '../contract/problem.ts';
import type { Mode } from '../contract/vocabulary.ts';
import type { Caller } from './auth.ts';
import { checkCall } from './check-call.ts';
import { listCalls } from './list-calls.ts';
import type { HandlerPorts } from './ports.ts';
import type { Handlers } from './routes.ts';
import { streamCall } from './stream-call.ts';

const NOT_FOUND: { problem: ProblemFailure } = { problem: { code: 'not_found' } };

export function createHandlers(ports: HandlerPorts): Handlers {
  const { settings, webhooks } = ports;
  return {
    async placeCall({ body, headers, caller }) {
      if (!settings.modes_ready[caller.mode]) return { problem: { code: 'live_mode_not_ready' } };
      const placed = await placeCall(
        { body, key: keyOf(caller), idempotency_key: headers['idempotency-key'] },
        ports.place,
      );
      if (!placed.ok) return { problem: placed.failure };
      const { call, replayed } = placed.value;
      return {
        status: 201,
        body: await present(call, ports, replayed),
        ...(replayed ? { headers: { 'idempotency-replayed': 'true' } } : {}),
      };
    },
    checkCall: async ({ body, caller }) => checkCall(body, caller.mode, ports),
    listCalls: async ({ query, caller }) => listCalls(query, caller.mode, ports),
    async getCall({ params, query, caller, signal }) {
      const call = await waitForEnd(params.id, query.wait_seconds * 1_000, signal, ports);
      return isSeen(call, caller.mode)
        ? { status: 200, body: await present(call, ports) }
        : NOT_FOUND;
    },
    async cancelCall({ params, caller }) {
      if (!isSeen(await find(params.id, ports), caller.mode)) return NOT_FOUND;
      const canceled = await cancelCall(params.id, ports.cancel);
      return canceled.ok
        ? { status: 200, body: await present(canceled.value, ports) }
        : { problem: canceled.failure };
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
      const attempts = await ports.calls.attempts(ports.database, params.id);
      const name = attempts.findLast((attempt) => attempt.recording !== null)?.recording;
      const wav = name ? await ports.readRecording(name) : undefined;
      if (!wav) return { problem: { code: 'recording_not_available' } };
      const headers = {
        'content-disposition': `attachment; filename="${params.id}.wav"`,
        'cache-control': 'no-store',
      };
      return { status: 200, headers, stream: once(wav), length: wav.length };
    },
    async subscribeWebhook({ body, caller }) {
      const refusal = await webhooks.judge(body.url);
      if (refusal)
        return { problem: { ...refusal, errors: [{ pointer: '/url', code: refusal.code }] } };
      const subscribed = await webhooks.subscribe(keyOf(caller), body);
      if (subscribed === 'too_many') return { problem: { code: 'too_many_webhooks' } };
      const { webhook, secret } = subscribed;
      return secret === undefined
        ? { status: 200, body: webhook }
        : { status: 201, body: { ...webhook, secret } };
    },
    listWebhooks: async ({ caller }) => ({
      status: 200,
      body: { webhooks: await webhooks.list(caller.mode) },
    }),
    async unsubscribeWebhook({ params, caller }) {
      return (await webhooks.unsubscribe(caller.mode, params.id)) ? { status: 204 } : NOT_FOUND;
    },
    async getAccount({ caller }) {
      return {
        status: 200,
        body: {
          organisation: settings.organisation,
          mode: caller.mode,
          key_id: caller.key_id,
          key_name: caller.key_name,
          webhook_secret: await ports.webhookSecret(caller.key_id),
          default_country: settings.default_country,
          allowed_countries: [...settings.allowed_countries],
          default_language: settings.default_language,
          version: ports.version,
          simulated: caller.mode === 'test',
        },
      };
    },
    getHealth: async () => ({ status: 200, body: { status: 'ok', version: ports.version } }),
    async getReadiness() {
      const ready = await ports.isReady();
      const body = {
        status: ready ? ('ok' as const) : ('unavailable' as const),
        version: ports.version,
      };
      return ready ? { status: 200, body } : { status: 503, body };
    },
  };
}

const keyOf = (caller: Caller): { id: string; mode: Mode } => ({
  id: caller.key_id,
  mode: caller.mode,
});

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

/** Returns the call as the API shows it. */
export async function present(
  call: CallRecord,
  ports: HandlerPorts,
  replayed = false,
): Promise<Call> {
  const attempts = await ports.calls.attempts(ports.database, call.id);
  const turns = await ports.calls.turns(ports.database, call.id);
  return viewCall(call, { attempts, turns }, { public_url: ports.settings.public_url, replayed });
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
