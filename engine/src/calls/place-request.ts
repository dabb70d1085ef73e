import type { PlaceCall } from '../contract/place-call.ts';
import type { Mode } from '../contract/vocabulary.ts';

/** A request to place a call, with who asks. */
export interface PlaceRequest {
  body: PlaceCall;
  key: { id: string; mode: Mode };
  idempotency_key: string | undefined;
  /** The batch that the call belongs to, and its place in it. */
  batch?: { id: string; index: number };
  /** False for a call whose words are nobody's to read, such as a spoken code. */
  keep_words?: boolean;
}
