// Calls that people return reach the engine when the voice URL of the number leads to it: `recado init` sets it after
// asking, `recado doctor` looks at it.
import { confirm } from '@inquirer/prompts';
import type { Config } from '../config.ts';
import { readVoiceUrls, type VoiceUrls } from '../engine.ts';
import type { Finding } from './checks.ts';
import { showFinding } from './show-finding.ts';
import { printable, type Terminal } from './terminal.ts';

type VoiceNumber = Exclude<VoiceUrls['numbers'], 'unknown'>[number];

const NAME = 'voice URL';

/** Says whether calls to the numbers of the account lead to the engine; undefined while that cannot be so. */
export async function checkVoiceUrls(config: Config): Promise<Finding | undefined> {
  const urls = await readVoiceUrls(config);
  if (!urls) return undefined;
  const { numbers, wanted } = urls;
  if (numbers === 'unknown') return notListed;
  const elsewhere = numbers.filter(({ voice_url }) => voice_url !== wanted);
  if (elsewhere.length === 0)
    return { name: NAME, state: 'ok', detail: 'Calls to your numbers reach this engine.' };
  const list = elsewhere.map(
    ({ phone_number, voice_url }) => `${phone_number} (${shown(voice_url)})`,
  );
  return {
    name: NAME,
    state: 'warn',
    detail: `People who call back do not reach this engine at ${list.join(', ')}.`,
    fix: `Run \`recado init\`, or set the voice URL to ${wanted} (HTTP POST) in https://console.twilio.com.`,
  };
}

/**
 * Has calls to the numbers lead to the engine, each after a question that shows where they lead now. Without `asks` only
 * numbers that lead nowhere are changed.
 */
export async function offerVoiceUrls(
  config: Config,
  asks: boolean,
  terminal: Terminal,
): Promise<void> {
  const urls = await readVoiceUrls(config);
  if (!urls) return;
  if (urls.numbers === 'unknown') return showFinding(notListed, terminal);
  for (const number of urls.numbers) showFinding(await offer(number, urls, asks), terminal);
}

async function offer(number: VoiceNumber, urls: VoiceUrls, asks: boolean): Promise<Finding> {
  const { phone_number, voice_url } = number;
  const done = `Calls to ${phone_number} reach this engine.`;
  if (voice_url === urls.wanted) return { name: NAME, state: 'ok', detail: done };
  const isFree = LEADS_NOWHERE.includes(voice_url);
  const message = `Calls to ${phone_number} now lead to ${shown(voice_url)}. Have people who call back reach this engine instead?`;
  const agreed = asks ? await confirm({ message, default: isFree }) : isFree;
  if (agreed && (await urls.set(number)))
    return { name: NAME, state: 'ok', detail: `${done} Before: ${shown(voice_url)}.` };
  return {
    name: NAME,
    state: 'warn',
    detail: `Calls to ${phone_number} still lead to ${shown(voice_url)}.`,
    fix: `Set the voice URL to ${urls.wanted} (HTTP POST) in https://console.twilio.com when you want it.`,
  };
}

// New numbers play a greeting of Twilio's: https://www.twilio.com/docs/voice/quickstart
const LEADS_NOWHERE = [
  '',
  'https://demo.twilio.com/welcome/voice/',
  'https://demo.twilio.com/docs/voice.xml',
];

// A query may hold a secret.
const shown = (url: string): string => printable(url.split('?')[0] ?? '') || 'nowhere';

const notListed: Finding = {
  name: NAME,
  state: 'warn',
  detail: 'Twilio did not say where calls to your numbers lead.',
  fix: 'Check the credentials, then try again.',
};
