// Reads a request to place a call: what is asked for, or the builder's mistake, or why the person may not be called. Pure.
import { NOT_SUPPORTED_YET, type PlaceCall } from '../contract/place-call.ts';
import type { ProblemCode, ProblemFailure } from '../contract/problem.ts';
import { DEFAULT_OUTCOMES, type Mode, RESERVED_OUTCOMES } from '../contract/vocabulary.ts';
import { fail, ok, type Result, together } from '../lib/result.ts';
import { acceptQuestions } from '../results/accept-questions.ts';
import { schemaOfQuestions } from '../results/question-schema.ts';
import { checkResultSchema } from '../results/result-schema.ts';
import type { CallOrder, Outcome } from './call-record.ts';
import { type Destination, destinationRefusal, readDestination } from './destination.ts';
import { languageOf } from './languages.ts';
import type { Settings } from './ports.ts';
import { fillText, hasControls, isBlank } from './texts.ts';

export interface PreparedCall {
  task: string;
  recipient_name: string | null;
  order: CallOrder;
  destination: Result<Destination, ProblemFailure>;
}

/** Returns the prepared call, or the builder's mistake. That the person may not be called is inside `destination`. */
export function prepareCall(
  request: PlaceCall,
  context: { settings: Settings; mode: Mode },
): Result<PreparedCall, ProblemFailure> {
  const { settings, mode } = context;
  const mistake = unsupported(request) ?? unreadable(request, mode);
  if (mistake) return fail(mistake);

  const own = settings.from_numbers[mode === 'live' ? 'live' : 'simulated'];
  const read = together({
    texts: readTexts(request),
    outcomes: readOutcomes(request),
    wanted: readWanted(request),
    language: readLanguage(request, settings),
    from: readFromNumber(request, own),
  });
  if (!read.ok) return read;
  const { texts, outcomes, wanted, language, from } = read.value;

  return ok({
    task: texts.task,
    recipient_name: texts.recipient_name,
    order: {
      ...outcomes,
      ...wanted,
      ...language,
      ...speakingOrder(request, settings),
      on_behalf_of: texts.on_behalf_of ?? settings.organisation,
      first_message: texts.first_message,
      from_number: from,
    },
    destination: readTo(request, { settings, mode, own }),
  });
}

const speakingOrder = (
  request: PlaceCall,
  settings: Settings,
): Pick<CallOrder, 'voice' | 'max_duration_seconds' | 'recording' | 'simulate'> => ({
  voice: request.voice || settings.default_voice,
  max_duration_seconds: request.max_duration_seconds ?? settings.default_max_duration_seconds,
  recording:
    request.recording === 'notify' || request.recording === 'off'
      ? request.recording
      : settings.default_recording,
  simulate: request.simulate ?? null,
});

function readTo(
  request: PlaceCall,
  { settings, mode, own }: { settings: Settings; mode: Mode; own: readonly string[] },
): Result<Destination, ProblemFailure> {
  const to = readDestination(
    request.phone_number ?? '',
    request.country ?? settings.default_country,
  );
  if (!to.ok) return to;
  const refusal = destinationRefusal(to.value, {
    allowed_countries: settings.allowed_countries,
    mode,
    own_numbers: own,
  });
  return refusal ? fail(refusal) : to;
}

function unsupported(request: PlaceCall): ProblemFailure | undefined {
  const fields: string[] = NOT_SUPPORTED_YET.filter((field) => request[field] !== undefined);
  if (request.purpose === 'marketing') fields.push('purpose');
  if (request.recording === 'ask') fields.push('recording');
  if (request.voicemail?.action === 'leave_message') fields.push('voicemail');
  if (fields.length === 0) return undefined;
  return problem(
    'not_supported_yet',
    fields,
    'This version of Recado does not act on it. Leave it out.',
  );
}

const LINES = [
  'recipient_name',
  'caller_name',
  'on_behalf_of',
  'reference',
  'tag',
  'voice',
] as const;

function unreadable(request: PlaceCall, mode: Mode): ProblemFailure | undefined {
  const { task, first_message, simulate } = request;
  const faults: Record<string, string | undefined> = {
    task: task === undefined || isBlank(task) ? 'Say what the call is for.' : nulFault(task),
    first_message: nulFault(first_message ?? ''),
    ...Object.fromEntries(LINES.map((field) => [field, lineFault(request[field] ?? '')])),
    simulate: mode === 'live' && simulate ? 'Only test keys simulate calls.' : undefined,
  };
  const fault = Object.entries(faults).find(([, detail]) => detail !== undefined);
  return fault && problem('invalid_request', [fault[0]], fault[1] ?? '');
}

// Not every store can keep this character.
const nulFault = (text: string): string | undefined =>
  text.includes('\0') ? 'It holds a NUL character.' : undefined;

function lineFault(text: string): string | undefined {
  if (hasControls(text)) return 'Use one line without control characters.';
  return text !== '' && isBlank(text) ? 'There is nothing to read in it.' : undefined;
}

interface Texts {
  task: string;
  first_message: string | null;
  recipient_name: string | null;
  on_behalf_of: string | null;
}

const SPOKEN = ['task', 'first_message', 'recipient_name', 'caller_name', 'on_behalf_of'] as const;

function readTexts(request: PlaceCall): Result<Texts, ProblemFailure> {
  const texts: SpokenTexts = {};
  for (const field of SPOKEN) {
    const text = request[field];
    // Platforms send an empty text for a field that nobody filled.
    if (text === undefined || text === '') continue;
    const takesVariables = field === 'task' || field === 'first_message';
    const filled = fillText(text, (takesVariables && request.variables) || {});
    if (!filled.ok)
      return fail(
        problem('unresolved_variable', [field], `“${filled.failure}” was not filled in.`),
      );
    texts[field] = filled.value;
  }
  return ok(namedTexts(texts));
}

type SpokenTexts = Partial<Record<(typeof SPOKEN)[number], string>>;

const namedTexts = (texts: SpokenTexts): Texts => ({
  task: texts.task ?? '',
  first_message: texts.first_message ?? null,
  recipient_name: texts.recipient_name ?? texts.caller_name ?? null,
  on_behalf_of: texts.on_behalf_of ?? null,
});

function readOutcomes(
  request: PlaceCall,
): Result<Pick<CallOrder, 'outcomes' | 'own_outcomes' | 'success_outcomes'>, ProblemFailure> {
  const own = request.outcomes !== undefined;
  const options = request.outcomes ?? DEFAULT_OUTCOMES;
  const outcomes: Outcome[] = options.map((option) =>
    typeof option === 'string'
      ? { value: option }
      : { value: option.value, ...(option.when === undefined ? {} : { when: option.when }) },
  );
  const fault = own ? outcomeFault(outcomes) : undefined;
  if (fault) return fail(fault);
  const words = outcomes.map(({ value }) => value);
  const unknown = (request.success_outcomes ?? []).findIndex((word) => !words.includes(word));
  if (unknown >= 0) {
    return fail(
      problem('invalid_request', [`success_outcomes/${unknown}`], 'It is not one of the outcomes.'),
    );
  }
  return ok({ outcomes, own_outcomes: own, success_outcomes: request.success_outcomes ?? null });
}

function outcomeFault(outcomes: readonly Outcome[]): ProblemFailure | undefined {
  const seen = new Set<string>();
  for (const [at, { value }] of outcomes.entries()) {
    const plain = plainWord(value);
    const fault =
      hasControls(value) || plain === ''
        ? 'Use a word.'
        : seen.has(plain)
          ? 'This outcome is there twice.'
          : reservedFault(value);
    if (fault !== undefined) return problem('invalid_request', [`outcomes/${at}`], fault);
    seen.add(plain);
  }
  return undefined;
}

// A word that only looks like one of ours would send the workflow down the wrong branch.
function reservedFault(value: string): string | undefined {
  if ((DEFAULT_OUTCOMES as readonly string[]).includes(value)) return undefined;
  const reserved = RESERVED_OUTCOMES.find((word) => plainWord(word) === plainWord(value));
  return reserved && `“${reserved}” is a word of Recado itself. Choose another.`;
}

const plainWord = (word: string): string =>
  word
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^\p{L}\p{N}]/gu, '');

function readWanted(
  request: PlaceCall,
): Result<Pick<CallOrder, 'questions' | 'result_schema'>, ProblemFailure> {
  const schema =
    request.result_schema === undefined ? undefined : checkResultSchema(request.result_schema);
  if (schema && !schema.ok) {
    return fail(
      problem(
        'result_schema_invalid',
        [`result_schema${schema.failure.pointer}`],
        schema.failure.detail,
      ),
    );
  }
  const taken = Object.keys((schema?.value['properties'] as object | undefined) ?? {});
  const questions = acceptQuestions(request.questions ?? [], taken);
  if (!questions.ok)
    return fail(
      problem(
        'invalid_request',
        [`questions${questions.failure.pointer}`],
        questions.failure.detail,
      ),
    );
  const joined = schemaOfQuestions(questions.value, schema?.value ?? null);
  if (!joined.ok)
    return fail(
      problem('result_schema_invalid', [joined.failure.pointer.slice(1)], joined.failure.detail),
    );
  return ok({ questions: questions.value, result_schema: joined.value });
}

function readLanguage(
  request: PlaceCall,
  settings: Settings,
): Result<Pick<CallOrder, 'language' | 'report_language'>, ProblemFailure> {
  const auto = request.language?.trim().toLowerCase() === 'auto';
  const language = auto ? null : languageOf(request.language ?? settings.default_language);
  if (language === undefined)
    return fail(
      problem(
        'invalid_request',
        ['language'],
        'Languages: en, pt-PT, pt-BR, es, fr, de, it, or auto.',
      ),
    );
  const report = languageOf(request.report_language ?? language ?? settings.default_language);
  if (report === undefined)
    return fail(
      problem(
        'invalid_request',
        ['report_language'],
        'Languages: en, pt-PT, pt-BR, es, fr, de, it.',
      ),
    );
  return ok({ language, report_language: report });
}

function readFromNumber(
  request: PlaceCall,
  own: readonly string[],
): Result<string | null, ProblemFailure> {
  if (request.from_number === undefined) return ok(null);
  const number = request.from_number.replace(/[\s().-]/g, '');
  if (own.includes(number)) return ok(number);
  return fail(
    problem(
      'from_number_not_owned',
      ['from_number'],
      'Use one of your own numbers, with + and country code.',
    ),
  );
}

const problem = (code: ProblemCode, fields: readonly string[], detail: string): ProblemFailure => ({
  code,
  detail: `${fields.map((field) => field.replaceAll('/', '.')).join(', ')}: ${detail}`,
  errors: fields.map((field) => ({ pointer: `/${field}`, code, detail })),
});
