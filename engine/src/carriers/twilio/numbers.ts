// Where Twilio asks what to do when somebody calls a number of the account
// (https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource).

import { type ApiAccess, apiOf, whyOf } from './api-client.ts';
import { INCOMING_PATH } from './incoming.ts';

export interface VoiceNumber {
  sid: string;
  phone_number: string;
  /** Empty when nothing is set. */
  voice_url: string;
}

/** The voice URL that leads to an engine with this public address. */
export const voiceUrlAt = (publicUrl: string): string => `${publicUrl}${INCOMING_PATH}`;

/** Returns those of `numbers` that the account owns; verified caller ids are none. `unknown` when it cannot be asked. */
export async function readVoiceNumbers(
  access: ApiAccess,
  numbers: readonly string[],
): Promise<VoiceNumber[] | 'unknown'> {
  try {
    const client = apiOf(access);
    const lists = await Promise.all(
      numbers.map((phoneNumber) => client.incomingPhoneNumbers.list({ phoneNumber, limit: 2 })),
    );
    return lists
      .flat()
      .filter(({ phoneNumber }) => numbers.includes(phoneNumber))
      .map(({ sid, phoneNumber, voiceUrl }) => ({
        sid,
        phone_number: phoneNumber,
        voice_url: voiceUrl ?? '',
      }));
  } catch (error) {
    access.log.warn({ why: whyOf(error) }, 'numbers of the account not read');
    return 'unknown';
  }
}

/** Has calls to a number lead to `voiceUrl`; false when the account did not take it. */
export async function setVoiceUrl(
  access: ApiAccess,
  sid: string,
  voiceUrl: string,
): Promise<boolean> {
  try {
    const client = apiOf(access);
    const number = await client.incomingPhoneNumbers(sid).update({ voiceUrl, voiceMethod: 'POST' });
    return number.voiceUrl === voiceUrl;
  } catch (error) {
    access.log.warn({ why: whyOf(error) }, 'voice URL of a number not set');
    return false;
  }
}
