// What an agent's words ask for. The agent ends each question with the cue of its type.

export type RecipientLanguage = 'en' | 'pt';

export type Asked =
  | {
      kind:
        | 'yes_no'
        | 'number'
        | 'date'
        | 'main'
        | 'presence'
        | 'goodbye'
        | 'question'
        | 'statement';
    }
  | { kind: 'choice' | 'outcome'; choices: string[] };

/** Returns what a turn of the agent asks for. Speech that cannot be read (null) counts as a question. */
export function readTurn(text: string | null): Asked {
  if (text === null) return { kind: 'main' };
  const turn = text.replace(/\s+/g, ' ').trim();
  for (const { pattern, kind } of CUES) if (pattern.test(turn)) return { kind };
  const choices = CHOICES.exec(turn)?.[1];
  if (choices !== undefined) return { kind: 'choice', choices: splitList(choices) };
  const outcomes = OUTCOMES.exec(turn)?.[1];
  if (outcomes !== undefined && (NAMES_OUTCOMES.test(turn) || / (?:or|ou) /i.test(outcomes)))
    return { kind: 'outcome', choices: splitList(outcomes) };
  return { kind: turn.endsWith('?') ? 'question' : 'statement' };
}

/** Returns the language that the words are in, or `otherwise` when they do not tell. */
export function languageOf(text: string, otherwise: RecipientLanguage): RecipientLanguage {
  const words = text.toLowerCase().split(/[^\p{L}]+/u);
  const portuguese = words.filter((word) => PORTUGUESE.has(word)).length;
  const english = words.filter((word) => ENGLISH.has(word)).length;
  if (portuguese === english) return otherwise;
  return portuguese > english ? 'pt' : 'en';
}

const CUES: readonly { pattern: RegExp; kind: Exclude<Asked['kind'], 'choice' | 'outcome'> }[] = [
  { pattern: /(?:please answer yes or no|responda sim ou não)[.?!]?$/i, kind: 'yes_no' },
  { pattern: /(?:please tell me a number|diga-me um número)[.?!]?$/i, kind: 'number' },
  { pattern: /(?:which date|que data)\?$/i, kind: 'date' },
  { pattern: /(?:are you still there|ainda está aí)\?$/i, kind: 'presence' },
  {
    pattern:
      /(?:does that work for you|is now a good time(?: to \w+)?|pode ser|pode responder agora)\?$/i,
    kind: 'main',
  },
  { pattern: /\b(?:goodbye|bye|adeus|tchau)[.!]?$/i, kind: 'goodbye' },
];
const CHOICES = /(?:your choices are|as opções são): (.+?)[.?!]?$/i;
const OUTCOMES = /: ([^:?]+)\?$/i;
const NAMES_OUTCOMES = /(?:shall i note|posso registar): [^?]+\?$/i;

const PORTUGUESE = new Set([
  'olá',
  'não',
  'sim',
  'está',
  'para',
  'é',
  'você',
  'obrigado',
  'bom',
  'uma',
  'de',
  'que',
  'pode',
  'adeus',
  'ou',
  'da',
  'em',
]);
const ENGLISH = new Set([
  'hello',
  'the',
  'is',
  'you',
  'to',
  'of',
  'this',
  'yes',
  'no',
  'and',
  'for',
  'please',
  'or',
  'am',
  'calling',
  'goodbye',
  'thank',
]);

const splitList = (list: string): string[] =>
  list
    .split(/\s*,\s*|\s+(?:or|ou)\s+/i)
    .map((word) => word.replace(/^(?:or|ou)\s+/i, '').trim())
    .filter((word) => word !== '');
