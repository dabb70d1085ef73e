// The operator's own phones. A code is spoken on the phone and given back here, so nobody can exempt another's phone.
import type { ProblemFailure } from '../contract/problem.ts';
import type { Mode } from '../contract/vocabulary.ts';
import { randomDigits } from '../lib/id.ts';
import { fail, ok, type Result } from '../lib/result.ts';
import { readDestination } from './destination.ts';
import { languageOf } from './languages.ts';
import { type PlacePorts, placeCall } from './place-call.ts';
import type { OwnPhoneList, OwnPhoneRecord } from './ports.ts';

export interface OwnPhonePorts extends PlacePorts {
  ownPhones: OwnPhoneList;
}

const PHONES_MAX = 5;
const CODE_LASTS_MS = 15 * 60_000;
const CODE_TRIES = 5;
const DIGITS = 6;

/** Calls the phone and speaks a code. The words of this call are not kept anywhere. */
export async function addOwnPhone(
  request: { phone_number: string; country?: string | undefined; language?: string | undefined },
  key: { id: string; mode: Mode },
  ports: OwnPhonePorts,
): Promise<Result<OwnPhoneRecord, ProblemFailure>> {
  const { settings, ownPhones, clock } = ports;
  const country = request.country?.toUpperCase() ?? settings.default_country;
  const destination = readDestination(request.phone_number, country);
  if (!destination.ok) return destination;
  const { phone_number } = destination.value;
  const code = randomDigits(DIGITS);
  const phone = { phone_number, code, code_expires_at: clock.now() + CODE_LASTS_MS };
  const added = await ownPhones.add(phone, PHONES_MAX);
  if (!added) return fail({ code: 'too_many_own_phones' });
  const placed = await placeCall(
    {
      body: callThatSpeaks(code, phone_number, request.language),
      key,
      idempotency_key: undefined,
      keep_words: false,
    },
    ports,
  );
  if (!placed.ok) {
    await ownPhones.remove(added.id);
    return placed;
  }
  const { id: call_id } = placed.value.call;
  await ownPhones.setCall(added.id, call_id);
  return ok({ ...added, call_id });
}

export async function verifyOwnPhone(
  id: string,
  typed: string,
  { ownPhones }: Pick<OwnPhonePorts, 'ownPhones'>,
): Promise<Result<OwnPhoneRecord, ProblemFailure>> {
  const verified = await ownPhones.verify(id, typed.replace(/\D/g, ''), CODE_TRIES);
  if (verified === 'absent') return fail({ code: 'not_found' });
  return verified ? ok(verified) : fail({ code: 'code_not_valid' });
}

function callThatSpeaks(code: string, phone_number: string, language: string | undefined) {
  const spaced = [...code].join(', ');
  const say = SAYS[languageOf(language ?? '')?.slice(0, 2) ?? ''] ?? SAYS['en'] ?? '{code}';
  return {
    phone_number,
    task: 'Say the first message, say it once more when asked, thank the person and say goodbye. Ask nothing else.',
    first_message: say.replaceAll('{code}', spaced),
    recording: 'off' as const,
    retry: { max_attempts: 1 },
    max_duration_seconds: 60,
    if_duplicate: 'call_again' as const,
    consent_source: 'The owner of this phone asked for the code.',
    source: 'own_phone',
    ...(language === undefined ? {} : { language }),
  };
}

const SAYS: Record<string, string> = {
  en: 'Your code is {code}. Once more: {code}. Please write it where you asked for it.',
  pt: 'O seu código é {code}. Repito: {code}. Escreva-o onde o pediu.',
  es: 'Su código es {code}. Repito: {code}. Escríbalo donde lo pidió.',
  fr: 'Votre code est {code}. Je répète : {code}. Saisissez-le là où vous l’avez demandé.',
  de: 'Ihr Code ist {code}. Ich wiederhole: {code}. Geben Sie ihn dort ein, wo Sie ihn angefordert haben.',
  it: 'Il suo codice è {code}. Ripeto: {code}. Lo scriva dove lo ha richiesto.',
};
