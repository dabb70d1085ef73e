// The conversations of one node, without sound: they open, are joined, say one sentence and end, and write what they
// leave in the order it happened, as those with sound do.
import type { AttemptRecord, CallRecord, TurnRecord } from '../../engine/src/calls/call-record.ts';
import type { Sessions } from '../../engine/src/calls/ports.ts';
import type { AnsweredBy, EndReason } from '../../engine/src/contract/vocabulary.ts';
import type { Clock } from '../../engine/src/lib/clock.ts';
import type { LineListener } from '../../engine/src/session/line.ts';
import type { Gates } from './gates.ts';

export interface SessionWork {
  turn(turn: TurnRecord): Promise<void>;
  ended(
    attempt: AttemptRecord,
    end: { end_reason: EndReason; answered_by: AnsweredBy },
  ): Promise<void>;
  hangUp(attempt: AttemptRecord): Promise<void>;
}

interface Held {
  call: CallRecord;
  attempt: AttemptRecord;
  state: 'waiting' | 'talking' | 'ended';
  who: AnsweredBy | undefined;
  written: Promise<void>;
}

export interface SessionOptions {
  node: string;
  gates: Gates;
  clock: Clock;
  work: SessionWork;
  /** Whether the next model session opens. */
  opens(): boolean;
  /** A write failed for another reason than the store. */
  broken(error: unknown): void;
}

export const WORDS = 'Yes, that suits me, call me again tomorrow.';
const UNJOINED_MS = 180_000;
const WRITE_AGAIN_MS = 1_000;

export class ScriptedSessions implements Sessions {
  readonly #options: SessionOptions;
  readonly #held = new Map<string, Held>();

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  async warmUp(): Promise<void> {
    await this.#options.gates.pass(this.#options.node, 'speaks the disclosure');
  }

  async prepare(
    call: CallRecord,
    attempt: AttemptRecord,
  ): Promise<{ ok: true } | { ok: false; detail: string }> {
    const { gates, node, clock, opens } = this.#options;
    await gates.pass(node, 'opens a model session');
    if (!opens()) return { ok: false, detail: 'no model' };
    const held: Held = {
      ...{ call, attempt, state: 'waiting', who: undefined },
      written: Promise.resolve(),
    };
    this.#held.set(attempt.id, held);
    await gates.pass(node, 'has a model session');
    if (held.state === 'ended') return { ok: false, detail: 'lost' };
    clock.after(UNJOINED_MS, () => {
      if (held.state === 'waiting') this.end(attempt.id, 'error_engine');
    });
    return { ok: true };
  }

  holds(attemptId: string): boolean {
    return this.#held.has(attemptId);
  }

  isLive(attemptId: string): boolean {
    return this.#held.get(attemptId)?.state === 'talking';
  }

  end(attemptId: string, end_reason: EndReason): void {
    const held = this.#held.get(attemptId);
    if (!held || held.state === 'ended') return;
    const { work } = this.#options;
    const { attempt } = held;
    const talked = held.state === 'talking';
    held.state = 'ended';
    const hangUp = (): void => this.#write(held, () => work.hangUp(attempt));
    if (talked) hangUp();
    const answered_by = held.who ?? (talked ? 'human' : 'nobody');
    this.#write(held, () => work.ended(attempt, { end_reason, answered_by }));
    this.#write(held, async () => void this.#held.delete(attemptId));
    if (!talked) hangUp();
  }

  drop(attemptId: string): void {
    const held = this.#held.get(attemptId);
    if (held?.state !== 'waiting') return;
    this.#held.delete(attemptId);
    held.state = 'ended';
  }

  answeredBy(attemptId: string, who: AnsweredBy): void {
    const held = this.#held.get(attemptId);
    if (held) held.who = who;
  }

  /** Returns what the line tells from now on; undefined when the session is not here or has begun already. */
  join(attemptId: string): LineListener | undefined {
    const held = this.#held.get(attemptId);
    if (held?.state !== 'waiting') return undefined;
    held.state = 'talking';
    const { call, attempt } = held;
    const { work } = this.#options;
    const say = (index: number, speaker: TurnRecord['speaker'], text: string): void => {
      const ids = { call_id: call.id, attempt_id: attempt.id, index, speaker, text };
      const times = { started_ms: index * 1_000, ended_ms: index * 1_000 + 900 };
      this.#write(held, () => work.turn({ ...ids, ...times, interrupted: false }));
    };
    say(0, 'agent', 'Would Tuesday suit you?');
    say(1, 'recipient', WORDS);
    const nothing = (): void => undefined;
    const closed = (): void => this.end(attemptId, 'recipient_hangup');
    return { audio: nothing, marked: nothing, pressed: nothing, closed };
  }

  // A store that is away comes back: what was said waits in memory.
  #write(held: Held, work: () => Promise<void>): void {
    const { clock, broken } = this.#options;
    const insist = async (): Promise<void> => {
      try {
        await work();
      } catch (error) {
        if (!(error instanceof Error && 'code' in error)) return broken(error);
        await clock.sleep(WRITE_AGAIN_MS);
        await insist();
      }
    };
    held.written = held.written.then(insist);
  }
}
