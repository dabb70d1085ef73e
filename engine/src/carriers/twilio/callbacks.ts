// What Twilio posts to us, read once. Every field but the ids is a hint: nonsense counts as absent.

import { z } from 'zod';
import type { CarrierReport } from '../../calls/ports.ts';
import type { AnsweredBy } from '../../contract/vocabulary.ts';
import { CALL_STATUSES, endReasonOf, STATES } from './failures.ts';
import type { FormFields } from './signature.ts';

/** Reads `application/x-www-form-urlencoded`. A field given more than once becomes a list. */
export function parseForm(body: string): FormFields {
  const fields = Object.create(null) as FormFields;
  for (const [name, value] of new URLSearchParams(body)) {
    const before = fields[name];
    if (before === undefined) fields[name] = value;
    else fields[name] = Array.isArray(before) ? [...before, value] : [before, value];
  }
  return fields;
}

/** The call that a callback is about; undefined when it names none. */
export function callSidOf(fields: FormFields): string | undefined {
  return callSidSchema.safeParse(fields['CallSid']).data;
}

/** A status callback in our words (https://www.twilio.com/docs/voice/api/call-resource#statuscallback). */
export function readReport(fields: FormFields): CarrierReport | undefined {
  const { data } = statusSchema.safeParse(fields);
  if (data === undefined) return undefined;
  const state = STATES[data.CallStatus];
  return {
    carrier_call_id: data.CallSid,
    sequence: data.SequenceNumber ?? USUAL_ORDER[state],
    state,
    end_reason: endReasonOf(data.CallStatus, data.SipResponseCode, data.ErrorCode),
    code: data.ErrorCode === null ? null : String(data.ErrorCode),
    sip_code: data.SipResponseCode,
  };
}

/** Who answered, as Twilio hears it (https://www.twilio.com/docs/voice/answering-machine-detection). */
export function readAnsweredBy(fields: FormFields): AnsweredBy {
  const said = fields['AnsweredBy'];
  return (typeof said === 'string' ? ANSWERED_BY.get(said) : undefined) ?? 'unknown';
}

const callSidSchema = z.string().regex(/^CA[0-9a-f]{32}$/i);

const numberBetween = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,6}$/)
    .transform(Number)
    .pipe(z.number().min(least).max(most))
    .nullable()
    .catch(null);

const statusSchema = z.object({
  CallSid: callSidSchema,
  CallStatus: z.enum(CALL_STATUSES),
  SequenceNumber: numberBetween(0, 1_000),
  SipResponseCode: numberBetween(100, 699),
  ErrorCode: numberBetween(1, 999_999),
});

const USUAL_ORDER = { dialing: 0, ringing: 1, answered: 2, ended: 3 } as const;

const ANSWERED_BY: ReadonlyMap<string, AnsweredBy> = new Map([
  ['human', 'human'],
  ['machine_start', 'voicemail'],
  ['machine_end_beep', 'voicemail'],
  ['machine_end_silence', 'voicemail'],
  ['machine_end_other', 'voicemail'],
  ['fax', 'fax'],
]);
