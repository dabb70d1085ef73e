// One live conversation, from the open model session to the hang-up. Joins a line to a voice.
// Invariant: it ends exactly once, and whatever was said and heard until then has been given to the sink.
import type { AnsweredBy, EndReason } from '../contract/vocabulary.ts';
import type { Clock, Timer } from '../lib/clock.ts';
import { BYTES_PER_MS, SILENCE } from '../lib/mu-law.ts';
import type { Line, LineListener } from './line.ts';
import { createPlayback } from './playback.ts';
import { createStereoTrack } from './stereo-track.ts';
import type { ToolAction } from './tools.ts';
import { createTranscript, type SpokenTurn } from './transcript.ts';
import { createTurnTimes, type TurnTimes } from './turn-times.ts';
import type { VoiceListener, VoiceSession } from './voice.ts';

/** Where a session puts what happens. Each is called in order and never waits. */
export interface SessionSink {
  turn(turn: SpokenTurn): void;
  answer(answer: { field: string; value: unknown; quote: string }): void;
  disclosed(): void;
  /** A second of the recording: interleaved stereo mu-law. */
  recorded(bytes: Uint8Array): void;
  ended(end: { end_reason: EndReason; answered_by: AnsweredBy; times: TurnTimes }): void;
}

export interface SessionOptions {
  clock: Clock;
  sink: SessionSink;
  /** What the engine says before the model may speak. */
  disclosure: { text: string; audio: Uint8Array };
  goodbyeInstructions: string;
  stillThereInstructions: string;
  maxDurationMs: number;
  recording: boolean;
  readTool(name: string, argumentsText: string): ToolAction;
  /** Ends the phone call at the carrier. */
  hangUp(): void;
}

export interface Session {
  /** What the model tells; given to `Voice.open`. */
  readonly voiceListener: VoiceListener;
  /** The model is ready and the phone may ring. */
  ready(voice: VoiceSession): void;
  /** The person answered: talking begins. A session is joined once. */
  join(line: Line): LineListener;
  answeredBy(who: AnsweredBy): void;
  end(reason: EndReason): void;
  readonly state: SessionState;
}

export type SessionState = 'waiting' | 'disclosing' | 'talking' | 'closing' | 'ended';

const DISCLOSURE = 'disclosure';
const GOODBYE = 'goodbye';
const GOODBYE_BEFORE_END_MS = 10_000;
const MARK_GRACE_MS = 5_000;
const DISCLOSURE_GRACE_MS = 10_000;
const SILENCE_MS = 12_000;
const TRANSCRIPTION_GRACE_MS = 5_000;
const GAP_FILLED_MAX_MS = 10_000;

export function createSession(options: SessionOptions): Session {
  const { clock, sink, disclosure } = options;
  const playback = createPlayback();
  const transcript = createTranscript();
  const track = createStereoTrack();
  const times = createTurnTimes();
  const timers = new Set<Timer>();
  const complete = new Set<string>(); // Agent items of which every word is known.

  let state: SessionState = 'waiting';
  let voice: VoiceSession | undefined;
  let line: Line | undefined;
  let joinedAt = 0;
  let heardUntilMs = 0; // End of the person's audio that the model was given.
  let who: AnsweredBy | undefined;
  let endReason: EndReason = 'agent_goodbye';
  let goodbyeMarked = false;
  let goodbyeHeard = false;
  let lastSoundMs = 0;
  let askedIfThere = false;

  const nowMs = (): number => (joinedAt === 0 ? 0 : clock.monotonic() - joinedAt);
  // A returned mark is the carrier's word that all was played, whatever our clock says to the millisecond.
  const heardAtMs = (): number => (goodbyeHeard ? Math.max(nowMs(), playback.endsAtMs()) : nowMs());
  const later = (ms: number, fn: () => void): void => void timers.add(clock.after(ms, fn));
  const isOver = (): boolean => state === 'ended';

  function join(newLine: Line): LineListener {
    line = newLine;
    joinedAt = clock.monotonic();
    state = 'disclosing';
    disclose();
    timers.add(clock.every(1_000, tick));
    later(Math.max(options.maxDurationMs - GOODBYE_BEFORE_END_MS, 0), () =>
      sayGoodbye('max_duration'),
    );
    later(options.maxDurationMs, () => end('max_duration'));
    return lineListener;
  }

  function disclose(): void {
    transcript.add(DISCLOSURE, undefined, 'agent', 0);
    transcript.setText(DISCLOSURE, disclosure.text);
    play(DISCLOSURE, disclosure.audio);
    line?.mark(DISCLOSURE);
    // A carrier that never returns the mark must not leave the person in silence.
    later(disclosure.audio.length / BYTES_PER_MS + DISCLOSURE_GRACE_MS, () => {
      if (state === 'disclosing') end('error_media');
    });
  }

  function disclosed(): void {
    if (state !== 'disclosing') return;
    state = 'talking';
    transcript.setTimes(DISCLOSURE, { ended_ms: Math.round(nowMs()) });
    transcript.settle(DISCLOSURE);
    sink.disclosed();
    giveTurns();
    voice?.begin();
  }

  function play(itemId: string, audio: Uint8Array): void {
    const start = playback.add(itemId, audio.length, nowMs());
    if (options.recording) track.agent(start, audio);
    line?.send(audio);
    lastSoundMs = playback.endsAtMs();
  }

  // The person speaks while we do: what they did not hear never happened.
  function bargeIn(): void {
    if (state !== 'talking' || !playback.isPlaying(nowMs())) return;
    const at = nowMs();
    line?.clear();
    track.cut(Math.round(at * BYTES_PER_MS));
    for (const cut of playback.cut(at)) {
      if (cut.itemId === DISCLOSURE) continue;
      voice?.cut(cut.itemId, cut.heardMs);
      transcript.cut(cut.itemId, cut.sentMs === 0 ? 0 : cut.heardMs / cut.sentMs, Math.round(at));
    }
    giveTurns();
  }

  function sayGoodbye(reason: EndReason): void {
    if (state !== 'talking') return;
    state = 'closing';
    endReason = reason;
    voice?.say(options.goodbyeInstructions);
    later(GOODBYE_BEFORE_END_MS, () => end(reason));
  }

  // The goodbye is heard to its end before the phone is hung up: its mark comes back when it was played.
  function markGoodbye(): void {
    if (state !== 'closing' || goodbyeMarked) return;
    goodbyeMarked = true;
    line?.mark(GOODBYE);
    later(Math.max(playback.endsAtMs() - nowMs(), 0) + MARK_GRACE_MS, () => end(endReason));
  }

  function act(toolCallId: string, action: ToolAction): void {
    if (action.kind === 'error')
      return voice?.answerTool(toolCallId, { error: action.detail }, true);
    if (action.kind === 'record_answer') {
      sink.answer({ field: action.field, value: action.value, quote: action.quote });
      return voice?.answerTool(toolCallId, { ok: true }, true);
    }
    voice?.answerTool(toolCallId, { ok: true }, false);
    if (state === 'talking') {
      state = 'closing';
      endReason = 'agent_goodbye';
    }
  }

  // Once a second: keep the recording on disk, give out finished turns, mind the silence.
  function tick(): void {
    if (isOver()) return;
    record();
    settleHeard();
    giveTurns();
    const silentMs = nowMs() - lastSoundMs;
    if (state !== 'talking' || silentMs < SILENCE_MS) return;
    if (askedIfThere) return end('silence_timeout');
    askedIfThere = true;
    lastSoundMs = nowMs();
    voice?.say(options.stillThereInstructions);
  }

  function record(): void {
    if (!options.recording || joinedAt === 0) return;
    sink.recorded(track.take(Math.round(heardAtMs() * BYTES_PER_MS)));
  }

  // An item of the agent is final once all its words are known and all its audio was played.
  function settleHeard(): void {
    for (const { id, speaker } of transcript.open()) {
      if (speaker !== 'agent' || !complete.has(id)) continue;
      const { heardMs, sentMs } = playback.heard(id, heardAtMs());
      if (heardMs < sentMs) continue;
      transcript.setTimes(id, { ended_ms: Math.round(nowMs()) });
      transcript.settle(id);
    }
  }

  function giveTurns(): void {
    for (const turn of transcript.take()) sink.turn(turn);
  }

  function end(reason: EndReason): void {
    if (isOver()) return;
    state = 'ended';
    for (const timer of timers) timer.cancel();
    closeTranscript();
    giveTurns();
    record();
    voice?.close();
    options.hangUp();
    line?.close();
    sink.ended({ end_reason: reason, answered_by: who ?? judgeWho(), times });
  }

  function closeTranscript(): void {
    settleHeard();
    const at = nowMs();
    for (const { id, speaker } of transcript.open()) {
      const { heardMs, sentMs } = playback.heard(id, at);
      if (speaker === 'agent')
        transcript.cut(id, sentMs === 0 ? 0 : heardMs / sentMs, Math.round(at));
      else transcript.settle(id);
    }
  }

  const judgeWho = (): AnsweredBy =>
    joinedAt === 0 ? 'nobody' : times.spokenTurns > 0 ? 'human' : 'unknown';

  const lineListener: LineListener = {
    audio(frame, timestampMs) {
      if (isOver()) return;
      const missingMs = Math.min(timestampMs - heardUntilMs, GAP_FILLED_MAX_MS);
      // Without the missing silence the model never hears that the person stopped speaking.
      if (missingMs >= 20) voice?.hear(new Uint8Array(missingMs * BYTES_PER_MS).fill(SILENCE));
      voice?.hear(frame);
      if (options.recording) track.recipient(timestampMs * BYTES_PER_MS, frame);
      heardUntilMs = Math.max(timestampMs, heardUntilMs) + frame.length / BYTES_PER_MS;
    },
    marked(name) {
      if (name === DISCLOSURE) disclosed();
      if (name !== GOODBYE || state !== 'closing') return;
      goodbyeHeard = true;
      end(endReason);
    },
    pressed() {},
    closed(why) {
      if (state === 'closing') return end(endReason);
      end(why === 'hung_up' ? 'recipient_hangup' : 'error_media');
    },
  };

  const voiceListener: VoiceListener = {
    itemAdded: ({ id, previousId, speaker }) =>
      transcript.add(id, previousId, speaker, Math.round(nowMs())),
    said(itemId, audio) {
      if (isOver() || !line) return;
      transcript.add(itemId, undefined, 'agent', Math.round(nowMs()));
      times.agentSpoke(nowMs());
      play(itemId, audio);
    },
    saidText: (itemId, delta) => transcript.append(itemId, delta),
    saidAll(itemId, text) {
      transcript.setText(itemId, text);
      complete.add(itemId);
    },
    speechStarted(itemId, atMs) {
      lastSoundMs = Number.POSITIVE_INFINITY; // Nobody is silent while somebody speaks.
      transcript.add(itemId, undefined, 'recipient', Math.round(atMs));
      transcript.setTimes(itemId, { started_ms: Math.round(atMs) });
      bargeIn();
    },
    speechStopped(itemId, atMs) {
      lastSoundMs = nowMs();
      askedIfThere = false;
      times.personSpoke(nowMs());
      transcript.setTimes(itemId, { ended_ms: Math.round(atMs) });
      later(TRANSCRIPTION_GRACE_MS, () => {
        transcript.settle(itemId);
        giveTurns();
      });
    },
    heardText(itemId, text) {
      if (text !== undefined) transcript.setText(itemId, text);
      transcript.settle(itemId);
      settleHeard();
      giveTurns();
    },
    toolCalled: (call) => isOver() || act(call.id, options.readTool(call.name, call.arguments)),
    responded: () => markGoodbye(),
    closed: () => end(state === 'closing' ? endReason : 'error_ai_provider'),
  };

  return {
    voiceListener,
    ready(opened) {
      voice = opened;
      if (isOver()) opened.close();
    },
    join,
    answeredBy(found) {
      who = found;
      if (found === 'voicemail' || found === 'fax') end('voicemail_hangup');
    },
    end,
    get state() {
      return state;
    },
  };
}
