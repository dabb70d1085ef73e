import { numberFor } from '../../engine/src/simulator/index.ts';
import { type Collector, createCollector } from '../operations/collector.ts';
import { createWorld, type World } from '../world.ts';

// Words that occur nowhere else: one per field that a person or a secret stands in.
const CANARIES = {
  name: 'Zephyrine Quillfeather',
  task: 'the marmalade inspection',
  first: 'Splendid marzipan greetings',
  reference: 'refcanary-4471',
  metadata: 'metacanary-5582',
  key: 'metakeycanary',
  tag: 'tagcanary-6693',
  variable: 'varcanary-7704',
  question: 'Would you like a porcupine biscuit?',
  outcome: 'outcomecanary_yes',
  token: 'tokencanary-8815',
  path: 'pathcanary-9926',
  query: 'querycanary-1037',
};

let world: World;
let collector: Collector;
const stderr: string[] = [];
const write = process.stderr.write.bind(process.stderr);
beforeAll(async () => {
  process.stderr.write = ((chunk: string | Uint8Array) => {
    stderr.push(Buffer.from(chunk as Uint8Array).toString('utf8'));
    return true;
  }) as typeof process.stderr.write;
  collector = await createCollector();
  world = await createWorld({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url } });
});
afterAll(async () => {
  process.stderr.write = write;
  await world.close();
  await collector.close();
});

const request = (phone_number: string) => ({
  phone_number,
  task: `Confirm ${CANARIES.task} of {{what}} on 2026-12-01 at 14:00.`,
  variables: { what: CANARIES.variable },
  recipient_name: CANARIES.name,
  first_message: CANARIES.first,
  reference: CANARIES.reference,
  tag: CANARIES.tag,
  metadata: { [CANARIES.key]: CANARIES.metadata },
  questions: [{ ask: CANARIES.question, type: 'yes_no' as const, key: 'biscuit' }],
  outcomes: [CANARIES.outcome, 'other'],
  recording: 'notify' as const,
  webhook_url: `${world.receiver.url}/${CANARIES.path}?q=${CANARIES.query}`,
  webhook_token: CANARIES.token,
});

it('P5: a whole call leaves nothing personal and no secret in the log, in problems, in metrics, in traces or on stderr', async () => {
  const phone_number = numberFor('confirms', '415');
  // A receiver that fails first and a model that fails once: failures are what logs are written for.
  world.receiver.answers.push(500);
  world.simulator.faults.model.failResponses = { status: 500, times: 1 };
  const placed = await world.client.placeCall({ body: request(phone_number) });
  const call = await world.ended(placed.id);
  await world.receiver.next('call.ended');
  expect(call.transcript.length).toBeGreaterThan(2);

  const problems: string[] = [];
  const ask = async (path: string, init: RequestInit) => {
    const answer = await fetch(world.url + path, init);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    problems.push(await answer.text());
  };
  const headers = { authorization: `Bearer ${world.apiKey}`, 'content-type': 'application/json' };
  const bad = (change: object) =>
    ask('/v1/calls', {
      method: 'POST',
      headers,
      body: JSON.stringify({ ...request(phone_number), ...change }),
    });
  await bad({ webhook_url: `http://10.0.0.7/${CANARIES.path}?q=${CANARIES.query}` });
  await bad({ webhook_url: `http://user:${CANARIES.token}@127.0.0.1/` });
  await bad({ phone_number: '+19005551234' });
  await bad({ phone_number: `${phone_number}${CANARIES.name}` });
  await bad({ metadata: { a: { b: CANARIES.metadata } } });
  await bad({ voicemail: { action: CANARIES.task } });
  await bad({ from_number: '+12025550177' });
  await ask('/v1/calls', { method: 'POST', headers, body: `{"task":"${CANARIES.task}` });
  await ask(`/v1/calls/${CANARIES.reference}`, { headers });
  await ask(`/v1/account?api_key=${world.apiKey}`, {});
  await ask('/v1/account', { headers: { authorization: `Bearer ${world.apiKey}x` } });

  const { webhook_secret: webhookSecret } = await world.client.getAccount();
  const forbidden = [
    ...Object.values(CANARIES),
    ...call.transcript.map((turn) => turn.text),
    ...call.transcript
      .flatMap((turn) => turn.text.split(/[.?!] /))
      .filter((text) => text.length > 12),
    phone_number.slice(2),
    '9005551234',
    world.simulator.carrier.fromNumber.slice(2),
    world.simulator.carrier.authToken,
    world.simulator.model.apiKey,
    world.apiKey,
    world.apiKey.slice(-20),
    webhookSecret,
    webhookSecret.replace('whsec_', ''),
  ];
  const metrics = await (await fetch(`${world.url}/metrics`)).text();
  await world.until(call.id, () => collector.spans().some(({ name }) => name === 'call'));
  expect(metrics).toContain('recado_calls_ended_total');
  expect(world.logLines.length).toBeGreaterThan(0);
  for (const [where, text] of [
    ['log', world.logLines.join('')],
    ['problems', problems.join('\n')],
    ['metrics', metrics],
    ['traces', collector.requests.map(({ body }) => body).join('\n')],
    ['stderr', stderr.join('')],
  ] as const) {
    const found = forbidden.filter((secret) => text.includes(secret));
    expect([where, found]).toEqual([where, []]);
  }
});

it('a call as it comes back shows what is its own and no secret', async () => {
  const placed = await world.client.placeCall({ body: request(numberFor('busy', '416')) });
  const call = await world.ended(placed.id);
  const text = JSON.stringify(call);
  expect(text).toContain(CANARIES.metadata);
  for (const secret of [CANARIES.token, CANARIES.path, CANARIES.query, world.receiver.url])
    expect(text).not.toContain(secret);
  expect(text).not.toMatch(/whsec_|rk_test_|token|fingerprint|idempotency/);
});
