// What `recado init` asks, as a table: each step has its questions and the checks that its answers must pass.
import { loadConfig } from '../config.ts';
import { readMicros } from '../lib/money.ts';
import {
  checkCountries,
  checkModel,
  checkPublicUrl,
  checkSpendLimit,
  checkTwilioAccount,
  checkTwilioNumbers,
  type Finding,
  judgePublicUrl,
} from './checks.ts';
import type { Environment } from './settings.ts';

export interface Question {
  /** The setting in `.env` that the answer becomes. */
  setting: string;
  message: string;
  secret?: boolean;
  /** Returns what is wrong with the text of an answer. */
  judge?(text: string): string | undefined;
}

/** What is known when a step is checked. */
export interface Known {
  env: Environment;
  engineRuns: boolean;
}

export interface InitStep {
  title: string;
  questions: readonly Question[];
  check(known: Known): Promise<Finding[]>;
}

export const INIT_STEPS: readonly InitStep[] = [
  {
    title: 'Who calls',
    questions: [
      { setting: 'ORGANISATION', message: 'Name of your organisation, as the agent says it' },
      { setting: 'ALLOWED_COUNTRIES', message: 'Countries to call, such as PT,ES' },
    ],
    check: async ({ env }) => [
      checkOrganisationName(env['ORGANISATION']),
      checkCountries(listOf(env['ALLOWED_COUNTRIES'])),
    ],
  },
  {
    title: 'Spend limit: calls of a day never cost more',
    questions: [
      {
        setting: 'SPEND_LIMIT_DAY',
        message: 'Most that all calls of one day may cost, in USD, such as 20',
        judge: (text) => (isAmount(text) ? undefined : 'Write an amount such as 20 or 12.50.'),
      },
    ],
    check: async ({ env }) => [checkLimitText(env)],
  },
  {
    title: 'Carrier: Twilio (https://console.twilio.com)',
    questions: [
      { setting: 'TWILIO_ACCOUNT_SID', message: 'Account SID', judge: judgeAccountSid },
      { setting: 'TWILIO_AUTH_TOKEN', message: 'Auth token', secret: true },
      {
        setting: 'TWILIO_NUMBERS',
        message: 'Numbers to call from, with commas, such as +351210000000',
        judge: judgeNumbers,
      },
    ],
    check: checkCarrier,
  },
  {
    title: 'Speech model: OpenAI (https://platform.openai.com/api-keys)',
    questions: [{ setting: 'OPENAI_API_KEY', message: 'API key', secret: true }],
    check: checkSpeechModel,
  },
  {
    title: 'Public address of this engine',
    questions: [
      {
        setting: 'PUBLIC_URL',
        message: 'https address at which Twilio reaches it',
        judge: (text) => judgePublicUrl(text)?.detail,
      },
    ],
    check: async ({ env, engineRuns }) => [
      env['PUBLIC_URL']
        ? await checkPublicUrl(env['PUBLIC_URL'], engineRuns)
        : leftOut('public URL'),
    ],
  },
];

async function checkCarrier({ env }: Known): Promise<Finding[]> {
  const accountSid = env['TWILIO_ACCOUNT_SID'];
  const authToken = env['TWILIO_AUTH_TOKEN'];
  if (!accountSid || !authToken) return [leftOut('carrier')];
  const wrong = judgeAccountSid(accountSid);
  if (wrong)
    return [
      {
        name: 'carrier',
        state: 'bad',
        detail: wrong,
        fix: 'Copy the Account SID from https://console.twilio.com.',
      },
    ];
  const credentials = { accountSid, authToken, baseUrl: env['TWILIO_BASE_URL'] || undefined };
  const account = await checkTwilioAccount(credentials);
  if (account.state === 'bad') return [account];
  const numbers = env['TWILIO_NUMBERS'] ?? '';
  const misspelt = judgeNumbers(numbers);
  if (misspelt)
    return [
      account,
      {
        name: 'numbers',
        state: 'bad',
        detail: misspelt,
        fix: 'Write them as +351210000000,+12025550100.',
      },
    ];
  return [account, await checkTwilioNumbers(credentials, listOf(numbers))];
}

async function checkSpeechModel({ env }: Known): Promise<Finding[]> {
  // Read by the engine's own settings, which know the models that it uses by default.
  const names = ['OPENAI_API_KEY', 'OPENAI_BASE_URL', 'OPENAI_REALTIME_MODEL', 'OPENAI_TEXT_MODEL'];
  const config = loadConfig(Object.fromEntries(names.map((name) => [name, env[name]])));
  if (!config.ok) {
    const detail = config.failure.map((wrong) => `${wrong.name}: ${wrong.detail}`).join('; ');
    return [{ name: 'model', state: 'bad', detail, fix: 'Correct it in .env.' }];
  }
  const { openai } = config.value;
  if (!openai) return [leftOut('model')];
  return [await checkModel({ ...openai, models: [openai.realtimeModel, openai.textModel] })];
}

const leftOut = (name: string): Finding => ({
  name,
  state: 'warn',
  detail: 'Left out; calls stay simulated until it is set up.',
  fix: 'Run `recado init` again when you have it.',
});

function checkLimitText(env: Environment): Finding {
  const names = ['SPEND_LIMIT_DAY', 'SPEND_CURRENCY', 'MODEL_PRICE_PER_MINUTE'];
  const config = loadConfig(Object.fromEntries(names.map((name) => [name, env[name]])));
  if (config.ok) return checkSpendLimit(config.value.spending);
  const detail = config.failure.map((wrong) => `${wrong.name}: ${wrong.detail}`).join('; ');
  return { name: 'spend limit', state: 'bad', detail, fix: 'Correct it in .env.' };
}

const isAmount = (text: string): boolean => readMicros(text) !== undefined;

const checkOrganisationName = (name: string | undefined): Finding => {
  if (!name) return leftOut('organisation');
  if (name.length <= 200)
    return { name: 'organisation', state: 'ok', detail: `The agent calls for ${name}.` };
  return {
    name: 'organisation',
    state: 'bad',
    detail: 'The name is too long.',
    fix: 'Use at most 200 characters.',
  };
};

function judgeAccountSid(text: string): string | undefined {
  return /^AC[0-9a-f]{32}$/.test(text)
    ? undefined
    : 'An Account SID is AC and 32 characters of 0-9 and a-f.';
}

function judgeNumbers(text: string): string | undefined {
  const wrong = listOf(text).find((number) => !/^\+[1-9]\d{6,14}$/.test(number));
  return wrong === undefined
    ? undefined
    : `${wrong} is not a number with country code, such as +351210000000.`;
}

const listOf = (text = ''): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
