// The conversations that this process holds, from the opened model session to the end.
import type { AttemptRecord, CallRecord, TurnRecord } from '../calls/call-record.ts';
import type { Sessions } from '../calls/ports.ts';
import type { AnsweredBy, EndReason } from '../contract/vocabulary.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { disclosureFor, instructionsFor } from './instructions.ts';
import type { Line, LineListener } from './line.ts';
import { createSession, type Session, type SessionSink } from './session.ts';
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

export interface LiveSessions extends Sessions {
  /** The media socket of an attempt has joined; undefined when its session is not here or has begun already. */
  join(attemptId: string, line: Line): LineListener | undefined;
  /** How many sessions are held. */
  readonly size: number;
  /** Ends every session and waits until what they held is written. */
  close(): Promise<void>;
}

interface Held {
  session: Session;
  attempt: AttemptRecord;
  written: Promise<void>;
}

// A prepared session that nobody joins is dropped: the phone has long stopped ringing.
const UNJOINED_MS = 180_000;

export function createSessions(options: {
  networks: { simulated: SessionNetwork; live?: SessionNetwork };
  records: SessionRecords;
  clock: Clock;
  log: Log;
}): LiveSessions {
  const held = new Map<string, Held>();

  async function prepare(
    call: CallRecord,
    attempt: AttemptRecord,
  ): Promise<{ ok: true } | { ok: false; detail: string }> {
    const network = options.networks[call.network];
    if (!network) return { ok: false, detail: 'no speech model is set up' };
    const language = call.order.language;
    const text = disclosureFor(call, language);
    const { voice } = call.order;
    const audio = await network.speech.speak(text, { voice, language: language ?? 'en' });
    if (!audio.ok) return { ok: false, detail: `disclosure: ${audio.failure.kind}` };

    const entry = hold(call, attempt, { text, audio: audio.value });
    const brief = {
      instructions: instructionsFor(call, text),
      tools: TOOLS,
      language: language ?? undefined,
      voice,
    };
    const opened = await network.voice.open(brief, entry.session.voiceListener);
    if (!opened.ok) {
      held.delete(attempt.id);
      return { ok: false, detail: opened.failure.kind };
    }
    entry.session.ready(opened.value);
    options.clock.after(UNJOINED_MS, () => {
      if (entry.session.state === 'waiting') entry.session.end('error_engine');
    });
    return { ok: true };
  }

  function hold(
    call: CallRecord,
    attempt: AttemptRecord,
    disclosure: { text: string; audio: Uint8Array },
  ): Held {
    const entry: Held = { attempt, written: Promise.resolve(), session: undefined as never };
    entry.session = createSession({
      clock: options.clock,
      sink: sinkOf(call, entry),
      disclosure,
      goodbyeInstructions:
        'The time for this call is over. Say goodbye in one short sentence, in the language of the call.',
      stillThereInstructions:
        'The person has been silent. Ask in one short sentence whether they are still there.',
      maxDurationMs: call.order.max_duration_seconds * 1_000,
      recording: call.order.recording === 'notify',
      readTool: (name, argumentsText) => readToolCall(name, argumentsText, call),
      hangUp: () => write(entry, () => options.records.hangUp(attempt)),
    });
    held.set(attempt.id, entry);
    return entry;
  }

  // Writing never holds up the talk, and what a session ends with is written after all that came before.
  function write(entry: Held, work: () => Promise<void>): void {
    entry.written = entry.written
      .then(work)
      .catch((error: unknown) =>
        options.log.error(
          { error, attempt_id: entry.attempt.id },
          'a session could not be written',
        ),
      );
  }

  function sinkOf(call: CallRecord, entry: Held): SessionSink {
    const { records } = options;
    const { attempt } = entry;
    let index = 0;
    return {
      turn: (turn) => {
        const record = { call_id: call.id, attempt_id: attempt.id, index: index++, ...turn };
        write(entry, () => records.turn(record));
      },
      answer: (answer) => write(entry, () => records.answer(call.id, answer)),
      disclosed: () => write(entry, () => records.disclosed(call.id)),
      recorded: (bytes) => write(entry, () => records.recorded(attempt, bytes)),
      ended: ({ end_reason, answered_by, times }) => {
        const latency = {
          answer_to_first_audio_ms: times.firstAudioMs,
          turn_p50_ms: times.percentile(0.5),
          turn_p95_ms: times.percentile(0.95),
        };
        write(entry, () => records.ended(attempt, { end_reason, answered_by, latency }));
        write(entry, async () => void held.delete(attempt.id));
      },
    };
  }

  return {
    prepare,
    holds: (attemptId) => held.has(attemptId),
    isLive: (attemptId) => ['disclosing', 'talking', 'closing'].includes(stateOf(attemptId) ?? ''),
    end: (attemptId, reason) => held.get(attemptId)?.session.end(reason),
    answeredBy: (attemptId, who) => held.get(attemptId)?.session.answeredBy(who),
    join(attemptId, line) {
      const entry = held.get(attemptId);
      return entry?.session.state === 'waiting' ? entry.session.join(line) : undefined;
    },
    get size() {
      return held.size;
    },
    async close() {
      const all = [...held.values()];
      for (const { session } of all) session.end('error_engine');
      await Promise.all(all.map(({ written }) => written));
    },
  };

  function stateOf(attemptId: string): Session['state'] | undefined {
    return held.get(attemptId)?.session.state;
  }
}
