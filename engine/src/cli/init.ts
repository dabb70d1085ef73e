// `recado init`: asks for what a real phone call needs, checks each answer as it is given, and writes `.env`.
// Secrets are typed unseen and never printed.
import { input, password, select } from '@inquirer/prompts';
import { loadConfig, readEnvironment } from '../config.ts';
import { writeEnvFile } from './env-file.ts';
import { report } from './failure.ts';
import { INIT_STEPS, type InitStep, type Known, type Question } from './init-steps.ts';
import { probe } from './probe.ts';
import { commandName, type Environment, localUrl } from './settings.ts';
import { showFinding } from './show-finding.ts';
import type { Terminal } from './terminal.ts';
import { offerVoiceUrls } from './voice-urls.ts';

export type InitOptions = Readonly<Record<string, string | boolean | undefined>>;

const TRIES_MAX = 5;

/** Runs `recado init` and returns the exit code; nothing is written when a check fails with `--yes`. */
export async function init(options: InitOptions, terminal: Terminal): Promise<number> {
  const env = readEnvironment();
  const asks = options['yes'] !== true;
  if (asks && process.stdin.isTTY !== true) {
    return report(terminal, {
      what: 'There is no terminal to ask on.',
      fix: 'Use --yes, with options for names and numbers, and TWILIO_AUTH_TOKEN and OPENAI_API_KEY in the environment.',
    });
  }
  const known: Known = {
    env: { ...env, ...given(options) },
    engineRuns: await isEngineRunning(env),
  };
  const written: Record<string, string> = {};
  for (const step of INIT_STEPS) {
    const answers = await takeStep(step, known, asks, terminal);
    if (answers === undefined) {
      return report(terminal, {
        what: 'Nothing was written.',
        fix: 'Correct what is marked ✖ above and run `recado init` again.',
      });
    }
    Object.assign(written, answers);
    known.env = { ...known.env, ...answers };
  }
  // What is written must be what the engine starts with, so its own reading decides.
  const readable = loadConfig({ ...env, ...written });
  if (!readable.ok) {
    const wrong = readable.failure.map(({ name, detail }) => `${name}: ${detail}`).join('\n  ');
    return report(terminal, {
      what: `Nothing was written. ${wrong}`,
      fix: 'Correct it here or in .env and run `recado init` again.',
    });
  }
  await offerVoiceUrls(readable.value, asks, terminal);
  const file = await writeEnvFile(process.cwd(), written);
  terminal.say(`${terminal.paint.green('✔')} ${file} is written, readable by you only.`);
  terminal.say(
    `Next: start the engine again, then \`${commandName(env)} doctor\` looks at everything once more.`,
  );
  return 0;
}

/** A wrong setting is what this command may be run to mend, so it does not matter here. */
async function isEngineRunning(env: Environment): Promise<boolean> {
  const config = loadConfig(env);
  return config.ok && (await probe(localUrl(config.value), '/healthz')).ok;
}

/** Returns the answers of one step once its checks are good; undefined when they are not and nobody can be asked. */
async function takeStep(
  step: InitStep,
  known: Known,
  asks: boolean,
  terminal: Terminal,
): Promise<Record<string, string> | undefined> {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const answers = asks ? await askAll(step, known, terminal) : fromEnvironment(step, known.env);
    if (await isGood(step, { ...known, env: { ...known.env, ...answers } }, terminal))
      return answers;
    const next = asks ? await askWhatNow() : 'give_up';
    if (next !== 'again') return { keep: answers, skip: {}, give_up: undefined }[next];
  }
  return {};
}

async function isGood(step: InitStep, known: Known, terminal: Terminal): Promise<boolean> {
  const findings = await step.check(known);
  for (const finding of findings) showFinding(finding, terminal);
  return !findings.some((finding) => finding.state === 'bad');
}

const askWhatNow = (): Promise<'again' | 'skip' | 'keep'> =>
  select({
    message: 'This does not work as it is.',
    choices: [
      { name: 'Enter it again', value: 'again' },
      { name: 'Leave it out for now', value: 'skip' },
      { name: 'Keep it all the same', value: 'keep' },
    ],
  });

async function askAll(
  step: InitStep,
  known: Known,
  terminal: Terminal,
): Promise<Record<string, string>> {
  terminal.say();
  terminal.say(terminal.paint.bold(step.title));
  const answers: Record<string, string> = {};
  for (const question of step.questions) {
    const answer = (await ask(question, known.env[question.setting] ?? '')).trim();
    if (answer !== '') answers[question.setting] = answer;
  }
  return answers;
}

async function ask(question: Question, before: string): Promise<string> {
  const validate = (text: string): true | string =>
    text.trim() === '' ||
    question.judge?.(text.trim()) === undefined ||
    String(question.judge(text.trim()));
  if (!question.secret) return input({ message: question.message, default: before, validate });
  const hint = before === '' ? '' : ' (Enter keeps the one you have)';
  const typed = await password({ message: `${question.message}${hint}`, mask: true, validate });
  return typed === '' ? before : typed;
}

function fromEnvironment(step: InitStep, env: Environment): Record<string, string> {
  const pairs = step.questions.map(({ setting }) => [setting, env[setting]?.trim() ?? ''] as const);
  return Object.fromEntries(pairs.filter(([, value]) => value !== ''));
}

const OPTION_SETTINGS = {
  organisation: 'ORGANISATION',
  countries: 'ALLOWED_COUNTRIES',
  spendLimitDay: 'SPEND_LIMIT_DAY',
  publicUrl: 'PUBLIC_URL',
  accountSid: 'TWILIO_ACCOUNT_SID',
  numbers: 'TWILIO_NUMBERS',
} as const;

const given = (options: InitOptions): Record<string, string> =>
  Object.fromEntries(
    Object.entries(OPTION_SETTINGS).flatMap(([option, setting]) => {
      const value = options[option];
      return typeof value === 'string' ? [[setting, value]] : [];
    }),
  );
