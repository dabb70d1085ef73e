// Strikes engines at the planned moments. All moments are seen from outside: at the carrier, at the receiver and in the
// store. An engine is stopped first; only when it is where it should be struck does the blow fall.
import type { Queryable } from '../../engine/src/lib/database.ts';
import type { Sight } from '../../engine/src/simulator/index.ts';
import { pause } from '../world.ts';
import type { ChaosReceiver } from './chaos-receiver.ts';
import type { Fleet } from './fleet.ts';
import type { PlannedCall, Point } from './plan.ts';
import type { SimulatorProcess } from './simulator-process.ts';

export interface Strikes {
  /** Tells the carrier what goes wrong with these calls, before they are placed. */
  prepare(calls: readonly PlannedCall[]): Promise<void>;
  /** A call is about to be placed. */
  placing(call: PlannedCall): void;
  /** A call was accepted. Resolves when its strike fell, missed or cannot come any more. */
  accepted(call: PlannedCall, id: string): Promise<void>;
  met(): string[];
  /** Calls of the last `prepare` that should have been struck and were not. */
  missed(): PlannedCall[];
  /** What was done to this call. */
  told(callId: string): string;
}

interface Target {
  call: PlannedCall;
  id: string | undefined;
  sights: Set<string>;
  /** Where its carrier calls back, so the node that dialed. */
  url: string;
  state: 'waiting' | 'met' | 'missed';
  over: PromiseWithResolvers<void>;
}

/** What the carrier sees at each moment that it can see. */
const SEEN_AS: Partial<Record<Point, readonly string[]>> = {
  send: ['create_received'],
  response: ['create_done'],
  bind: ['create_answered'],
  twiml_fetch: ['twiml_request'],
  media_start: ['stream_started'],
  end: ['completed', 'busy', 'no-answer', 'failed', 'canceled'],
};
const HELD_AT: Partial<Record<Point, 'request' | 'response'>> = {
  send: 'request',
  response: 'response',
};
const LOOK_EVERY_MS = 3;
const LOOK_FOR_MS = 30_000;

export function createStrikes(parts: {
  fleet: Fleet;
  simulator: SimulatorProcess;
  receiver: ChaosReceiver;
  look: Queryable;
}): Strikes {
  const { fleet, simulator, receiver, look } = parts;
  const all: Target[] = [];
  let targets = new Map<string, Target>();
  let placedAt = 0;

  const nodeOf = (target: Target): number =>
    fleet.nodeAt(target.url) ?? placedAt % fleet.urls.length;
  const finish = (target: Target, state: Target['state']): void => {
    if (target.state === 'waiting') target.state = state;
    target.over.resolve();
  };

  async function strike(target: Target, isThere = async () => true): Promise<boolean> {
    const { strike: planned, phone_number } = target.call;
    if (!planned || target.state !== 'waiting') return false;
    const hit = await fleet.strike(nodeOf(target), planned.blow, isThere);
    simulator.release(phone_number);
    if (hit) finish(target, 'met');
    return hit;
  }

  simulator.onSight((sight: Sight) => {
    const target = targets.get(sight.to);
    if (!target) return;
    target.sights.add(sight.event);
    if (sight.event === 'create_received') target.url = sight.detail ?? '';
    const { strike: planned } = target.call;
    if (planned && SEEN_AS[planned.point]?.includes(sight.event))
      void strike(target).then(() => finish(target, 'missed'));
  });

  const attemptsOf = async (id: string): Promise<number> => {
    const rows = await look.query('SELECT id FROM attempts WHERE call_id = $1', [id]);
    return rows.length;
  };
  const statusOf = async (id: string): Promise<string> => {
    const sql = 'SELECT status FROM calls WHERE id = $1';
    return (await look.query<{ status: string }>(sql, [id]))[0]?.status ?? '';
  };
  const asked = ({ sights }: Target): boolean => sights.has('create_received');

  const STORE_POINTS: Partial<Record<Point, (target: Target, id: string) => Promise<void>>> = {
    async after_intent(target, id) {
      await whenTrue(async () => (await attemptsOf(id)) > 0);
      await strike(target, async () => !asked(target));
      finish(target, 'missed');
    },
    async event_write(target, id) {
      await whenTrue(async () => ['finalizing', 'ended'].includes(await statusOf(id)));
      await strike(target);
      finish(target, 'missed');
    },
  };

  // The engine goes from accepting to dialing in a few milliseconds, so the store is watched before the caller is answered.
  async function strikeAtAcceptance(target: Target): Promise<void> {
    const sql = 'SELECT id FROM calls WHERE phone_number = $1';
    let call: { id: string } | undefined;
    await whenTrue(async () => {
      [call] = await look.query<{ id: string }>(sql, [target.call.phone_number]);
      return call !== undefined;
    }, 0);
    await strike(target, async () => (await attemptsOf(call?.id ?? '')) === 0);
    finish(target, 'missed');
  }

  return {
    async prepare(calls) {
      targets = new Map(calls.map((call) => [call.phone_number, targetOf(call)]));
      all.push(...targets.values());
      await simulator.setFaults(faultsOf(calls));
      for (const target of targets.values()) {
        if (target.call.strike?.point !== 'webhook_send') continue;
        receiver.meet(target.call.phone_number.slice(1), () =>
          strike(target).then(() => finish(target, 'missed')),
        );
      }
    },
    placing(call) {
      placedAt++;
      const target = targets.get(call.phone_number);
      if (target && call.strike?.point === 'before_intent')
        void strikeAtAcceptance(target).catch(() => finish(target, 'missed'));
    },
    accepted(call, id) {
      const target = targets.get(call.phone_number);
      if (!target || !call.strike) return Promise.resolve();
      target.id = id;
      void STORE_POINTS[call.strike.point]?.(target, id).catch(() => finish(target, 'missed'));
      return target.over.promise;
    },
    met: () => all.filter(({ state }) => state === 'met').map(nameOf),
    missed: () =>
      [...targets.values()]
        .filter(({ call, state }) => call.strike && state !== 'met')
        .map(({ call }) => call),
    told(callId) {
      const target = all.find(({ id, call }) => id === callId || call.phone_number === callId);
      return `planned: ${JSON.stringify(target?.call ?? null)}, strike ${target?.state ?? 'unknown'}`;
    },
  };
}

const targetOf = (call: PlannedCall): Target => ({
  call,
  id: undefined,
  sights: new Set(),
  url: '',
  state: 'waiting',
  over: Promise.withResolvers<void>(),
});

const nameOf = ({ call: { strike, faults } }: Target): string =>
  `${strike?.point} × ${faults[0]} (${strike?.blow.kind})`;

const faultsOf = (calls: readonly PlannedCall[]) => ({
  creates: {
    numbers: Object.fromEntries(
      calls.map(({ phone_number, faults }) => [phone_number, [...faults]]),
    ),
  },
  holds: Object.fromEntries(
    calls.flatMap(({ phone_number, strike }) => {
      const where = strike ? HELD_AT[strike.point] : undefined;
      return where ? [[phone_number, where] as const] : [];
    }),
  ),
});

async function whenTrue(test: () => Promise<boolean>, everyMs = LOOK_EVERY_MS): Promise<void> {
  const giveUpAt = performance.now() + LOOK_FOR_MS;
  while (!(await test())) {
    if (performance.now() > giveUpAt) throw new Error('it never came');
    await pause(everyMs);
  }
}
