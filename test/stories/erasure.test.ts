// A person asks what is held on them, and then that it is gone.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Call } from '../../engine/src/contract/call.ts';
import { numberFor } from '../../engine/src/simulator/index.ts';
import { createWorld, pause, type World } from '../world.ts';

const PERSON = 'Zephyrine Quillfeather';
const WORDS = {
  task: 'marmalade inspection',
  variable: 'varcanary7704',
  metadata: 'metacanary5582',
  reference: 'refcanary4471',
  tag: 'tagcanary6693',
  question: 'porcupine biscuit',
  first: 'Splendid marzipan greetings',
  outcome: 'outcomecanary_yes',
  note: 'notecanary9081',
  key: 'keycanary-20925',
  path: 'pathcanary9926',
};

let world: World;
beforeEach(async () => {
  world = await createWorld({ env: { DEFAULT_RECORDING: 'notify' } });
});
afterEach(() => world.close());

const request = (phone_number: string) => ({
  phone_number,
  task: `Confirm the ${WORDS.task} of {{what}} on 2026-12-01 at 14:00.`,
  variables: { what: WORDS.variable },
  recipient_name: PERSON,
  first_message: WORDS.first,
  reference: WORDS.reference,
  tag: WORDS.tag,
  metadata: { customer: WORDS.metadata },
  questions: [
    { ask: `Would you like a ${WORDS.question}?`, type: 'yes_no' as const, key: 'biscuit' },
  ],
  outcomes: [WORDS.outcome, 'other'],
  recording: 'notify' as const,
});

/** Every file of the data folder, as bytes, with the log. */
async function everything(): Promise<{ name: string; bytes: Buffer }[]> {
  const names = await readdir(world.dataDir, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile());
  const read = files.map(async (entry) => {
    const path = join(entry.parentPath, entry.name);
    return { name: path.slice(world.dataDir.length + 1), bytes: await readFile(path) };
  });
  const log = { name: 'log', bytes: Buffer.from(world.logLines.join('')) };
  return [...(await Promise.all(read)), log];
}

const places = (files: { name: string; bytes: Buffer }[], words: readonly string[]): string[] =>
  files.flatMap(({ name, bytes }) =>
    words.filter((word) => bytes.includes(word)).map((word) => `${name}: ${word}`),
  );

it('P3 after an erasure no byte of the store, its log, the data folder or the log lines names the person or says what was said', async () => {
  const phone_number = numberFor('confirms', '415');
  const bystander = numberFor('confirms', '416');
  const idempotency = { 'idempotency-key': WORDS.key };
  const placed = await world.client.placeCall({
    body: { ...request(phone_number), webhook_url: `${world.receiver.url}/${WORDS.path}` },
    headers: idempotency,
  });
  const [call, other] = await Promise.all([
    world.ended(placed.id),
    world.client
      .placeCall({ body: { phone_number: bystander, task: 'Confirm the visit on 2026-12-02.' } })
      .then(({ id }) => world.ended(id)),
  ]);
  await world.receiver.next('call.ended');
  // One that waits, and one that was refused with its number as it was typed.
  const waiting = await world.client.placeCall({
    body: { ...request(phone_number), schedule: { at: '2027-01-04T15:00:00Z' }, dedupe_key: 'k1' },
  });
  const typed = `${phone_number}99`;
  await world.client.placeCall({ body: { ...request(typed), on_refusal: 'result' } });
  await world.client.addSuppression({ body: { phone_number, note: WORDS.note } });

  const held = await world.client.exportPerson({ query: { phone_number } });
  expect(held.calls.map(({ call: one }) => one.id).sort()).toEqual([call.id, waiting.id].sort());
  const text = JSON.stringify(held);
  for (const word of [PERSON, WORDS.task, WORDS.metadata, WORDS.question, WORDS.note])
    expect(text).toContain(word);
  expect(call.transcript.length).toBeGreaterThan(2);
  expect(text).toContain(JSON.stringify(call.transcript_text).slice(1, -1));

  const spoken = call.transcript
    .flatMap((turn) => turn.text.split(/[.?!,] /))
    .filter((part) => part.length > 12 && !JSON.stringify(other.transcript).includes(part));
  const names = [PERSON, phone_number, phone_number.slice(2), typed, ...Object.values(WORDS)];
  const personal = [...names, ...spoken];
  const before = places(await everything(), personal);
  expect(before.some((place) => place.startsWith('recado.db'))).toBe(true);
  const files = () => readdir(join(world.dataDir, 'recordings'));
  expect(await files()).toHaveLength(2);

  const receipt = await world.client.erasePerson({ body: { phone_number } });
  expect(receipt.counts).toMatchObject({ calls: 2, attempts: 1, recordings: 1, suppressions: 1 });
  expect(receipt.counts.turns).toBe(call.transcript.length);
  expect((await world.client.erasePerson({ body: { phone_number: typed } })).counts.calls).toBe(1);

  expect(places(await everything(), personal)).toEqual([]);
  expect(await files()).toHaveLength(1);
  expect(await world.client.erasePerson({ body: { phone_number } })).toEqual(receipt);
  expect((await world.client.exportPerson({ query: { phone_number } })).calls).toEqual([]);

  const left = (await world.client.getCall({ params: { id: call.id } })) as Call;
  expect(left).toMatchObject({
    status: 'ended',
    outcome: null,
    outcome_group: 'answered',
    phone_number: null,
    recipient_name: null,
    task: null,
    result: null,
    metadata: {},
    transcript: [],
    recording_url: null,
    created_at: call.created_at,
    ended_at: call.ended_at,
    cost: call.cost,
  });
  const bystanderCall = await world.client.getCall({ params: { id: other.id } });
  expect(bystanderCall).toEqual(other);
  // The same request sent again finds its call and rings nobody.
  const again = await world.client.placeCall({
    body: { ...request(phone_number), webhook_url: `${world.receiver.url}/${WORDS.path}` },
    headers: idempotency,
  });
  expect([again.id, again.replayed]).toEqual([call.id, true]);
  expect(world.phone(phone_number)).toHaveLength(1);
});

it('P3 an erasure while somebody is on the phone is refused, and works when the call has ended', async () => {
  const phone_number = numberFor('confirms', '417');
  const placed = await world.client.placeCall({ body: request(phone_number) });
  await world.until(placed.id, ({ status }) => status === 'in_progress');
  const early = world.client.erasePerson({ body: { phone_number } });
  await expect(early).rejects.toMatchObject({ status: 409, problem: { code: 'call_in_progress' } });
  await world.ended(placed.id);
  const receipt = await world.client.erasePerson({ body: { phone_number } });
  expect(receipt.counts.calls).toBe(1);
});

it('P3 a delivery that still waits carries nothing personal', async () => {
  const phone_number = numberFor('busy', '418');
  world.receiver.answers.push(503);
  const retry = { max_attempts: 1 };
  const placed = await world.client.placeCall({
    body: { ...request(phone_number), retry, webhook_url: world.receiver.url },
  });
  await world.ended(placed.id);
  while (world.receiver.received.length === 0) await pause(10);
  await world.client.erasePerson({ body: { phone_number } });
  const { body } = await world.receiver.next('call.ended');
  expect(JSON.parse(body)).toMatchObject({ type: 'call.ended', data: { id: placed.id } });
  for (const word of [phone_number, PERSON, ...Object.values(WORDS)])
    expect(body).not.toContain(word);
});

it('P6 a person who was erased may be called again with new data, unless they had opted out', async () => {
  const body = (phone_number: string) => ({ phone_number, task: 'Confirm the visit at 14:00.' });
  const free = numberFor('no_answer', '419');
  const first = await world.client.placeCall({
    body: { ...body(free), retry: { max_attempts: 1 } },
  });
  await world.ended(first.id, 60);
  await world.client.erasePerson({ body: { phone_number: free } });
  const second = await world.client.placeCall({ body: body(free) });
  expect(second.phone_number).toBe(free);

  const out = numberFor('opts_out', '425');
  const talked = await world.client.placeCall({ body: body(out) });
  expect((await world.ended(talked.id)).outcome).toBe('opted_out');
  await world.client.erasePerson({ body: { phone_number: out } });
  await expect(world.client.placeCall({ body: body(out) })).rejects.toMatchObject({
    status: 403,
    problem: { code: 'recipient_suppressed' },
  });
});
