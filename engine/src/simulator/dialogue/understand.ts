// What a person meant, by keywords in English and Portuguese. Only what is plainly said counts.
import type { Ask } from './brief.ts';

export type Meaning =
  | { kind: 'opt_out' | 'wrong_person' | 'wants_human' | 'callback' }
  | { kind: 'outcome'; value: string }
  | { kind: 'reschedule' | 'negative' | 'affirmative' | 'unclear' };

/** Returns what `said` means as a reply to what the call is for. */
export function understand(said: string, outcomes: readonly string[]): Meaning {
  const words = plain(said);
  const ending = ENDINGS.find(({ pattern }) => pattern.test(words));
  if (ending) return { kind: ending.kind };
  const outcome = outcomeIn(words, outcomes);
  if (outcome !== undefined) return { kind: 'outcome', value: outcome };
  if (RESCHEDULE.test(words)) return { kind: 'reschedule' };
  return { kind: yesOrNo(words) };
}

/** Returns the value that `said` gives to `ask`, undefined when it gives none. */
export function answerIn(
  said: string,
  ask: Pick<Ask, 'type' | 'choices'>,
): string | number | boolean | undefined {
  const words = plain(said);
  if (words === '' || NO_ANSWER.test(words) || ENDINGS.some(({ pattern }) => pattern.test(words)))
    return undefined;
  switch (ask.type) {
    case 'yes_no': {
      const kind = yesOrNo(words);
      return kind === 'unclear' ? undefined : kind === 'affirmative';
    }
    case 'number':
      return numberIn(words);
    case 'choice':
      return longestSaid(words, ask.choices);
    case 'date':
      return isoDateIn(words);
    case 'text':
      return said.trim();
  }
}

/** Lower case, without accents or typographic quotes, underscores as spaces. */
export function plain(said: string): string {
  return said
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/_/g, ' ')
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .trim();
}

const ENDINGS: readonly {
  kind: 'opt_out' | 'wrong_person' | 'wants_human' | 'callback';
  pattern: RegExp;
}[] = [
  {
    kind: 'opt_out',
    pattern:
      /\b(do not|don't|never|stop) (ever )?(call|calling|phone|ring|contact)\b|\b(remove|take) me (from|off)\b|\bopt(ing)? out\b|\bunsubscribe\b|\bnao (me )?(volte|voltem|ligue|liguem|telefone|telefonem|contacte|contactem)\b|\bpare(m)? de (me )?(ligar|telefonar)\b|\b(remov|retir|apag)\w+ o meu (numero|contacto)\b|\bnao quero (receber )?mais chamadas\b/,
  },
  {
    kind: 'wrong_person',
    pattern:
      /\bwrong (number|person)\b|\b(no one|nobody) (here )?(by|with|called|named)\b|\b(numero|pessoa) errad[oa]\b|\bfoi engano\b|\be engano\b|\benganou-se\b|\bnao ha (aqui )?ninguem com esse nome\b/,
  },
  {
    kind: 'wants_human',
    pattern:
      /\b(real|human|actual|live) (person|being|agent)\b|\b(speak|talk) (to|with) (a (person|human)|someone|somebody)\b|\brepresentative\b|\bpessoa (real|verdadeira|de verdade|a serio)\b|\bfalar com (uma pessoa|alguem|um humano|um atendente|um operador)\b/,
  },
  {
    kind: 'callback',
    pattern:
      /\bcall (me )?(back|later|again|tomorrow|another time)\b|\b(phone|ring) me (back|later)\b|\b(ligue|ligar|liga|telefone|telefonar)(-me)? (me )?(mais tarde|depois|amanha|noutra altura|outra vez)\b|\bvolt\w+ a ligar\b/,
  },
];

const RESCHEDULE =
  /\breschedul\w*\b|\b(another|a different|some other) (time|day|date)\b|\b(move|change) (it|the (date|time|day|appointment))\b|\b(remarc|reagend|adi)(ar|e|em|amos)\b|\boutr[ao] (hora|data|altura|dia|horario|momento)\b|\bmudar (a data|a hora|o dia)\b/;

const NO_ANSWER =
  /\b(don't know|do not know|not (yet )?(sure|confirmed|ok|okay)|no idea|rather not|no comment)\b|\bnao sei\b|\bprefiro nao\b|\bnao faco ideia\b/;

const NO_TROUBLE = /\b(no problem|not a problem|nao (ha|tem) problema|sem problema)\b/;
const NEGATIVE =
  /^((oh|well|sorry|ah|bem|hum|desculpe|lamento),? )*(no|nope|nao)\b|\b(no,? (thanks|thank you)|not interested|can't|cannot|can not|won't|will not|doesn't work|does not work|don't want|do not want|not a good time|cancel|nao (posso|consigo|quero|vou|obrigad[oa])|nao da|nao estou interessad[oa])\b/;
// "Yes?" is how some people pick up the phone, so it agrees to nothing.
const AFFIRMATIVE =
  /\b(yes|yeah|yep|sim)\b(?! ?\?)|\b(sure|okay|ok|of course|certainly|absolutely|definitely|works for me|that works|sounds good|that's fine|that is fine|perfect|correct|go ahead|i confirm|confirmed|claro|com certeza|esta bem|esta certo|pode ser|perfeito|confirmo|confirmado|combinado|exatamente|pode perguntar)\b(?! ?\?)/;

function yesOrNo(words: string): 'affirmative' | 'negative' | 'unclear' {
  if (NO_TROUBLE.test(words)) return 'affirmative';
  if (NO_ANSWER.test(words)) return 'unclear';
  if (NEGATIVE.test(words)) return 'negative';
  return AFFIRMATIVE.test(words) ? 'affirmative' : 'unclear';
}

// Somebody who says "not confirmed" did not choose "confirmed".
function outcomeIn(words: string, outcomes: readonly string[]): string | undefined {
  const found = longestSaid(words, outcomes);
  if (found === undefined) return undefined;
  const negated = new RegExp(
    `\\b(not|isn't|never|nao|nunca) (yet |be |been |esta |foi )?${escaped(plain(found))}(?![\\p{L}\\p{N}])`,
    'u',
  );
  return negated.test(words) ? undefined : found;
}

function longestSaid(words: string, options: readonly string[]): string | undefined {
  const byLength = [...options].sort((a, b) => b.length - a.length);
  return byLength.find((option) => {
    const word = plain(option);
    return (
      word !== '' &&
      new RegExp(`(?<![\\p{L}\\p{N}])${escaped(word)}(?![\\p{L}\\p{N}])`, 'u').test(words)
    );
  });
}

const escaped = (words: string): string => words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

const NUMBER_WORDS: readonly (readonly string[])[] = [
  ['zero'],
  ['one', 'um', 'uma'],
  ['two', 'dois', 'duas'],
  ['three', 'tres'],
  ['four', 'quatro'],
  ['five', 'cinco'],
  ['six', 'seis'],
  ['seven', 'sete'],
  ['eight', 'oito'],
  ['nine', 'nove'],
  ['ten', 'dez'],
  ['eleven', 'onze'],
  ['twelve', 'doze'],
];

function numberIn(words: string): number | undefined {
  const digits = /(?<![\p{L}\d])-?\d+(?:[.,]\d+)?/u.exec(words)?.[0];
  if (digits !== undefined) return Number(digits.replace(',', '.'));
  const spoken = words.split(/[^\p{L}]+/u);
  const value = NUMBER_WORDS.findIndex((forms) => forms.some((form) => spoken.includes(form)));
  return value < 0 ? undefined : value;
}

function isoDateIn(words: string): string | undefined {
  const found = /\b\d{4}-\d{2}-\d{2}\b/.exec(words)?.[0];
  if (found === undefined) return undefined;
  const date = new Date(`${found}T00:00:00Z`);
  return Number.isNaN(date.getTime()) || date.toISOString().slice(0, 10) !== found
    ? undefined
    : found;
}
