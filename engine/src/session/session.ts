// One live conversation, from the open model session to the hang-up. Joins a line to a voice; what they may do to each
// other is in the parts. Invariant: it ends exactly once, and whatever was said and heard until then has been given to the sink.
import type { AnsweredBy, EndReason } from '../contract/vocabulary.ts';
import type { Clock } from '../lib/clock.ts';
import { Disclosure, type SpokenText } from './disclosure.ts';
import { GOODBYE_MS, Goodbye } from './goodbye.ts';
import { Hearing } from './hearing.ts';
import type { Line, LineListener } from './line.ts';
import { createRecorder, NO_RECORDER, type Recorder } from './recorder.ts';
import type { SessionSink } from './session-sink.ts';
import { createSessionLife, type SessionState } from './session-state.ts';
import { SessionTime } from './session-time.ts';
import { createSilenceWatch } from './silence.ts';
import { Speaking } from './speaking.ts';
import { createSpokenTurns, type SpokenTurns } from './spoken-turns.ts';
import type { ToolAction } from './tools.ts';
import { TurnTaking } from './turn-taking.ts';
import { createTurnTimes } from './turn-times.ts';
import type { VoiceListener, VoiceSession } from './voice.ts';
import { VoiceLink } from './voice-link.ts';

export interface SessionOptions {
  clock: Clock;
  sink: SessionSink;
  /** What the engine says before the model may speak. */
  disclosure: SpokenText;
  goodbyeInstructions: string;
  stillThereInstructions: string;
  maxDurationMs: number;
  recording: boolean;
  readTool(name: string, argumentsText: string): ToolAction;
  /** Ends the phone call at the carrier. */
  hangUp(): void;
}

export class Session {
  /** What the model tells; given to `Voice.open`. */
  readonly voiceListener: VoiceListener;

  readonly #options: SessionOptions;
  readonly #life = createSessionLife();
  readonly #time: SessionTime;
  readonly #recorder: Recorder;
  readonly #voice = new VoiceLink();
  readonly #speaking: Speaking;
  readonly #hearing: Hearing;
  readonly #turns: SpokenTurns;
  readonly #disclosure: Disclosure;
  readonly #goodbye: Goodbye;
  readonly #turnTaking: TurnTaking;
  readonly #times = createTurnTimes();
  readonly #silence = createSilenceWatch();
  #who: AnsweredBy | undefined;
  #endReason: EndReason = 'agent_goodbye';

  constructor(options: SessionOptions) {
    const time = new SessionTime(options.clock);
    this.#options = options;
    this.#time = time;
    this.#recorder = options.recording
      ? createRecorder((bytes) => options.sink.recorded(bytes))
      : NO_RECORDER;
    const speaking = new Speaking(time, this.#recorder);
    const turns = createSpokenTurns(speaking);
    this.#speaking = speaking;
    this.#turns = turns;
    this.#hearing = new Hearing(this.#voice, this.#recorder);
    this.#disclosure = new Disclosure(options.disclosure, { time, speaking, turns });
    this.#goodbye = new Goodbye(time, speaking, () => this.end(this.#endReason));
    this.#turnTaking = new TurnTaking({
      ...{ time, speaking, turns, voice: this.#voice, times: this.#times, silence: this.#silence },
      mayInterrupt: () => this.state === 'talking',
      giveTurns: () => this.#giveTurns(),
    });
    this.voiceListener = this.#listenToVoice();
  }

  get state(): SessionState {
    return this.#life.state;
  }

  /** The model is ready and the phone may ring. */
  ready(voice: VoiceSession): void {
    this.#voice.connect(voice);
    if (this.state === 'ended') voice.close();
  }

  /** The person answered: talking begins. A session is joined once. */
  join(line: Line): LineListener {
    const { maxDurationMs } = this.#options;
    this.#life.move('joined');
    this.#time.start();
    this.#speaking.connect(line);
    this.#disclosure.play(() => {
      if (this.state === 'disclosing') this.end('error_media');
    });
    this.#silence.sound(this.#speaking.endsAtMs());
    this.#time.everySecond(() => this.#tick());
    const goodbyeAtMs = Math.max(maxDurationMs - GOODBYE_MS, 0);
    this.#time.later(goodbyeAtMs, () => this.sayGoodbye('max_duration'));
    this.#time.later(maxDurationMs, () => this.end('max_duration'));
    return this.#listenToLine();
  }

  /** Who answered, as the carrier judges it. */
  answeredBy(who: AnsweredBy): void {
    this.#who = who;
    if (who === 'voicemail' || who === 'fax') this.end('voicemail_hangup');
  }

  /** Has the agent say goodbye, then ends for this reason, at most 10 s later. No effect unless they talk. */
  sayGoodbye(reason: EndReason): void {
    if (!this.#life.move('leaving')) return;
    this.#endReason = reason;
    this.#voice.say(this.#options.goodbyeInstructions);
    this.#time.later(GOODBYE_MS, () => this.end(reason));
  }

  /** Ends the conversation for this reason. Only the first end counts. */
  end(reason: EndReason): void {
    if (!this.#life.move('ended')) return;
    const { hangUp, sink } = this.#options;
    const wasJoined = this.#speaking.isConnected;
    this.#time.stop();
    this.#turns.close(this.#heardAtMs());
    this.#giveTurns();
    if (this.#time.hasStarted) this.#recorder.finish(this.#heardAtMs());
    this.#voice.close();
    if (wasJoined) hangUp();
    this.#speaking.close();
    const answered_by = this.#who ?? this.#judgeWho();
    sink.ended({ end_reason: reason, answered_by, times: this.#times });
    // The dial may learn the carrier's id at this very moment: with the end on disk first, one of the two hangs up.
    if (!wasJoined) hangUp();
  }

  /** Gives up before anybody has joined. Nobody is told. */
  abandon(): void {
    this.#life.move('ended');
    this.#time.stop();
    this.#voice.close();
  }

  // A returned mark is the carrier's word that all was played, whatever our clock says to the millisecond.
  #heardAtMs(): number {
    const now = this.#time.nowMs();
    return this.#goodbye.wasHeard ? Math.max(now, this.#speaking.endsAtMs()) : now;
  }

  #disclosed(): void {
    if (!this.#life.move('disclosed')) return;
    this.#disclosure.heard();
    this.#options.sink.disclosed();
    this.#giveTurns();
    this.#voice.begin();
  }

  #act(toolCallId: string, action: ToolAction): void {
    if (action.kind === 'error') {
      this.#voice.answerTool(toolCallId, { error: action.detail }, true);
    } else if (action.kind === 'record_answer') {
      const { field, value, quote } = action;
      this.#options.sink.answer({ field, value, quote });
      this.#voice.answerTool(toolCallId, { ok: true }, true);
    } else {
      this.#voice.answerTool(toolCallId, { ok: true }, false);
      this.#life.move('leaving');
    }
  }

  // Once a second: keep the recording on disk, give out finished turns, mind the silence.
  #tick(): void {
    const now = this.#time.nowMs();
    this.#recorder.give(now);
    this.#turns.settleHeard(now);
    this.#giveTurns();
    if (this.state !== 'talking') return;
    const judged = this.#silence.judge(now);
    if (judged === 'give_up') this.end('silence_timeout');
    if (judged === 'ask') this.#voice.say(this.#options.stillThereInstructions);
  }

  #giveTurns(): void {
    for (const turn of this.#turns.take()) this.#options.sink.turn(turn);
  }

  #judgeWho(): AnsweredBy {
    if (!this.#time.hasStarted) return 'nobody';
    return this.#times.spokenTurns > 0 ? 'human' : 'unknown';
  }

  #listenToLine(): LineListener {
    return {
      audio: (frame, timestampMs) => {
        if (this.state !== 'ended') this.#hearing.hear(frame, timestampMs);
      },
      marked: (name) => {
        if (this.#disclosure.isMark(name)) this.#disclosed();
        if (this.state === 'closing') this.#goodbye.marked(name);
      },
      pressed: () => undefined,
      closed: (why) => {
        const reason = why === 'hung_up' ? 'recipient_hangup' : 'error_media';
        this.end(this.state === 'closing' ? this.#endReason : reason);
      },
    };
  }

  #listenToVoice(): VoiceListener {
    const taking = this.#turnTaking;
    return {
      itemAdded: (item) => taking.itemAdded(item),
      said: (itemId, audio) => {
        if (this.state !== 'ended' && this.#speaking.isConnected) taking.said(itemId, audio);
      },
      saidText: (itemId, delta) => taking.saidText(itemId, delta),
      saidAll: (itemId, text) => taking.saidAll(itemId, text),
      speechStarted: (itemId, atMs) => taking.speechStarted(itemId, atMs),
      speechStopped: (itemId, atMs) => taking.speechStopped(itemId, atMs),
      heardText: (itemId, text) => taking.heardText(itemId, text),
      toolCalled: ({ id, name, arguments: text }) => {
        if (this.state !== 'ended') this.#act(id, this.#options.readTool(name, text));
      },
      responded: () => {
        if (this.state === 'closing') this.#goodbye.said();
      },
      closed: () => this.end(this.state === 'closing' ? this.#endReason : 'error_ai_provider'),
    };
  }
}
