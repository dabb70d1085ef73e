// One live conversation, from the open model session to the hang-up. Joins a line to a voice.
// Invariant: it ends exactly once, and whatever was said and heard until then has been given to the sink.
import type { AnsweredBy, EndReason } from '../contract/vocabulary.ts';
import type { Clock, Timer } from '../lib/clock.ts';
import { BYTES_PER_MS, SILENCE } from '../lib/mu-law.ts';
import type { Line, LineListener } from './line.ts';
import { createPlayback } from './playback.ts';
import type { SessionSink } from './session-sink.ts';
import { createSpokenTurns } from './spoken-turns.ts';
import { createStereoTrack } from './stereo-track.ts';
import type { ToolAction } from './tools.ts';
import { createTurnTimes } from './turn-times.ts';
import type { VoiceListener, VoiceSession } from './voice.ts';

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

export type SessionState = 'waiting' | 'disclosing' | 'talking' | 'closing' | 'ended';

const DISCLOSURE = 'disclosure';
const GOODBYE = 'goodbye';
const GOODBYE_BEFORE_END_MS = 10_000;
const MARK_GRACE_MS = 5_000;
const DISCLOSURE_GRACE_MS = 10_000;
const SILENCE_MS = 12_000;
const TRANSCRIPTION_GRACE_MS = 5_000;
const GAP_FILLED_MAX_MS = 10_000;
// The person's sound reaches us late: what is written down cannot be filled in any more.
const LATE_FRAMES_MS = 2_000;

export class Session {
  /** What the model tells; given to `Voice.open`. */
  readonly voiceListener: VoiceListener = this.#listenToVoice();

  readonly #options: SessionOptions;
  readonly #playback = createPlayback();
  readonly #turns = createSpokenTurns(this.#playback);
  readonly #track = createStereoTrack();
  readonly #times = createTurnTimes();
  readonly #timers = new Set<Timer>();

  #state: SessionState = 'waiting';
  #voice: VoiceSession | undefined;
  #line: Line | undefined;
  #joinedAt = 0;
  /** End of the person's audio that the model was given. */
  #heardUntilMs = 0;
  #who: AnsweredBy | undefined;
  #endReason: EndReason = 'agent_goodbye';
  #goodbye: 'not_said' | 'marked' | 'heard' = 'not_said';
  #lastSoundMs = 0;
  #askedIfThere = false;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  get state(): SessionState {
    return this.#state;
  }

  /** The model is ready and the phone may ring. */
  ready(voice: VoiceSession): void {
    this.#voice = voice;
    if (this.#state === 'ended') voice.close();
  }

  /** The person answered: talking begins. A session is joined once. */
  join(line: Line): LineListener {
    this.#line = line;
    this.#joinedAt = this.#options.clock.monotonic();
    this.#state = 'disclosing';
    this.#disclose();
    const { clock, maxDurationMs } = this.#options;
    this.#timers.add(clock.every(1_000, () => this.#tick()));
    const goodbyeAtMs = Math.max(maxDurationMs - GOODBYE_BEFORE_END_MS, 0);
    this.#later(goodbyeAtMs, () => this.sayGoodbye('max_duration'));
    this.#later(maxDurationMs, () => this.end('max_duration'));
    return this.#listenToLine();
  }

  /** Who answered, as the carrier judges it. */
  answeredBy(who: AnsweredBy): void {
    this.#who = who;
    if (who === 'voicemail' || who === 'fax') this.end('voicemail_hangup');
  }

  /** Ends the conversation for this reason. Only the first end counts. */
  end(reason: EndReason): void {
    if (this.#state === 'ended') return;
    const { hangUp, sink } = this.#options;
    this.#state = 'ended';
    for (const timer of this.#timers) timer.cancel();
    this.#turns.close(this.#heardAtMs());
    this.#giveTurns();
    this.#record(this.#heardAtMs());
    this.#voice?.close();
    if (this.#line) hangUp();
    this.#line?.close();
    const answered_by = this.#who ?? this.#judgeWho();
    sink.ended({ end_reason: reason, answered_by, times: this.#times });
    // The dial may learn the carrier's id at this very moment: with the end on disk first, one of the two hangs up.
    if (!this.#line) hangUp();
  }

  /** Gives up before anybody has joined. Nobody is told. */
  abandon(): void {
    this.#state = 'ended';
    for (const timer of this.#timers) timer.cancel();
    this.#voice?.close();
  }

  #nowMs(): number {
    return this.#joinedAt === 0 ? 0 : this.#options.clock.monotonic() - this.#joinedAt;
  }

  // A returned mark is the carrier's word that all was played, whatever our clock says to the millisecond.
  #heardAtMs(): number {
    const now = this.#nowMs();
    return this.#goodbye === 'heard' ? Math.max(now, this.#playback.endsAtMs()) : now;
  }

  #later(ms: number, fn: () => void): void {
    this.#timers.add(this.#options.clock.after(ms, fn));
  }

  #disclose(): void {
    const { text, audio } = this.#options.disclosure;
    this.#turns.add(DISCLOSURE, undefined, 'agent', 0);
    this.#turns.setText(DISCLOSURE, text);
    this.#play(DISCLOSURE, audio);
    this.#line?.mark(DISCLOSURE);
    // A carrier that never returns the mark must not leave the person in silence.
    this.#later(audio.length / BYTES_PER_MS + DISCLOSURE_GRACE_MS, () => {
      if (this.#state === 'disclosing') this.end('error_media');
    });
  }

  #disclosed(): void {
    if (this.#state !== 'disclosing') return;
    this.#state = 'talking';
    this.#turns.setTimes(DISCLOSURE, { ended_ms: Math.round(this.#nowMs()) });
    this.#turns.settle(DISCLOSURE);
    this.#options.sink.disclosed();
    this.#giveTurns();
    this.#voice?.begin();
  }

  #play(itemId: string, audio: Uint8Array): void {
    const start = this.#playback.add(itemId, audio.length, this.#nowMs());
    if (this.#options.recording) this.#track.agent(start, audio);
    this.#line?.send(audio);
    this.#lastSoundMs = this.#playback.endsAtMs();
  }

  // The person speaks while we do: what they did not hear never happened.
  #bargeIn(): void {
    const at = this.#nowMs();
    if (this.#state !== 'talking' || !this.#playback.isPlaying(at)) return;
    this.#line?.clear();
    this.#track.cut(Math.round(at * BYTES_PER_MS));
    const cuts = this.#playback.cut(at);
    for (const { itemId, heardMs } of cuts) this.#voice?.cut(itemId, heardMs);
    this.#turns.cut(cuts, at);
    this.#giveTurns();
  }

  /** Has the agent say goodbye, then ends for this reason, at most 10 s later. No effect unless they talk. */
  sayGoodbye(reason: EndReason): void {
    if (this.#state !== 'talking') return;
    this.#state = 'closing';
    this.#endReason = reason;
    this.#voice?.say(this.#options.goodbyeInstructions);
    this.#later(GOODBYE_BEFORE_END_MS, () => this.end(reason));
  }

  // The goodbye is heard to its end before the phone is hung up: its mark comes back when it was played.
  #markGoodbye(): void {
    if (this.#state !== 'closing' || this.#goodbye !== 'not_said') return;
    this.#goodbye = 'marked';
    this.#line?.mark(GOODBYE);
    const leftMs = Math.max(this.#playback.endsAtMs() - this.#nowMs(), 0);
    this.#later(leftMs + MARK_GRACE_MS, () => this.end(this.#endReason));
  }

  #act(toolCallId: string, action: ToolAction): void {
    if (action.kind === 'error') {
      this.#voice?.answerTool(toolCallId, { error: action.detail }, true);
    } else if (action.kind === 'record_answer') {
      const { field, value, quote } = action;
      this.#options.sink.answer({ field, value, quote });
      this.#voice?.answerTool(toolCallId, { ok: true }, true);
    } else {
      this.#voice?.answerTool(toolCallId, { ok: true }, false);
      if (this.#state === 'talking') this.#state = 'closing';
    }
  }

  // Once a second: keep the recording on disk, give out finished turns, mind the silence.
  #tick(): void {
    this.#record(this.#nowMs() - LATE_FRAMES_MS);
    this.#turns.settleHeard(this.#nowMs());
    this.#giveTurns();
    const silentMs = this.#nowMs() - this.#lastSoundMs;
    if (this.#state !== 'talking' || silentMs < SILENCE_MS) return;
    if (this.#askedIfThere) return this.end('silence_timeout');
    this.#askedIfThere = true;
    this.#lastSoundMs = this.#nowMs();
    this.#voice?.say(this.#options.stillThereInstructions);
  }

  #record(untilMs: number): void {
    const { recording, sink } = this.#options;
    if (!recording || this.#joinedAt === 0 || untilMs < 0) return;
    sink.recorded(this.#track.take(Math.round(untilMs * BYTES_PER_MS)));
  }

  #giveTurns(): void {
    for (const turn of this.#turns.take()) this.#options.sink.turn(turn);
  }

  #judgeWho(): AnsweredBy {
    if (this.#joinedAt === 0) return 'nobody';
    return this.#times.spokenTurns > 0 ? 'human' : 'unknown';
  }

  #listenToLine(): LineListener {
    return {
      audio: (frame, timestampMs) => this.#hear(frame, timestampMs),
      marked: (name) => {
        if (name === DISCLOSURE) this.#disclosed();
        if (name !== GOODBYE || this.#state !== 'closing') return;
        this.#goodbye = 'heard';
        this.end(this.#endReason);
      },
      pressed: () => undefined,
      closed: (why) => {
        const reason = why === 'hung_up' ? 'recipient_hangup' : 'error_media';
        this.end(this.#state === 'closing' ? this.#endReason : reason);
      },
    };
  }

  #hear(frame: Uint8Array, timestampMs: number): void {
    if (this.#state === 'ended') return;
    const missingMs = Math.min(timestampMs - this.#heardUntilMs, GAP_FILLED_MAX_MS);
    // Without the missing silence the model never hears that the person stopped speaking.
    if (missingMs >= 20) this.#voice?.hear(new Uint8Array(missingMs * BYTES_PER_MS).fill(SILENCE));
    this.#voice?.hear(frame);
    if (this.#options.recording) this.#track.recipient(timestampMs * BYTES_PER_MS, frame);
    this.#heardUntilMs = Math.max(timestampMs, this.#heardUntilMs) + frame.length / BYTES_PER_MS;
  }

  #listenToVoice(): VoiceListener {
    const now = (): number => Math.round(this.#nowMs());
    return {
      itemAdded: ({ id, previousId, speaker }) => this.#turns.add(id, previousId, speaker, now()),
      said: (itemId, audio) => {
        if (this.#state === 'ended' || !this.#line) return;
        this.#turns.add(itemId, undefined, 'agent', now());
        this.#times.agentSpoke(this.#nowMs());
        this.#play(itemId, audio);
      },
      saidText: (itemId, delta) => this.#turns.append(itemId, delta),
      saidAll: (itemId, text) => this.#turns.complete(itemId, text),
      speechStarted: (itemId, atMs) => {
        this.#lastSoundMs = Number.POSITIVE_INFINITY; // Nobody is silent while somebody speaks.
        this.#turns.add(itemId, undefined, 'recipient', Math.round(atMs));
        this.#turns.setTimes(itemId, { started_ms: Math.round(atMs) });
        this.#bargeIn();
      },
      speechStopped: (itemId, atMs) => this.#speechStopped(itemId, atMs),
      heardText: (itemId, text) => {
        if (text !== undefined) this.#turns.setText(itemId, text);
        this.#turns.settle(itemId);
        this.#turns.settleHeard(this.#nowMs());
        this.#giveTurns();
      },
      toolCalled: ({ id, name, arguments: text }) => {
        if (this.#state !== 'ended') this.#act(id, this.#options.readTool(name, text));
      },
      responded: () => this.#markGoodbye(),
      closed: () => this.end(this.#state === 'closing' ? this.#endReason : 'error_ai_provider'),
    };
  }

  #speechStopped(itemId: string, atMs: number): void {
    this.#lastSoundMs = this.#nowMs();
    this.#askedIfThere = false;
    this.#times.personSpoke(this.#nowMs());
    this.#turns.setTimes(itemId, { ended_ms: Math.round(atMs) });
    this.#later(TRANSCRIPTION_GRACE_MS, () => {
      this.#turns.settle(itemId);
      this.#giveTurns();
    });
  }
}
