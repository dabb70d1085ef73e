// What the scripted conversation knows of a call: the fenced JSON block in the instructions.
// A block that is absent or odd still gives a brief, because a simulated model must answer whatever it is told.
import { z } from 'zod';

const text = z.string().catch('');
const optionalText = z.string().nullish().catch(null);

const question = z.object({
  key: z.string(),
  ask: z.string(),
  type: z.enum(['yes_no', 'number', 'choice', 'date', 'text']).catch('text'),
  choices: z.array(z.string()).nullish().catch(null),
});

const field = z.object({
  path: z.string(),
  type: z.string().catch('string'),
  title: optionalText,
  description: optionalText,
  format: optionalText,
  enum: z.array(z.unknown()).nullish().catch(null),
});

const block = z.object({
  task: text,
  recipient_name: optionalText,
  on_behalf_of: optionalText,
  language: optionalText,
  outcomes: z.array(z.object({ value: z.string(), when: optionalText })).catch([]),
  questions: z.array(question).catch([]),
  fields: z.array(field).catch([]),
  first_message: optionalText,
});

export type QuestionType = z.infer<typeof question>['type'];

/** One thing that the agent asks for. `key` is the path of the result field. */
export interface Ask {
  key: string;
  ask: string;
  type: QuestionType;
  choices: readonly string[];
}

export interface Brief {
  task: string;
  recipientName: string | undefined;
  language: 'en' | 'pt';
  /** The language as it was given, BCP 47. */
  languageTag: string;
  outcomes: readonly string[];
  /** The outcomes are the caller's own words, not the default three. */
  hasOwnOutcomes: boolean;
  /** Questions first, then the result fields that no question covers. */
  asks: readonly Ask[];
  firstMessage: string | undefined;
}

const DEFAULT_OUTCOMES = ['achieved', 'partly_achieved', 'not_achieved'];
const FENCE = /```json\s*\n([\s\S]*?)```/g;

/** Returns the brief in the last fenced JSON block of `instructions` that has a task; without one, the text itself is the task. */
export function readBrief(instructions: string): Brief {
  const found = [...instructions.matchAll(FENCE)].map((match) => parseBlock(match[1] ?? ''));
  const data =
    found.findLast((one) => one !== undefined) ?? block.parse({ task: instructions.trim() });
  const language = data.language?.toLowerCase().startsWith('pt') ? 'pt' : 'en';
  const outcomes =
    data.outcomes.length > 0 ? data.outcomes.map(({ value }) => value) : DEFAULT_OUTCOMES;
  const questions = data.questions.map(
    ({ key, ask, type, choices }): Ask => ({ key, ask, type, choices: choices ?? [] }),
  );
  const covered = new Set(questions.map(({ key }) => key));
  const fields = data.fields
    .filter(({ path }) => !covered.has(path))
    .map((one) => askForField(one, language));
  return {
    task: data.task,
    recipientName: data.recipient_name || undefined,
    language,
    languageTag: data.language ?? 'en',
    outcomes,
    hasOwnOutcomes: outcomes.join() !== DEFAULT_OUTCOMES.join(),
    asks: [...questions, ...fields],
    firstMessage: data.first_message || undefined,
  };
}

function parseBlock(json: string): z.infer<typeof block> | undefined {
  try {
    const parsed = block.safeParse(JSON.parse(json));
    return parsed.success && parsed.data.task !== '' ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

function askForField(one: z.infer<typeof field>, language: 'en' | 'pt'): Ask {
  const choices = (one.enum ?? []).filter((value) => typeof value === 'string');
  const subject = (one.title || one.description || one.path).replace(/[?.\s]+$/, '');
  return {
    key: one.path,
    ask: `${language === 'pt' ? 'Posso perguntar' : 'May I ask'}: ${subject}?`,
    type: typeOfField(one, choices),
    choices,
  };
}

function typeOfField(one: z.infer<typeof field>, choices: readonly string[]): QuestionType {
  if (choices.length > 0) return 'choice';
  if (one.type === 'boolean') return 'yes_no';
  if (one.type === 'number' || one.type === 'integer') return 'number';
  return one.type === 'date' || one.format === 'date' ? 'date' : 'text';
}
