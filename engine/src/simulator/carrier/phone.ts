// The phone of a simulated person from answer to hang-up. Audio flows in frames of 20 ms of the clock:
// what the carrier plays goes to the ear, what the person says goes to whoever listens.
import type { Clock, Timer } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { BYTES_PER_MS, FRAME_BYTES } from '../../lib/mu-law.ts';
import type { Act, Recipient } from '../recipients/recipient.ts';
import type { Speaker } from '../speech/speaker.ts';
import type { HeardUtterance } from '../speech/watermark.ts';
import { createEar, type Heard } from './ear.ts';
import { createMouth, type Said } from './mouth.ts';
import { createPlayout, type Playout } from './playout.ts';

export interface Phone {
  /** What is played to the person. */
  readonly playout: Playout;
  /** Milliseconds of audio since the phone was answered. */
  atMs(): number;
  answer(): void;
  /** Sends every 20 ms of what the person says, silence included, to one listener. */
  listen(listener: ((frame: Uint8Array) => void) | undefined): void;
  heard(): HeardUtterance[];
  said(): readonly Said[];
  stop(): void;
}

export interface PhoneOptions {
  clock: Clock;
  log: Log;
  speaker: Speaker;
  recipient: Recipient;
  onHangUp(): void;
  onBeep(): void;
}

const FRAME_MS = FRAME_BYTES / BYTES_PER_MS;
/** A machine that stalled longer than this does not send the missed audio. */
const CATCH_UP_MS = 2000;

export function createPhone(options: PhoneOptions): Phone {
  const { clock, recipient } = options;
  const ear = createEar();
  const hears = createPlayout();
  const acts = createActs();
  let listener: ((frame: Uint8Array) => void) | undefined;
  let ticking: Timer | undefined;
  let startedAt = 0;
  let frames = 0;
  const atMs = (): number => frames * FRAME_MS;
  const mouth = createMouth(options.speaker, recipient.language, atMs);

  const perform = async (act: Act): Promise<void> => {
    if (act.do === 'hang_up') options.onHangUp();
    else if (act.do === 'beep') mouth.beep(options.onBeep);
    else await mouth.say(act.text ?? '');
  };
  const react = (heard: Heard): void => {
    if (heard.kind === 'began') acts.agentSpeaks();
    if (heard.kind === 'began' || heard.kind === 'speaking')
      acts.add(recipient.hears(heard.speech), atMs());
    if (heard.kind === 'turn_over') acts.add(recipient.heard(heard.text), atMs());
  };
  const frame = (): void => {
    frames++;
    react(ear.hear(hears.take()));
    const act = acts.due(atMs());
    if (act) {
      perform(act).then(
        () => acts.done(atMs()),
        (error: unknown) => {
          options.log.error({ err: error }, 'a simulated person could not speak');
          acts.done(atMs());
        },
      );
    }
    listener?.(mouth.take());
  };
  const tick = (): void => {
    const late = clock.monotonic() - startedAt - atMs();
    if (late > CATCH_UP_MS) startedAt += late - CATCH_UP_MS;
    for (let left = Math.floor(Math.min(late, CATCH_UP_MS) / FRAME_MS); left > 0 && ticking; left--)
      frame();
  };

  return {
    playout: hears,
    atMs,
    answer() {
      startedAt = clock.monotonic();
      acts.add(recipient.answers(), 0);
      ticking = clock.every(FRAME_MS, tick);
    },
    listen(next) {
      listener = next;
    },
    heard: () => ear.utterances(),
    said: () => mouth.said(),
    stop() {
      ticking?.cancel();
      ticking = undefined;
    },
  };
}

/** Things to do one after the other; each waits for the one before it. */
function createActs() {
  let waiting: Act[] = [];
  let freeAt = 0;
  let busy = false;
  return {
    add(more: Act[], atMs: number): void {
      if (more.length === 0) return;
      // What was still to be done is overtaken by the newer reaction.
      waiting = more;
      freeAt = Math.max(freeAt, atMs);
    },
    agentSpeaks(): void {
      waiting = waiting.filter((act) => !act.unlessAgentSpeaks);
    },
    due(atMs: number): Act | undefined {
      const next = waiting[0];
      if (busy || !next || atMs < freeAt + next.afterMs) return undefined;
      waiting = waiting.slice(1);
      busy = true;
      return next;
    },
    done(atMs: number): void {
      busy = false;
      freeAt = atMs;
    },
  };
}
