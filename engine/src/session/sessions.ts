// The conversations that this process holds, from the opened model session to the end.
import type { AttemptRecord, CallRecord, TurnRecord } from '../calls/call-record.ts';
import type { Sessions } from '../calls/ports.ts';
import type { AnsweredBy, EndReason } from '../contract/vocabulary.ts';
import type { Clock } from '../lib/clock.ts';
import { isStoreUnavailable } from '../lib/database.ts';
import type { Log } from '../lib/log.ts';
import { disclosureFor, instructionsFor } from './instructions.ts';
import type { Line, LineListener } from './line.ts';
import { Session } from './session.ts';
import type { SessionSink } from './session-sink.ts';
import { readToolCall, TOOLS } from './tools.ts';
import type { Speech, Voice } from './voice.ts';

export interface SessionNetwork {
  voice: Voice;
  /** Speaks the engine's own sentences; the same sentence is spoken once and kept. */
  speech: Speech;
}

/** What a session leaves behind. Each is awaited in the order it happened. */
export interface SessionRecords {
  turn(turn: TurnRecord): Promise<void>;
  answer(callId: string, answer: { field: string; value: unknown; quote: string }): Promise<void>;
  disclosed(callId: string): Promise<void>;
  recorded(attempt: AttemptRecord, bytes: Uint8Array): Promise<void>;
  ended(
    attempt: AttemptRecord,
    end: { end_reason: EndReason; answered_by: AnsweredBy; latency: CallRecord['latency'] },
  ): Promise<void>;
  hangUp(attempt: AttemptRecord): Promise<void>;
}

interface Writer {
  attempt: AttemptRecord;
  written: Promise<void>;
}

interface Held extends Writer {
  session: Session;
}

const GOODBYE_INSTRUCTIONS =
  'The time for this call is over. Say goodbye in one short sentence, in the language of the call.';
const STILL_THERE_INSTRUCTIONS =
  'The person has been silent. Ask in one short sentence whether they are still there.';
// A prepared session that nobody joins is dropped: the phone has long stopped ringing.
const UNJOINED_MS = 180_000;
const LOOK_AGAIN_MS = 100;
// The goodbye has 10 s to be said and 5 s to be heard, then the end is written.
const GOODBYE_MS = 16_000;
// A store that is away comes back: what was said waits in memory, in order, at most this long.
const WRITE_TRIED_FOR_MS = 600_000;
const WRITE_AGAIN_MS = 1_000;

export interface SessionsOptions {
  networks: { simulated: SessionNetwork; live?: SessionNetwork };
  records: SessionRecords;
  clock: Clock;
  log: Log;
}

export class LiveSessions implements Sessions {
  readonly #options: SessionsOptions;
  readonly #held = new Map<string, Held>();
  readonly #closing = new AbortController();

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  async warmUp(call: CallRecord): Promise<void> {
    const network = this.#options.networks[call.network];
    // What goes wrong here goes wrong again when the session is prepared, and is told there.
    if (network) await speakDisclosure(call, 'outbound', network);
  }

  async prepare(
    call: CallRecord,
    attempt: AttemptRecord,
  ): Promise<{ ok: true } | { ok: false; detail: string }> {
    const { networks, clock } = this.#options;
    const network = networks[call.network];
    if (!network) return { ok: false, detail: 'no speech model is set up' };
    const { direction } = attempt;
    const text = disclosureFor(call, call.order.language, direction);
    const audio = await speakDisclosure(call, direction, network);
    if (!audio.ok) return { ok: false, detail: `disclosure: ${audio.failure.kind}` };

    const entry = this.#hold(call, attempt, { text, audio: audio.value });
    const opened = await network.voice.open(
      {
        instructions: instructionsFor(call, text, direction),
        tools: TOOLS,
        language: call.order.language ?? undefined,
        voice: call.order.voice,
      },
      entry.session.voiceListener,
    );
    if (!opened.ok) {
      this.#held.delete(attempt.id);
      return { ok: false, detail: opened.failure.kind };
    }
    entry.session.ready(opened.value);
    if (entry.session.state === 'ended') return { ok: false, detail: 'lost' };
    clock.after(UNJOINED_MS, () => {
      if (entry.session.state === 'waiting') entry.session.end('error_engine');
    });
    return { ok: true };
  }

  holds(attemptId: string): boolean {
    return this.#held.has(attemptId);
  }

  isLive(attemptId: string): boolean {
    const state = this.#held.get(attemptId)?.session.state;
    return state === 'disclosing' || state === 'talking' || state === 'closing';
  }

  end(attemptId: string, reason: EndReason): void {
    this.#held.get(attemptId)?.session.end(reason);
  }

  drop(attemptId: string): void {
    const held = this.#held.get(attemptId);
    if (held?.session.state !== 'waiting') return;
    this.#held.delete(attemptId);
    held.session.abandon();
  }

  answeredBy(attemptId: string, who: AnsweredBy): void {
    this.#held.get(attemptId)?.session.answeredBy(who);
  }

  /** The media socket of an attempt has joined; undefined when its session is not here or has begun already. */
  join(attemptId: string, line: Line): LineListener | undefined {
    const session = this.#held.get(attemptId)?.session;
    return session?.state === 'waiting' ? session.join(line) : undefined;
  }

  /** How many conversations this process holds: opened and not yet answered, and with somebody on the phone. */
  get counts(): { waiting: number; live: number } {
    const live = [...this.#held.keys()].filter((attemptId) => this.isLive(attemptId)).length;
    return { waiting: this.#held.size - live, live };
  }

  /**
   * Lets what is held go on for `patienceMs`, then has the agent say goodbye to whoever is still on the phone.
   * Resolves when the last session has ended and is written.
   */
  async drain(patienceMs: number): Promise<void> {
    const { clock } = this.#options;
    const endsAt = clock.monotonic() + patienceMs;
    while (this.#held.size > 0 && clock.monotonic() < endsAt) await clock.sleep(LOOK_AGAIN_MS);
    for (const { session } of this.#held.values()) {
      if (session.state === 'talking') session.sayGoodbye('error_engine');
      else if (session.state !== 'closing') session.end('error_engine');
    }
    const goodbyeBefore = clock.monotonic() + GOODBYE_MS;
    while (this.#held.size > 0 && clock.monotonic() < goodbyeBefore)
      await clock.sleep(LOOK_AGAIN_MS);
    await this.close();
  }

  /** Ends every session at once and waits a bounded time until what they held is written. */
  async close(): Promise<void> {
    const all = [...this.#held.values()];
    for (const { session } of all) session.end('error_engine');
    this.#closing.abort();
    await Promise.all(all.map(({ written }) => written));
  }

  #hold(
    call: CallRecord,
    attempt: AttemptRecord,
    disclosure: { text: string; audio: Uint8Array },
  ): Held {
    const { clock, records } = this.#options;
    const writer: Writer = { attempt, written: Promise.resolve() };
    const session = new Session({
      clock,
      sink: this.#sinkOf(call, writer),
      disclosure,
      goodbyeInstructions: GOODBYE_INSTRUCTIONS,
      stillThereInstructions: STILL_THERE_INSTRUCTIONS,
      maxDurationMs: call.order.max_duration_seconds * 1_000,
      recording: call.order.recording === 'notify',
      readTool: (name, argumentsText) => readToolCall(name, argumentsText, call),
      hangUp: () => this.#write(writer, () => records.hangUp(attempt)),
    });
    const entry = Object.assign(writer, { session });
    this.#held.set(attempt.id, entry);
    return entry;
  }

  // Writing never holds up the talk, and what a session ends with is written after all that came before.
  #write(writer: Writer, work: () => Promise<void>): void {
    writer.written = writer.written
      .then(() => this.#insist(work))
      .catch((error: unknown) => {
        this.#options.log.error(
          { error, attempt_id: writer.attempt.id },
          'a session could not be written',
        );
      });
  }

  async #insist(work: () => Promise<void>): Promise<void> {
    const { clock } = this.#options;
    const giveUpAt = clock.monotonic() + WRITE_TRIED_FOR_MS;
    for (;;) {
      try {
        return await work();
      } catch (error) {
        const isOver = this.#closing.signal.aborted || clock.monotonic() > giveUpAt;
        if (isOver || !isStoreUnavailable(error)) throw error;
        await clock.sleep(WRITE_AGAIN_MS, this.#closing.signal);
      }
    }
  }

  #sinkOf(call: CallRecord, writer: Writer): SessionSink {
    const { records } = this.#options;
    const { attempt } = writer;
    let index = 0;
    return {
      turn: (turn) => {
        const record = { call_id: call.id, attempt_id: attempt.id, index: index++, ...turn };
        this.#write(writer, () => records.turn(record));
      },
      answer: (answer) => this.#write(writer, () => records.answer(call.id, answer)),
      disclosed: () => this.#write(writer, () => records.disclosed(call.id)),
      recorded: (bytes) => this.#write(writer, () => records.recorded(attempt, bytes)),
      ended: ({ end_reason, answered_by, times }) => {
        const latency = {
          answer_to_first_audio_ms: times.firstAudioMs,
          turn_p50_ms: times.percentile(0.5),
          turn_p95_ms: times.percentile(0.95),
        };
        this.#write(writer, () => records.ended(attempt, { end_reason, answered_by, latency }));
        this.#write(writer, async () => void this.#held.delete(attempt.id));
      },
    };
  }
}

const speakDisclosure = (
  call: CallRecord,
  direction: AttemptRecord['direction'],
  { speech }: SessionNetwork,
) => {
  const { voice, language } = call.order;
  return speech.speak(disclosureFor(call, language, direction), {
    voice,
    language: language ?? 'en',
  });
};
