/** One line of a transcript as the text model is given it: `[3] recipient: Yes, that works.` */
export interface TranscriptLine {
  turn: number;
  speaker: 'agent' | 'recipient';
  text: string;
}

const LINE = /^\s*\[(\d+)\] (agent|recipient): ?(.*)$/gm;

/** Returns the transcript lines in `text`, in order; other text is passed over. */
export function readTranscript(text: string): TranscriptLine[] {
  return [...text.matchAll(LINE)].map(([, turn, speaker, said]) => ({
    turn: Number(turn),
    speaker: speaker === 'agent' ? 'agent' : 'recipient',
    text: said ?? '',
  }));
}
