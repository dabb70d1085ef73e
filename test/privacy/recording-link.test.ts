// A link lets somebody without a key hear one recording for a while, and nothing else.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { numberFor } from '../../engine/src/simulator/index.ts';
import { type BadInputWorld, createBadInputWorld } from '../bad-input/bad-input-world.ts';
import { createJumpingClock } from '../jumping-clock.ts';
import { createWorld, type World } from '../world.ts';

const TASK = 'Confirm the appointment on 2026-12-01 at 14:00.';
const clock = createJumpingClock({ rate: 10 });
let world: World;
let recorded: string;
beforeAll(async () => {
  world = await createWorld({ clock });
  const body = {
    phone_number: numberFor('declines', '415'),
    task: TASK,
    recording: 'notify' as const,
  };
  recorded = (await world.ended((await world.client.placeCall({ body })).id)).id;
});
afterAll(() => world.close());

const link = async (seconds?: number) =>
  world.client.linkRecording({
    params: { id: recorded },
    body: seconds === undefined ? {} : { expires_in_seconds: seconds },
  });
const open = async (url: string) => {
  const answer = await fetch(url);
  const isSound = answer.headers.get('content-type') === 'audio/wav';
  const bytes = Buffer.from(await answer.arrayBuffer());
  return {
    status: answer.status,
    headers: answer.headers,
    bytes,
    code: isSound ? undefined : (JSON.parse(bytes.toString()) as { code: string }).code,
  };
};
const INVALID = { status: 403, code: 'link_invalid' };

it('a link plays without a key, as a file that no cache keeps, and the call shows no trace of it', async () => {
  const made = await link();
  expect(Date.parse(made.expires_at) - clock.now()).toBeGreaterThan(880_000);
  const played = await open(made.url);
  expect(played.status).toBe(200);
  expect(played.bytes.subarray(0, 4).toString()).toBe('RIFF');
  expect(played.headers.get('cache-control')).toBe('no-store');
  expect(played.headers.get('x-content-type-options')).toBe('nosniff');
  expect(played.headers.get('content-disposition')).toMatch(/^attachment/);
  const call = await world.client.getCall({ params: { id: recorded } });
  expect(JSON.stringify(call)).not.toContain(made.url.split('/').at(-1));
  expect(call.recording_url).toBe(`${world.url}/v1/calls/${recorded}/recording`);
});

it('P1 a link that is altered, of another call, expired, or revoked opens nothing and says nothing more', async () => {
  const { url } = await link(60);
  const other = `call_${'0'.repeat(26)}`;
  const end = url.at(-1) === '0' ? '1' : '0';
  for (const wrong of [
    url.slice(0, -1) + end,
    url.replace(recorded, other),
    url.replace(/.\.([0-9a-f]{64})$/, 'z.$1'),
    url.replace(/[^/]+$/, 'x'),
    `${url}0`,
  ])
    expect(await open(wrong)).toMatchObject(INVALID);
  expect((await open(url)).status).toBe(200);
  clock.jump(61_000);
  expect(await open(url)).toMatchObject(INVALID);

  const before = await link();
  await world.client.revokeRecordingLinks();
  expect(await open(before.url)).toMatchObject(INVALID);
  expect((await open((await link()).url)).status).toBe(200);
});

it('a link lasts a day at most, and the log tells no token', async () => {
  await expect(link(86_401)).rejects.toMatchObject({ status: 422 });
  const { url } = await link(86_400);
  await open(url);
  expect(world.logLines.join('')).not.toContain(url.split('/').at(-1));
});

it('P2 without recording there is none to get or to link, and no file anywhere', async () => {
  const before = await readdir(join(world.dataDir, 'recordings'));
  const body = {
    phone_number: numberFor('declines', '416'),
    task: TASK,
    recording: 'off' as const,
  };
  const call = await world.ended((await world.client.placeCall({ body })).id);
  expect(call.recording_url).toBeNull();
  const none = { status: 404, problem: { code: 'recording_not_available' } };
  const params = { id: call.id };
  await expect(world.client.linkRecording({ params, body: {} })).rejects.toMatchObject(none);
  const direct = await fetch(`${world.url}/v1/calls/${call.id}/recording`, {
    headers: { authorization: `Bearer ${world.apiKey}` },
  });
  expect(direct.status).toBe(404);
  expect(await readdir(join(world.dataDir, 'recordings'))).toEqual(before);
});

describe('between the modes', () => {
  let bad: BadInputWorld;
  beforeAll(async () => {
    bad = await createBadInputWorld();
  });
  afterAll(() => bad.close());

  it('L1 a link to the recording of a call of the other mode is as absent as of a call that never was', async () => {
    const live = await bad.newKey('live');
    const placed = await bad.place({ phone_number: numberFor('busy', '417'), task: TASK });
    const send = (id: string, key?: string) =>
      bad.send('linkRecording', {
        path: `/v1/calls/${id}/recording_link`,
        body: {},
        ...(key === undefined ? {} : { key }),
      });
    const foreign = await send(placed.json.id, live.key);
    const random = await send(`call_${'0'.repeat(26)}`);
    const bare = ({ status, json: { instance: _, ...rest } }: typeof foreign) => [status, rest];
    expect(foreign.status).toBe(404);
    expect(bare(foreign)).toEqual(bare(random));
  });
});
