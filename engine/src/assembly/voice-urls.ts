// Where calls to the operator's own numbers lead, for commands that look at it from outside the engine.
import {
  readVoiceNumbers,
  setVoiceUrl,
  type VoiceNumber,
  voiceUrlAt,
} from '../carriers/twilio/numbers.ts';
import type { Config } from '../config.ts';
import { createClock } from '../lib/clock.ts';
import { silentLog } from '../lib/log.ts';

export interface VoiceUrls {
  /** Where they should lead. */
  wanted: string;
  numbers: VoiceNumber[] | 'unknown';
  /** Has calls to this number lead to the engine; false when the carrier did not take it. */
  set(number: VoiceNumber): Promise<boolean>;
}

/** Asks the carrier; undefined while carrier, numbers or public address are not set up. */
export async function readVoiceUrls({
  twilio,
  publicUrl,
}: Pick<Config, 'twilio' | 'publicUrl'>): Promise<VoiceUrls | undefined> {
  const owned = twilio?.fromNumbers.filter((number) => !twilio.callerIds.includes(number)) ?? [];
  if (!twilio || publicUrl === null || owned.length === 0) return undefined;
  const { accountSid, authToken, baseUrl } = twilio;
  const access = {
    ...{ accountSid, authToken, clock: createClock(), log: silentLog },
    ...(baseUrl === undefined ? {} : { baseUrl }),
  };
  const wanted = voiceUrlAt(publicUrl);
  return {
    wanted,
    numbers: await readVoiceNumbers(access, owned),
    set: ({ sid }) => setVoiceUrl(access, sid, wanted),
  };
}
