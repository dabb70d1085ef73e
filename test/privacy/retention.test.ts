// What was kept long enough goes by itself, and what is kept for no days goes with the end of the call.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Call } from '../../engine/src/contract/call.ts';
import { numberFor } from '../../engine/src/simulator/index.ts';
import { createJumpingClock } from '../jumping-clock.ts';
import { createWorld, pause, type World } from '../world.ts';

const DAY_MS = 86_400_000;
let world: World | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});

const request = {
  phone_number: numberFor('confirms', '415'),
  task: 'Confirm the appointment on 2026-12-01 at 14:00.',
  recipient_name: 'Zephyrine Quillfeather',
  metadata: { customer: 'c-77' },
  questions: [{ ask: 'Will you come?', type: 'yes_no' as const, key: 'comes' }],
  recording: 'notify' as const,
};

const recordings = ({ dataDir }: World): Promise<string[]> =>
  readdir(join(dataDir, 'recordings')).catch(() => []);
const get = async ({ client }: World, id: string) =>
  (await client.getCall({ params: { id } })) as Call;

async function until(test: () => Promise<boolean>): Promise<void> {
  const signal = AbortSignal.timeout(20_000);
  while (!(await test())) {
    if (signal.aborted) throw new Error('it did not come to that within 20 s');
    await pause(30);
  }
}

it('recordings go after 30 days, words after 90, and after a year nothing names the person', async () => {
  const clock = createJumpingClock({ rate: 10 });
  world = await createWorld({ clock });
  const here = world;
  const { id } = await here.client.placeCall({ body: request });
  const call = await here.ended(id);
  expect(await recordings(here)).toHaveLength(1);

  clock.jump(31 * DAY_MS);
  await until(async () => (await recordings(here)).length === 0);
  const afterMonth = await get(here, id);
  expect(afterMonth.recording_url).toBeNull();
  expect(afterMonth.transcript).toEqual(call.transcript);

  clock.jump(60 * DAY_MS);
  await until(async () => (await get(here, id)).transcript.length === 0);
  const afterQuarter = await get(here, id);
  expect(afterQuarter).toMatchObject({ result: call.result, metadata: call.metadata });

  clock.jump(275 * DAY_MS);
  await until(async () => (await get(here, id)).phone_number === null);
  expect(await get(here, id)).toMatchObject({
    recipient_name: null,
    task: null,
    result: null,
    metadata: {},
    outcome_group: call.outcome_group,
    ended_at: call.ended_at,
  });
  const metrics = await (await fetch(`${here.url}/metrics`)).text();
  for (const kind of ['recordings', 'transcripts', 'results', 'events'])
    expect(metrics).toMatch(new RegExp(`recado_retention_removed_total\\{kind="${kind}"\\} [1-9]`));
});

it('P4 with retention 0 sound and words are gone when the call has ended, and the result is kept', async () => {
  world = await createWorld({
    env: { RETENTION_RECORDINGS_DAYS: '0', RETENTION_TRANSCRIPTS_DAYS: '0' },
  });
  const here = world;
  const { id } = await here.client.placeCall({
    body: { ...request, webhook_url: here.receiver.url },
  });
  const call = await here.ended(id);
  expect(call).toMatchObject({ transcript: [], transcript_text: null, recording_url: null });
  expect(call.result).toMatchObject({ comes: true });
  expect(call.metadata).toEqual(request.metadata);
  const { event } = await here.receiver.next('call.ended');
  expect(event.data).toMatchObject({ transcript: [], transcript_text: null, recording_url: null });
  await until(async () => (await recordings(here)).length === 0);
  const stream = await here.client.streamCall({ params: { id } });
  const types: string[] = [];
  for await (const { event } of stream) types.push(event.type);
  expect(types).toContain('call.ended');
  expect(types).not.toContain('call.turn_added');
});
