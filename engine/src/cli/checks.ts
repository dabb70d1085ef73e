// What `recado init` checks as it is given and `recado doctor` checks again. Each check returns one finding and
// never throws; a finding that is not good names its fix. No finding repeats a secret.
import { isSupportedCountry } from 'libphonenumber-js/max';
import { z } from 'zod';
import { MICROS_PER_UNIT } from '../lib/money.ts';
import { type Answer, probe } from './probe.ts';

export interface Finding {
  name: string;
  /** `bad` keeps the engine from working as it is set up; `warn` does not. */
  state: 'ok' | 'warn' | 'bad';
  detail: string;
  fix?: string;
}

export interface TwilioCredentials {
  accountSid: string;
  authToken: string;
  baseUrl?: string | undefined;
}

const TwilioAccount = z.object({ status: z.string(), type: z.string().nullish() });

/** Asks Twilio for the account: https://www.twilio.com/docs/iam/api/account. */
export async function checkTwilioAccount(credentials: TwilioCredentials): Promise<Finding> {
  const name = 'carrier';
  const answer = await askTwilio(credentials, '.json');
  const refusal = refusalOf(
    answer,
    'Twilio',
    'TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN (https://console.twilio.com)',
  );
  if (refusal) return { name, ...refusal };
  const account = TwilioAccount.safeParse(bodyOf(answer));
  if (!account.success || account.data.status !== 'active') {
    return {
      name,
      state: 'bad',
      detail: `The Twilio account is ${account.data?.status ?? 'not readable'}.`,
      fix: 'Make the account active in https://console.twilio.com.',
    };
  }
  if (account.data.type === 'Trial') {
    return {
      name,
      state: 'warn',
      detail: 'The Twilio account answers and is a trial account.',
      fix: 'Trial accounts call verified numbers only and speak a notice first; upgrade it to call others.',
    };
  }
  return { name, state: 'ok', detail: 'The Twilio account answers and is active.' };
}

const TwilioNumbers = z.object({
  incoming_phone_numbers: z.array(z.object({ phone_number: z.string() })).optional(),
  outgoing_caller_ids: z.array(z.object({ phone_number: z.string() })).optional(),
});

/** Returns the numbers that the account may call from, or undefined when Twilio cannot be asked. */
export async function twilioNumbers(credentials: TwilioCredentials): Promise<string[] | undefined> {
  const lists = await Promise.all(
    ['/IncomingPhoneNumbers.json?PageSize=1000', '/OutgoingCallerIds.json?PageSize=1000'].map(
      (path) => askTwilio(credentials, path),
    ),
  );
  const read = lists.map((answer) => TwilioNumbers.safeParse(bodyOf(answer)));
  if (read.some((list) => !list.success)) return undefined;
  return read.flatMap(({ data }) =>
    [...(data?.incoming_phone_numbers ?? []), ...(data?.outgoing_caller_ids ?? [])].map(
      (one) => one.phone_number,
    ),
  );
}

/** Says whether the account may call from every one of `numbers`. */
export async function checkTwilioNumbers(
  credentials: TwilioCredentials,
  numbers: readonly string[],
): Promise<Finding> {
  const name = 'numbers';
  if (numbers.length === 0) {
    return {
      name,
      state: 'warn',
      detail: 'There is no number to call from.',
      fix: 'Set TWILIO_NUMBERS in .env.',
    };
  }
  const own = await twilioNumbers(credentials);
  if (own === undefined) {
    return {
      name,
      state: 'bad',
      detail: 'Twilio did not list the numbers.',
      fix: 'Check the credentials, then try again.',
    };
  }
  const foreign = numbers.filter((number) => !own.includes(number));
  if (foreign.length === 0)
    return { name, state: 'ok', detail: `${numbers.join(', ')} belongs to the account.` };
  return {
    name,
    state: 'bad',
    detail: `The account does not own ${foreign.join(', ')}, nor is it a verified caller id.`,
    fix:
      own.length === 0
        ? 'Buy or verify a number in https://console.twilio.com.'
        : `Use one of: ${own.slice(0, 10).join(', ')}.`,
  };
}

export interface ModelCredentials {
  apiKey: string;
  baseUrl?: string | undefined;
  models?: readonly string[];
}

const ModelList = z.object({ data: z.array(z.object({ id: z.string() })) });

/** Asks which models the key may use: https://platform.openai.com/docs/api-reference/models/list. */
export async function checkModel({
  apiKey,
  baseUrl,
  models = [],
}: ModelCredentials): Promise<Finding> {
  const name = 'model';
  const answer = await probe(baseUrl ?? 'https://api.openai.com/v1', '/models', {
    authorization: `Bearer ${apiKey}`,
  });
  const refusal = refusalOf(
    answer,
    'OpenAI',
    'OPENAI_API_KEY (https://platform.openai.com/api-keys)',
  );
  if (refusal) return { name, ...refusal };
  const list = ModelList.safeParse(bodyOf(answer));
  const known = list.data?.data.map((model) => model.id) ?? [];
  const missing = models.filter((model) => !known.includes(model));
  if (list.success && missing.length === 0)
    return { name, state: 'ok', detail: 'OpenAI answers and knows the models.' };
  return {
    name,
    state: 'bad',
    detail: `OpenAI does not let this key use ${missing.join(' or ') || 'any model'}.`,
    fix: 'Give the key access to it, or set OPENAI_REALTIME_MODEL and OPENAI_TEXT_MODEL to models that it may use.',
  };
}

/** Where the engine's media socket is; see `carriers/twilio/network.ts`. */
const MEDIA_PATH = '/carriers/twilio/media';

/** Reaches this machine's engine by its public address: over https, with WebSockets let through. */
export async function checkPublicUrl(url: string, engineRuns: boolean): Promise<Finding> {
  const name = 'public URL';
  const wrong = judgePublicUrl(url);
  if (wrong) return { name, state: 'bad', ...wrong };
  if (!engineRuns) {
    return {
      name,
      state: 'warn',
      detail: `${url} cannot be tried while no engine runs.`,
      fix: 'Start the engine, then run `recado doctor`.',
    };
  }
  const health = await probe(url, '/healthz');
  if (!health.ok || !isHealth(health.body)) {
    return {
      name,
      state: 'bad',
      detail: `${url} does not reach this engine (${health.ok ? `HTTP ${health.status}` : health.code}).`,
      fix: 'Point your proxy or tunnel at the address and port that the engine listens on.',
    };
  }
  // An unsigned upgrade is refused by the engine itself with 403, so that answer shows that it got there as one.
  const upgrade = await probe(url, MEDIA_PATH, UPGRADE);
  if (upgrade.ok && upgrade.status === 403) {
    return { name, state: 'ok', detail: `${url} reaches this engine, WebSockets too.` };
  }
  return {
    name,
    state: 'bad',
    detail: `${url} reaches this engine, but WebSockets do not pass.`,
    fix: 'Let your proxy pass the Upgrade and Connection headers (nginx: proxy_http_version 1.1 and proxy_set_header Upgrade $http_upgrade).',
  };
}

const UPGRADE = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  // The sample key of https://www.rfc-editor.org/rfc/rfc6455#section-1.3
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

/** Returns what is wrong with a public address, by its text alone. */
export function judgePublicUrl(url: string): { detail: string; fix: string } | undefined {
  const read = URL.canParse(url) ? new URL(url) : undefined;
  const fix =
    'Give the https address at which the internet reaches this engine, such as https://recado.example.com.';
  if (!read) return { detail: 'This is not a web address.', fix };
  if (read.protocol !== 'https:')
    return { detail: `${read.origin} is not https, which Twilio needs for media.`, fix };
  if (/^(localhost|127\.|\[::1\]|10\.|192\.168\.)/.test(read.hostname)) {
    return { detail: `${read.hostname} is not reachable from the internet.`, fix };
  }
  if (read.username || read.search || read.hash)
    return { detail: 'The address holds more than host and path.', fix };
  return undefined;
}

/** Says whether these are countries, by their two letters. */
export function checkCountries(countries: readonly string[]): Finding {
  const name = 'countries';
  const unknown = countries.filter((country) => !isSupportedCountry(country));
  const fix = 'Write two-letter codes with commas, such as ALLOWED_COUNTRIES=PT,ES.';
  if (unknown.length > 0)
    return {
      name,
      state: 'bad',
      detail: `${unknown.join(', ')} is no country with phone numbers.`,
      fix,
    };
  if (countries.length === 0)
    return { name, state: 'warn', detail: 'No country is allowed for live calls yet.', fix };
  return { name, state: 'ok', detail: `Live calls may go to ${countries.join(', ')}.` };
}

/** Says whether a day of calls has a limit, in words that tell what it means. */
export function checkSpendLimit(spending: {
  currency: string;
  limits: { day: number | null };
}): Finding {
  const name = 'spend limit';
  const { currency, limits } = spending;
  if (limits.day !== null && limits.day > 0) {
    const amount = (limits.day / MICROS_PER_UNIT).toFixed(2);
    return { name, state: 'ok', detail: `Calls may cost ${amount} ${currency} a day at most.` };
  }
  return {
    name,
    state: 'warn',
    detail:
      limits.day === null
        ? 'A day of calls has no limit.'
        : 'The limit of a day is 0: no live call is placed.',
    fix: `Set SPEND_LIMIT_DAY in .env to the most that calls may cost in one day, in ${currency}.`,
  };
}

const askTwilio = (credentials: TwilioCredentials, path: string): Promise<Answer> => {
  const { accountSid, authToken, baseUrl } = credentials;
  const basic = Buffer.from(`${accountSid}:${authToken}`).toString('base64');
  return probe(
    baseUrl ?? 'https://api.twilio.com',
    `/2010-04-01/Accounts/${encodeURIComponent(accountSid)}${path}`,
    { authorization: `Basic ${basic}` },
  );
};

function refusalOf(
  answer: Answer,
  who: string,
  settings: string,
): Omit<Finding, 'name'> | undefined {
  if (!answer.ok) {
    return {
      state: 'bad',
      detail: `${who} cannot be reached (${answer.code}).`,
      fix: 'Check the network, the proxy and the firewall of this machine.',
    };
  }
  if ([401, 403, 404].includes(answer.status)) {
    return {
      state: 'bad',
      detail: `${who} refuses the credentials (HTTP ${answer.status}).`,
      fix: `Correct ${settings}.`,
    };
  }
  if (answer.status >= 300) {
    return {
      state: 'bad',
      detail: `${who} answers HTTP ${answer.status}.`,
      fix: 'Try again in a few minutes.',
    };
  }
  return undefined;
}

const bodyOf = (answer: Answer): unknown =>
  answer.ok && answer.status === 200 ? answer.body : undefined;

const isHealth = (body: unknown): boolean =>
  typeof body === 'object' && body !== null && 'status' in body && 'version' in body;
