// The transcript joined to the playout clock: an item of the agent counts once it was heard, and as far as it was heard.

import type { Heard, Playback } from './playback.ts';
import { createTranscript, type SpokenTurn, type Transcript } from './transcript.ts';

export interface SpokenTurns
  extends Pick<Transcript, 'add' | 'append' | 'setText' | 'setTimes' | 'settle'> {
  /** All words of an agent's item are known. */
  complete(id: string, text: string): void;
  /** What was not heard of these items never happened. */
  cut(cuts: readonly Heard[], atMs: number): void;
  /** Makes final what was heard to its end by `atMs`. */
  settleHeard(atMs: number): void;
  /** Nothing more will be heard: makes everything final as it stands. */
  close(atMs: number): void;
  /** Turns that became final since the last call, in order. */
  take(): SpokenTurn[];
}

export function createSpokenTurns(playback: Pick<Playback, 'heard'>): SpokenTurns {
  const transcript = createTranscript();
  const known = new Set<string>();

  const cutItem = ({ itemId, heardMs, sentMs }: Heard, atMs: number): void =>
    transcript.cut(itemId, sentMs === 0 ? 0 : heardMs / sentMs, Math.round(atMs));

  function settleHeard(atMs: number): void {
    for (const { id, speaker } of transcript.open()) {
      if (speaker !== 'agent' || !known.has(id)) continue;
      const { heardMs, sentMs } = playback.heard(id, atMs);
      if (heardMs < sentMs) continue;
      transcript.setTimes(id, { ended_ms: Math.round(atMs) });
      transcript.settle(id);
    }
  }

  return {
    add: transcript.add,
    append: transcript.append,
    setText: transcript.setText,
    setTimes: transcript.setTimes,
    settle: transcript.settle,
    take: transcript.take,
    settleHeard,
    complete(id, text) {
      transcript.setText(id, text);
      known.add(id);
    },
    cut(cuts, atMs) {
      for (const cut of cuts) cutItem(cut, atMs);
    },
    close(atMs) {
      settleHeard(atMs);
      for (const { id, speaker } of transcript.open()) {
        if (speaker === 'agent') cutItem(playback.heard(id, atMs), atMs);
        else transcript.settle(id);
      }
    },
  };
}
