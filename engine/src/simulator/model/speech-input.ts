// What the person says to a session: where they speak, and the words that no item of the conversation holds yet.
import { createHeardWords } from './heard-words.ts';
import type { TurnDetection } from './session-config.ts';
import { createVoiceDetection, type DetectionNumbers, type SpeechEdge } from './voice-detection.ts';

export interface SpeechInput {
  /** Takes audio in pieces of any size and returns where speech began and ended. */
  push(muLaw: Uint8Array, detection: TurnDetection | null): SpeechEdge[];
  /** Returns what came since the last call, which is then no longer held. */
  take(): { transcript: string; seconds: number };
  /** True when nothing came since the last `take`. */
  readonly isEmpty: boolean;
  readonly speaking: boolean;
  /** How much audio was pushed. */
  readonly heardMs: number;
}

export function createSpeechInput(): SpeechInput {
  const voice = createVoiceDetection();
  const words = createHeardWords();
  let takenMs = 0;

  return {
    push(muLaw, detection) {
      words.push(muLaw);
      return voice.push(muLaw, numbersOf(detection));
    },
    take() {
      const seconds = (voice.heardMs - takenMs) / 1000;
      takenMs = voice.heardMs;
      return { transcript: words.take(), seconds };
    },
    get isEmpty() {
      return voice.heardMs === takenMs;
    },
    get speaking() {
      return voice.speaking;
    },
    get heardMs() {
      return voice.heardMs;
    },
  };
}

const DEFAULTS: DetectionNumbers = {
  threshold: 0.5,
  prefix_padding_ms: 300,
  silence_duration_ms: 500,
};

function numbersOf(detection: TurnDetection | null): DetectionNumbers {
  if (detection?.type !== 'server_vad') return DEFAULTS;
  const {
    threshold = DEFAULTS.threshold,
    prefix_padding_ms = DEFAULTS.prefix_padding_ms,
    silence_duration_ms = DEFAULTS.silence_duration_ms,
  } = detection;
  return { threshold, prefix_padding_ms, silence_duration_ms };
}
