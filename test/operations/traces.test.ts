import { someone } from '../ended-once.ts';
import { createWorld, type World } from '../world.ts';
import { type CollectedSpan, type Collector, createCollector } from './collector.ts';
import { until } from './process-world.ts';

const TASK = 'Confirm the appointment on 2026-12-01 at 14:00.';
const REMOTE = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' };

let world: World;
let collector: Collector;
beforeAll(async () => {
  collector = await createCollector();
  world = await createWorld({
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-team=operations%20crew',
      OTEL_SERVICE_NAME: 'recado-test',
    },
  });
});
afterAll(async () => {
  await world.close();
  await collector.close();
});

const attributesOf = (span: CollectedSpan) =>
  Object.fromEntries(span.attributes.map(({ key, value }) => [key, Object.values(value)[0]]));

async function tracedCall(behaviour: Parameters<typeof someone>[0]) {
  const placed = await world.client.placeCall({
    body: { task: TASK, phone_number: someone(behaviour), webhook_url: world.receiver.url },
  });
  await world.ended(placed.id);
  const line = world.logLines
    .map((text) => JSON.parse(text) as Record<string, unknown>)
    .find(({ msg, call_id }) => msg === 'call ended' && call_id === placed.id);
  const trace = () => collector.spans().filter(({ traceId }) => traceId === line?.['trace_id']);
  await until(() => trace().some(({ name }) => name === 'job deliver'), 'the last span');
  await until(() => trace().some(({ name }) => name === 'call'), 'the span of the call');
  return { id: placed.id, line, spans: trace() };
}

it('one call is one trace, from the request to the delivery, and its log line names it', async () => {
  world.simulator.faults.model.failResponses = { status: 500, times: 1 };
  const { spans } = await tracedCall('confirms');
  const names = new Set(spans.map(({ name }) => name));
  for (const name of [
    'call',
    'POST /v1/calls',
    'job dial',
    'model session',
    'carrier place_call',
    'job finish_call',
    'read result',
    'job deliver',
  ])
    expect(names).toContain(name);

  const ids = new Set(spans.map(({ spanId }) => spanId));
  expect(ids.size).toBe(spans.length);
  const tops = spans.filter(({ parentSpanId }) => parentSpanId === undefined);
  expect(tops.map(({ name }) => name)).toEqual(['call']);
  for (const { parentSpanId } of spans)
    if (parentSpanId !== undefined) expect(ids).toContain(parentSpanId);
  const dial = spans.find(({ name }) => name === 'job dial');
  for (const name of ['model session', 'carrier place_call'])
    expect(spans.find((span) => span.name === name)?.parentSpanId).toBe(dial?.spanId);

  const readings = spans.filter(({ name }) => name === 'read result');
  expect(readings.map(({ status }) => status?.code)).toEqual([2, undefined]);
  expect(attributesOf(tops[0] as CollectedSpan)).toMatchObject({
    outcome: 'achieved',
    end_reason: 'agent_goodbye',
    mode: 'test',
  });
});

it('spans are as OTLP wants them, sent to the named collector with its headers', async () => {
  const { spans } = await tracedCall('busy');
  for (const span of spans) {
    expect(span.traceId).toMatch(/^[\da-f]{32}$/);
    expect(span.spanId).toMatch(/^[\da-f]{16}$/);
    expect(span.kind).toBeGreaterThanOrEqual(1);
    expect(BigInt(span.endTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(span.startTimeUnixNano));
  }
  const [request] = collector.requests;
  expect(request?.path).toBe('/v1/traces');
  expect(request?.headers).toMatchObject({
    'content-type': 'application/json',
    'x-team': 'operations crew',
  });
  expect(request?.body).toContain('"service.name","value":{"stringValue":"recado-test"}');
});

it("a request that comes with a trace stays a part of the sender's", async () => {
  await fetch(`${world.url}/v1/account`, {
    headers: {
      authorization: `Bearer ${world.apiKey}`,
      traceparent: `00-${REMOTE.traceId}-${REMOTE.spanId}-01`,
    },
  });
  const mine = () => collector.spans().find(({ traceId }) => traceId === REMOTE.traceId);
  await until(() => mine() !== undefined, 'the span of the request');
  expect(mine()).toMatchObject({ name: 'GET /v1/account', kind: 2, parentSpanId: REMOTE.spanId });
});

it('the line of a call that has ended tells it all in codes, times and amounts', async () => {
  const { id, line } = await tracedCall('confirms');
  expect(line).toMatchObject({
    call_id: id,
    mode: 'test',
    network: 'simulated',
    outcome: 'achieved',
    outcome_group: 'answered',
    end_reason: 'agent_goodbye',
    answered_by: 'human',
    attempts: [{ number: 1, end_reason: 'agent_goodbye' }],
    node_id: expect.stringMatching(/^node_/),
  });
  for (const name of ['waited_ms', 'rang_ms', 'took_ms', 'duration_seconds', 'turn_p50_ms'])
    expect(line?.[name]).toEqual(expect.any(Number));
});

it('a collector that is away holds up nothing, and what was not sent is counted', async () => {
  const away = await createWorld({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' } });
  const placed = await away.client.placeCall({
    body: { task: TASK, phone_number: someone('confirms') },
  });
  expect((await away.ended(placed.id)).outcome).toBe('achieved');
  const dropped = async () =>
    Number(
      /^recado_spans_dropped_total (\d+)/m.exec(
        await (await fetch(`${away.url}/metrics`)).text(),
      )?.[1],
    );
  await until(async () => (await dropped()) > 0, 'dropped spans');
  expect(away.logLines.filter((text) => text.includes('traces cannot be sent'))).toHaveLength(1);
  await away.close();
});
