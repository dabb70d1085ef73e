import { COUNTERS, TIMINGS } from '../../engine/src/lib/meter.ts';
import { someone } from '../ended-once.ts';
import { freePort } from '../engine-process.ts';
import { createWorld, type World } from '../world.ts';
import { until } from './process-world.ts';

const TASK = 'Confirm the appointment on 2026-12-01 at 14:00.';

let world: World;
afterEach(() => world.close());

const page = async (headers: Record<string, string> = {}, url = world.url) => {
  const answer = await fetch(`${url}/metrics`, { headers });
  return {
    status: answer.status,
    type: answer.headers.get('content-type'),
    text: await answer.text(),
  };
};

/** The value of one line, such as `recado_sessions{state="live"}`. */
const figure = (text: string, line: string): number =>
  Number(
    text
      .split('\n')
      .find((one) => one.startsWith(`${line} `))
      ?.slice(line.length) ?? Number.NaN,
  );

const place = (phone_number: string) =>
  world.client.placeCall({
    body: {
      ...{ task: TASK, phone_number, webhook_url: world.receiver.url },
      retry: { max_attempts: 1 },
    },
  });

it('/metrics counts calls, attempts, refusals, jobs, deliveries and the store, and says what stands now', async () => {
  world = await createWorld();
  world.receiver.answers.push(500);
  const talked = await place(someone('confirms'));
  await world.until(talked.id, ({ transcript }) => transcript.length > 0);
  const during = (await page()).text;
  expect(figure(during, 'recado_sessions{state="live"}')).toBe(1);
  expect(figure(during, 'recado_ready')).toBe(1);

  const missed = await place(someone('busy'));
  await expect(place('+19005551234')).rejects.toMatchObject({ status: 403 });
  await world.ended(talked.id);
  await world.ended(missed.id);
  await until(
    async () =>
      figure(
        (await page()).text,
        'recado_delivery_tries_total{result="2xx",settlement="delivered"}',
      ) === 2,
    'both deliveries',
  );

  const { status, type, text } = await page();
  expect({ status, type }).toEqual({
    status: 200,
    type: 'text/plain; version=0.0.4; charset=utf-8',
  });
  const expected = {
    'recado_calls_placed_total{mode="test"}': 2,
    'recado_calls_ended_total{mode="test",outcome_group="answered"}': 1,
    'recado_calls_ended_total{mode="test",outcome_group="not_reached"}': 1,
    'recado_attempts_ended_total{network="simulated",end_reason="agent_goodbye"}': 1,
    'recado_attempts_ended_total{network="simulated",end_reason="busy"}': 1,
    'recado_refusals_total{rule="number_class_blocked"}': 1,
    'recado_delivery_tries_total{result="5xx",settlement="pending"}': 1,
    'recado_job_seconds_count{kind="dial",result="done"}': 2,
    'recado_job_seconds_count{kind="finish_call",result="done"}': 1,
    'recado_carrier_request_seconds_count{network="simulated",request="place_call",result="placed"}': 2,
    'recado_model_open_seconds_count{network="simulated",result="ready"}': 2,
    'recado_reading_seconds_count{network="simulated",result="read"}': 1,
    'recado_http_request_seconds_count{method="POST",route="/v1/calls",status="201"}': 2,
    'recado_http_request_seconds_count{method="POST",route="/v1/calls",status="403"}': 1,
    'recado_sessions{state="live"}': 0,
  };
  expect(
    Object.fromEntries(Object.keys(expected).map((line) => [line, figure(text, line)])),
  ).toEqual(expected);
  expect(
    figure(text, 'recado_store_statement_seconds_count{statement="transaction"}'),
  ).toBeGreaterThan(5);
  expect(figure(text, 'recado_oldest_due_job_seconds')).toBeGreaterThanOrEqual(0);
  expect(figure(text, 'nodejs_eventloop_lag_seconds')).toBeGreaterThanOrEqual(0);
});

it('labels are those of the closed list, and hold words of ours alone', async () => {
  world = await createWorld();
  await world.ended((await place(someone('confirms'))).id);
  await fetch(`${world.url}/v1/nothing/${someone('busy')}`);
  await fetch(`${world.url}/v1/calls/call_00000000000000000000000000`);
  const lines = (await page()).text.split('\n').filter((line) => line.startsWith('recado_'));
  const labels = lines.flatMap((line) => [...line.matchAll(/(\w+)="([^"]*)"/g)]);
  const known = [...Object.values(COUNTERS), ...Object.values(TIMINGS)].flatMap(
    (row) => row.labels as readonly string[],
  );
  expect(labels.length).toBeGreaterThan(50);
  expect(
    [...new Set(labels.map(([, name]) => name))].filter(
      (name) => !['le', 'state', ...known].includes(name ?? ''),
    ),
  ).toEqual([]);
  for (const [, name, value] of labels)
    if (name !== 'le') expect(value).toMatch(/^([a-z_]{1,40}|[A-Z]{3,7}|\d{3}|\dxx|\/[\w/:*.-]*)$/);
});

it('with METRICS_TOKEN it opens to that bearer alone; to others there is nothing there', async () => {
  world = await createWorld({ env: { METRICS_TOKEN: 'metrics-token-of-the-test' } });
  const refused = await page();
  expect(refused).toMatchObject({ status: 404, type: 'application/problem+json' });
  expect((await page({ authorization: 'Bearer metrics-token-of-the-tesT' })).status).toBe(404);
  expect((await page({ authorization: `Bearer ${world.apiKey}` })).status).toBe(404);
  expect((await page({ authorization: 'Bearer metrics-token-of-the-test' })).status).toBe(200);
});

it.each([
  ['listens to the network', { HOST: '0.0.0.0' }],
  ['stands behind a proxy', { PUBLIC_URL: 'https://recado.example' }],
])('without a token it is closed where the engine %s', async (_, env: Record<string, string>) => {
  const port = await freePort();
  world = await createWorld({ env: { ...env, PORT: String(port) } });
  const url = `http://127.0.0.1:${port}`;
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  expect((await page({}, url)).status).toBe(404);
});
