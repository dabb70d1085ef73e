// The conversation as it was heard, in order. A turn is given out once its words are final and every earlier turn is.
// Order follows the model's item chain, not arrival: the person's words often arrive after the reply has begun.

export interface SpokenTurn {
  speaker: 'agent' | 'recipient';
  text: string;
  started_ms: number;
  ended_ms: number;
  interrupted: boolean;
}

interface Item extends SpokenTurn {
  id: string;
  final: boolean;
}

export interface Transcript {
  add(
    id: string,
    previousId: string | undefined,
    speaker: 'agent' | 'recipient',
    nowMs: number,
  ): void;
  /** Adds words to an item of the agent. */
  append(id: string, delta: string): void;
  /** Sets all words of an item. */
  setText(id: string, text: string): void;
  setTimes(id: string, times: { started_ms?: number; ended_ms?: number }): void;
  /** Keeps only the heard share of an item's words and makes it final. */
  cut(id: string, share: number, endedMs: number): void;
  /** Marks an item as complete. */
  settle(id: string): void;
  /** Items that are not final, in order. */
  open(): { id: string; speaker: 'agent' | 'recipient' }[];
  has(id: string): boolean;
  /** Turns that became final since the last call, in order. */
  take(): SpokenTurn[];
}

export function createTranscript(): Transcript {
  const items: Item[] = [];
  let given = 0;
  const find = (id: string): Item | undefined => items.find((item) => item.id === id);

  return {
    add(id, previousId, speaker, nowMs) {
      if (find(id)) return;
      const item: Item = {
        id,
        speaker,
        text: '',
        started_ms: nowMs,
        ended_ms: nowMs,
        interrupted: false,
        final: false,
      };
      const after =
        previousId === undefined ? -1 : items.findIndex((other) => other.id === previousId);
      // What was already given out keeps its place; an unknown predecessor means the end.
      if (after >= 0 && after + 1 >= given) items.splice(after + 1, 0, item);
      else items.push(item);
    },
    append(id, delta) {
      const item = find(id);
      if (item && !item.final) item.text += delta;
    },
    setText(id, text) {
      const item = find(id);
      if (item && !item.final) item.text = text;
    },
    setTimes(id, times) {
      const item = find(id);
      if (item) Object.assign(item, times);
    },
    cut(id, share, endedMs) {
      const item = find(id);
      if (!item || item.final) return;
      item.text = heardWords(item.text, share);
      item.interrupted = true;
      item.ended_ms = Math.max(endedMs, item.started_ms);
      item.final = true;
    },
    settle(id) {
      const item = find(id);
      if (item) item.final = true;
    },
    open: () => items.filter((item) => !item.final).map(({ id, speaker }) => ({ id, speaker })),
    has: (id) => find(id) !== undefined,
    take() {
      const turns: SpokenTurn[] = [];
      for (let item = items[given]; item?.final; item = items[++given]) {
        const { speaker, started_ms, ended_ms, interrupted } = item;
        const text = item.text.trim();
        if (text !== '') turns.push({ speaker, text, started_ms, ended_ms, interrupted });
      }
      return turns;
    },
  };
}

/** Returns the words of `text` that fit into its first `share` (0 to 1); a word counts once half of it was heard. */
export function heardWords(text: string, share: number): string {
  if (share >= 1) return text;
  const limit = text.length * Math.max(share, 0);
  let kept = '';
  for (const match of text.matchAll(/\S+\s*/g)) {
    if (match.index + match[0].trimEnd().length / 2 > limit) break;
    kept += match[0];
  }
  return kept.trimEnd() === text.trimEnd()
    ? kept.trimEnd()
    : `${kept.trimEnd()}…`.replace(/^…$/, '');
}
