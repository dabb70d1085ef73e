// Reads a request to place a call: what is asked for, or the builder's mistake, or why no number of the person can be one. Pure.
import { NOT_SUPPORTED_YET, type PlaceCall } from '../contract/place-call.ts';
import type { ProblemFailure } from '../contract/problem.ts';
import type { Mode } from '../contract/vocabulary.ts';
import { fail, ok, type Result, together } from '../lib/result.ts';
import type { CallOrder } from './call-record.ts';
import type { Destination } from './destination.ts';
import { readSchedule } from './hours/read-schedule.ts';
import { zonesOf } from './hours/zones-of.ts';
import type { Settings } from './ports.ts';
import { problemAt } from './request/problem-at.ts';
import { readLanguage } from './request/read-language.ts';
import { readFromNumber, readNumbers } from './request/read-numbers.ts';
import { readOutcomes } from './request/read-outcomes.ts';
import { readRules } from './request/read-rules.ts';
import { readTexts, unreadable } from './request/read-texts.ts';
import { readWanted } from './request/read-wanted.ts';

export interface PreparedCall {
  task: string;
  recipient_name: string | null;
  /** Its `phone_numbers` are empty: they are those of `numbers` that may be called. */
  order: CallOrder;
  /** When the phone may ring for the first time, as the request says. */
  start_at: number;
  /** The person's numbers, at least one; else why there is none. */
  numbers: Result<Destination[], ProblemFailure>;
}

export interface PrepareContext {
  settings: Settings;
  mode: Mode;
  now: number;
}

/** Returns the prepared call, or the builder's mistake. That the person has no number is data, inside `numbers`. */
export function prepareCall(
  request: PlaceCall,
  { settings, mode, now }: PrepareContext,
): Result<PreparedCall, ProblemFailure> {
  const mistake = unsupported(request) ?? unreadable(request, mode);
  if (mistake) return fail(mistake);

  const own = settings.from_numbers[mode === 'live' ? 'live' : 'simulated'];
  const numbers = readNumbers(request, settings.default_country);
  // Where nobody is called, any zone reads the schedule: that there is no number is what the request is told.
  const zones = numbers.ok ? zonesOf(numbers.value[0]?.phone_number ?? '') : ['UTC'];
  const read = together({
    texts: readTexts(request),
    outcomes: readOutcomes(request),
    wanted: readWanted(request),
    language: readLanguage(request, settings),
    from: readFromNumber(request, own),
    schedule: readSchedule(request.schedule ?? {}, { now, zones }),
    rules: readRules(request),
  });
  if (!read.ok) return read;
  const { texts, outcomes, wanted, language, from, schedule, rules } = read.value;
  const { at, not_before, ...window } = schedule;

  return ok({
    task: texts.task,
    recipient_name: texts.recipient_name,
    order: {
      ...outcomes,
      ...wanted,
      ...language,
      ...rules,
      ...speakingOrder(request, settings),
      on_behalf_of: texts.on_behalf_of ?? settings.organisation,
      first_message: texts.first_message,
      from_number: from,
      phone_numbers: [],
      keep_words: true,
      window,
    },
    start_at: Math.max(at ?? now, not_before ?? now, now),
    numbers,
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

function unsupported(request: PlaceCall): ProblemFailure | undefined {
  const fields: string[] = NOT_SUPPORTED_YET.filter((field) => request[field] !== undefined);
  if (request.recording === 'ask') fields.push('recording');
  if (request.voicemail?.action === 'leave_message') fields.push('voicemail');
  if (fields.length === 0) return undefined;
  return problemAt(
    'not_supported_yet',
    fields,
    'This version of Recado does not act on it. Leave it out.',
  );
}
