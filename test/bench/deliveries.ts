// Whether every event arrives, while the receiver fails and the engine is killed.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createClock } from '../../engine/src/lib/clock.ts';
import { silentLog } from '../../engine/src/lib/log.ts';
import { startSimulator } from '../../engine/src/simulator/index.ts';
import { freePort, startEngineProcess } from '../engine-process.ts';
import { engineEnv, SPEECH_CACHE } from '../world.ts';
import { makeKeys, placeEnded, webhookSecret } from './ended-calls.ts';
import { type Answer, type HostileReceiver, startHostileReceiver } from './hostile-receiver.ts';
import { type Bench, type Run, rounded } from './report.ts';

const EVENTS = 400;
const KEYS = 5;
const KILLS = 10;
const KILL_EVERY_MS = 3_000;
// Of its fast clock the engine waits 15 s for an answer, and half an hour before the fourth try.
const RATE = 50;
const SLOW_MS = 20_000 / RATE;
const BAD_TRIES_MAX = 3;
const GIVE_UP_MS = 400_000;

export const deliveries: Bench = {
  name: 'deliveries',
  rules: [
    `${EVENTS} calls end and tell one address; of the first ${BAD_TRIES_MAX} tries of an event 20 % are answered 500, 5 % reset, 5 % answered after the time-out, later ones are taken`,
    `the engine (SQLite) is killed ${KILLS} times, every ${KILL_EVERY_MS / 1_000} s, and started again; its clock runs ${RATE} times as fast`,
    'an event is delivered when the receiver answered 200 in time; what is not within 400 s of the last kill counts as not delivered',
    'no call and no try is left out',
  ],
  reach: {
    delivered_share: { value: 1, is: 'at least' },
    bad_signatures: { value: 0, is: 'at most' },
  },
  async run(note) {
    const folder = await mkdtemp(join(tmpdir(), 'recado-bench-'));
    const simulator = await startSimulator({
      ...{ clock: createClock(), log: silentLog, cacheDir: SPEECH_CACHE },
    });
    const env = {
      ...engineEnv(simulator, folder),
      PORT: String(await freePort()),
      RECADO_CLOCK_RATE: String(RATE),
      RECADO_CLOCK_ANCHOR: String(Date.now()),
      LOG_LEVEL: 'silent',
    };
    let engine = await startEngineProcess(env);
    const keys = await makeKeys(env, simulator, KEYS);
    const secrets = await Promise.all(keys.map((key) => webhookSecret(engine.url, key)));
    const receiver = await startHostileReceiver({
      ...{ secrets: () => secrets, answer: badly, slowMs: SLOW_MS },
    });
    try {
      const accepted = placeAll(engine.url, keys, receiver.url);
      for (let kill = 0; kill < KILLS; kill++) {
        await pause(KILL_EVERY_MS);
        await engine.kill();
        engine = await startEngineProcess(env);
      }
      const ids = await accepted;
      await untilTaken(ids, receiver);
      note(runOf(ids, receiver));
      const delivered = ids.filter((id) => receiver.taken.has(id)).length;
      return {
        delivered_share: rounded(delivered / ids.length, 4),
        bad_signatures: receiver.badSignatures,
      };
    } finally {
      await engine.kill();
      await receiver.close();
      await simulator.close();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

function badly(nth: number): Answer {
  const dice = Math.random();
  if (nth > BAD_TRIES_MAX || dice >= 0.3) return 'take';
  if (dice >= 0.1) return 'fail';
  return dice >= 0.05 ? 'reset' : 'slow';
}

// Spread over the kills, so that calls are accepted while the engine dies too; who gets no answer asks again.
async function placeAll(url: string, keys: readonly string[], hook: string): Promise<string[]> {
  const ids: string[] = [];
  for (let nth = 0; nth < EVENTS; nth++) {
    const key = keys[nth % keys.length] ?? '';
    let id: string | undefined;
    while (id === undefined) {
      id = await placeEnded(url, key, { nth, hook }).catch(() => undefined);
      if (id === undefined) await pause(100);
    }
    ids.push(id);
    await pause((KILLS * KILL_EVERY_MS) / EVENTS);
  }
  return ids;
}

async function untilTaken(ids: readonly string[], { taken }: HostileReceiver): Promise<void> {
  const late = AbortSignal.timeout(GIVE_UP_MS);
  while (!late.aborted && !ids.every((id) => taken.has(id))) await pause(200);
}

function runOf(ids: readonly string[], { taken, tries, answers }: HostileReceiver): Run {
  const counts = ids.map((id) => tries.get(id) ?? 0);
  return {
    ...{ events: ids.length, taken: taken.size, kills: KILLS },
    requests: counts.reduce((sum, one) => sum + one, 0),
    tries_max: Math.max(...counts),
    ...{ answered_500: answers.fail, reset: answers.reset, too_late: answers.slow },
    // A kill after the send and before it is noted sends again, with the same id.
    sent_again_after_taken: answers.take - taken.size,
  };
}
