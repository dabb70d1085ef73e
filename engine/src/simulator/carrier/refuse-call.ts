// When a call is not created. Error bodies and codes: https://www.twilio.com/docs/api/errors;
// the magic numbers are those of Twilio's test credentials: https://www.twilio.com/docs/iam/test-credentials.
import type { CallRequest } from './call.ts';

export interface RestError {
  status: number;
  code: number;
  message: string;
}

/** Returns why a call cannot be created, or undefined. `owned` are the numbers that may call. */
export function refuseCall(
  { to, from, fields }: CallRequest,
  owned: readonly string[],
): RestError | undefined {
  const missing = REQUIRED.find((name) => !fields.get(name));
  if (missing) return invalid(21_201, `No '${missing}' number is specified`);
  if (!['Url', 'Twiml', 'ApplicationSid'].some((name) => fields.has(name))) {
    return invalid(21_205, 'Url parameter is required.');
  }
  const badUrl = URLS.find((name) => fields.has(name) && !isHttpUrl(fields.get(name)));
  if (badUrl) return invalid(21_205, `${badUrl} is not a valid URL.`);
  if (from === INVALID_FROM) return invalid(21_212, 'From number is not a valid phone number.');
  if (!owned.includes(from)) {
    return invalid(
      21_210,
      'The source phone number provided is not yet verified for your account.',
    );
  }
  const magic = MAGIC_TO[to];
  if (magic) return invalid(magic.code, magic.message);
  if (!/^\+[1-9]\d{6,14}$/.test(to)) return invalid(21_211, 'Invalid To phone number.');
  return undefined;
}

/** Returns the error as Twilio's JSON body. */
export const errorBody = ({ status, code, message }: RestError): Record<string, unknown> => ({
  code,
  message,
  more_info: `https://www.twilio.com/docs/errors/${code}`,
  status,
});

/** A number that may call, whatever the account owns. */
export const MAGIC_FROM = '+15005550006';

const INVALID_FROM = '+15005550001';
const REQUIRED = ['To', 'From'] as const;
const URLS = ['Url', 'StatusCallback', 'AsyncAmdStatusCallback', 'FallbackUrl'] as const;

const MAGIC_TO: Readonly<Record<string, { code: number; message: string }>> = {
  '+15005550001': { code: 21_217, message: 'Phone number does not appear to be valid.' },
  '+15005550002': { code: 21_214, message: 'To number cannot be reached.' },
  '+15005550003': { code: 21_215, message: 'Account not authorized to make international calls.' },
  '+15005550004': { code: 21_216, message: 'Account not allowed to call phone number.' },
};

const invalid = (code: number, message: string): RestError => ({ status: 400, code, message });

const isHttpUrl = (url: string | null): boolean =>
  url !== null && URL.canParse(url) && ['http:', 'https:'].includes(new URL(url).protocol);
