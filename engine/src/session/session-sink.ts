import type { AnsweredBy, EndReason } from '../contract/vocabulary.ts';
import type { SpokenTurn } from './transcript.ts';
import type { TurnTimes } from './turn-times.ts';

/** Where a session puts what happens. Each is called in order and never waits. */
export interface SessionSink {
  turn(turn: SpokenTurn): void;
  answer(answer: { field: string; value: unknown; quote: string }): void;
  disclosed(): void;
  /** A second of the recording: interleaved stereo mu-law. */
  recorded(bytes: Uint8Array): void;
  ended(end: { end_reason: EndReason; answered_by: AnsweredBy; times: TurnTimes }): void;
}
