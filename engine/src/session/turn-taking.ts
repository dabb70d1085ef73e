// Who speaks when: what the model says goes to the line, and stops when the person speaks while we do.
import type { SessionTime } from './session-time.ts';
import type { SilenceWatch } from './silence.ts';
import type { Speaking } from './speaking.ts';
import type { SpokenTurns } from './spoken-turns.ts';
import type { TurnTimes } from './turn-times.ts';
import type { VoiceListener, VoiceSession } from './voice.ts';

export interface TurnTakingParts {
  time: SessionTime;
  voice: VoiceSession;
  speaking: Speaking;
  turns: SpokenTurns;
  times: TurnTimes;
  silence: SilenceWatch;
  /** True while the person may interrupt. */
  mayInterrupt(): boolean;
  /** Hands on the turns that became final. */
  giveTurns(): void;
}

const TRANSCRIPTION_GRACE_MS = 5_000;

export class TurnTaking
  implements
    Pick<
      VoiceListener,
      | 'itemAdded'
      | 'said'
      | 'saidText'
      | 'saidAll'
      | 'speechStarted'
      | 'speechStopped'
      | 'heardText'
    >
{
  readonly #parts: TurnTakingParts;

  constructor(parts: TurnTakingParts) {
    this.#parts = parts;
  }

  itemAdded({ id, previousId, speaker }: Parameters<VoiceListener['itemAdded']>[0]): void {
    this.#parts.turns.add(id, previousId, speaker, this.#now());
  }

  said(itemId: string, audio: Uint8Array): void {
    const { time, speaking, turns, times, silence } = this.#parts;
    turns.add(itemId, undefined, 'agent', this.#now());
    times.agentSpoke(time.nowMs());
    speaking.play(itemId, audio);
    silence.sound(speaking.endsAtMs());
  }

  saidText(itemId: string, delta: string): void {
    this.#parts.turns.append(itemId, delta);
  }

  saidAll(itemId: string, text: string): void {
    this.#parts.turns.complete(itemId, text);
  }

  speechStarted(itemId: string, atMs: number): void {
    const { turns, silence } = this.#parts;
    silence.personSpeaks();
    turns.add(itemId, undefined, 'recipient', Math.round(atMs));
    turns.setTimes(itemId, { started_ms: Math.round(atMs) });
    this.#bargeIn();
  }

  speechStopped(itemId: string, atMs: number): void {
    const { time, turns, times, silence, giveTurns } = this.#parts;
    silence.personSpoke(time.nowMs());
    times.personSpoke(time.nowMs());
    turns.setTimes(itemId, { ended_ms: Math.round(atMs) });
    time.later(TRANSCRIPTION_GRACE_MS, () => {
      turns.settle(itemId);
      giveTurns();
    });
  }

  heardText(itemId: string, text: string | undefined): void {
    const { time, turns, giveTurns } = this.#parts;
    if (text !== undefined) turns.setText(itemId, text);
    turns.settle(itemId);
    turns.settleHeard(time.nowMs());
    giveTurns();
  }

  // The person speaks while we do: what they did not hear never happened.
  #bargeIn(): void {
    const { time, voice, speaking, turns, mayInterrupt, giveTurns } = this.#parts;
    if (!mayInterrupt() || !speaking.isPlaying()) return;
    const cuts = speaking.cut();
    for (const { itemId, heardMs } of cuts) voice.cut(itemId, heardMs);
    turns.cut(cuts, time.nowMs());
    giveTurns();
  }

  #now(): number {
    return Math.round(this.#parts.time.nowMs());
  }
}
