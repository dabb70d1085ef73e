// The outcome of a transcript by rules: what the person plainly said decides, and that line is the evidence.
import type { Brief } from './brief.ts';
import { asksToConfirm } from './sentences.ts';
import type { TranscriptLine } from './transcript.ts';
import { answerIn, type Meaning, plain, understand } from './understand.ts';

export interface FoundOutcome {
  outcome: string;
  /** The recipient's line that shows it, undefined for `inconclusive`. */
  evidence: TranscriptLine | undefined;
}

const INCONCLUSIVE: FoundOutcome = { outcome: 'inconclusive', evidence: undefined };
const ENDINGS = {
  opt_out: 'opted_out',
  wrong_person: 'wrong_person',
  wants_human: 'needs_human',
  callback: 'callback_requested',
};

/** Returns the outcome of the conversation; `answered` of the brief's questions have an answer. */
export function findOutcome(
  brief: Brief,
  lines: readonly TranscriptLine[],
  answered: number,
): FoundOutcome {
  const ending = firstMeaning(
    brief,
    recipientLines(lines),
    (meaning) => endingWord(meaning) !== undefined,
  );
  const said =
    ending ?? firstMeaning(brief, openingReplies(brief, lines), ({ kind }) => kind !== 'unclear');
  if (!said) return INCONCLUSIVE;
  const outcome = endingWord(said.meaning) ?? ownWord(brief, said.meaning, answered);
  return outcome === undefined ? INCONCLUSIVE : { outcome, evidence: said.line };
}

/** Returns each question's answer with the line that gives it; questions without an answer are left out. */
export function findAnswers(
  brief: Brief,
  lines: readonly TranscriptLine[],
): Map<string, { value: string | number | boolean; line: TranscriptLine }> {
  const answers = new Map<string, { value: string | number | boolean; line: TranscriptLine }>();
  for (const ask of brief.asks) {
    for (const line of repliesTo(ask.ask, lines)) {
      const value = answerIn(line.text, ask);
      // The last answer counts, because people correct themselves.
      if (value !== undefined) answers.set(ask.key, { value, line });
    }
  }
  return answers;
}

const recipientLines = (lines: readonly TranscriptLine[]): TranscriptLine[] =>
  lines.filter(({ speaker, text }) => speaker === 'recipient' && text.trim() !== '');

// Until the first question is put, replies are about what the call is for.
function openingReplies(brief: Brief, lines: readonly TranscriptLine[]): TranscriptLine[] {
  const firstQuestion = lines.findIndex(
    ({ speaker, text }) => speaker === 'agent' && brief.asks.some(({ ask }) => contains(text, ask)),
  );
  return recipientLines(firstQuestion < 0 ? lines : lines.slice(0, firstQuestion));
}

function repliesTo(ask: string, lines: readonly TranscriptLine[]): TranscriptLine[] {
  return lines.flatMap((line, at) => {
    if (line.speaker !== 'agent' || !contains(line.text, ask)) return [];
    const rest = lines.slice(at + 1);
    const end = rest.findIndex(({ speaker }) => speaker === 'agent');
    return recipientLines(end < 0 ? rest : rest.slice(0, end)).slice(0, 1);
  });
}

const contains = (text: string, ask: string): boolean =>
  plain(ask) !== '' && plain(text).includes(plain(ask));

function firstMeaning(
  brief: Brief,
  lines: readonly TranscriptLine[],
  wanted: (meaning: Meaning) => boolean,
): { meaning: Meaning; line: TranscriptLine } | undefined {
  for (const line of lines) {
    const meaning = understand(line.text, brief.outcomes);
    if (wanted(meaning)) return { meaning, line };
  }
  return undefined;
}

function endingWord({ kind }: Meaning): string | undefined {
  return kind in ENDINGS ? ENDINGS[kind as keyof typeof ENDINGS] : undefined;
}

function ownWord(brief: Brief, meaning: Meaning, answered: number): string | undefined {
  const { outcomes } = brief;
  switch (meaning.kind) {
    case 'outcome':
      return meaning.value;
    case 'affirmative':
      return agreed(brief, answered);
    case 'reschedule':
      return outcomes[1] ?? outcomes.at(-1);
    case 'negative':
      return outcomes.at(-1);
    default:
      return undefined;
  }
}

// A yes to "is now a good time?" achieves nothing by itself: then the answers decide.
function agreed(brief: Brief, answered: number): string | undefined {
  const { outcomes, asks } = brief;
  const isAnswer = brief.hasOwnOutcomes || asksToConfirm(brief) || brief.firstMessage !== undefined;
  if (isAnswer || asks.length === answered) return outcomes[0];
  return answered > 0 ? outcomes[1] : undefined;
}
