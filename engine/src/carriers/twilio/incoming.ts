// A call to one of our numbers, as Twilio asks what to do with it (https://www.twilio.com/docs/voice/twiml#request-parameters).

import twilio from 'twilio';
import type { IncomingAnswer, IncomingCall } from '../../calls/returned/ports.ts';
import { CALLBACK_PATH, mediaUrl } from './network.ts';
import type { FormFields } from './signature.ts';
import { connectStream } from './twiml.ts';

/** The voice URL of our numbers, below the callback base. */
export const INCOMING_PATH = `${CALLBACK_PATH}/incoming`;

/** Reads who called which number; undefined when no number of ours is named. A caller that is no number counts as hidden. */
export function readIncoming(
  fields: FormFields,
  callSid: string,
): Omit<IncomingCall, 'network'> | undefined {
  const called = numberIn(fields['To']);
  if (called === null) return undefined;
  return { carrier_call_id: callSid, caller: numberIn(fields['From']), called };
}

const numberIn = (field: FormFields[string] | undefined): string | null =>
  typeof field === 'string' && /^\+[1-9]\d{6,14}$/.test(field) ? field : null;

/** Returns the TwiML of an answer. */
export function incomingTwiml(answer: IncomingAnswer, callbackBase: string): string {
  if (answer.kind === 'talk') {
    const { media_token: mediaToken, node_id, node_url } = answer.door;
    const media = mediaUrl(node_url ?? callbackBase, node_url === null ? node_id : undefined);
    return connectStream({ callbackBase, token: answer.token, mediaToken, media });
  }
  const response = new twilio.twiml.VoiceResponse();
  if (answer.kind === 'forward') {
    const { caller_id: callerId, phone_number } = answer;
    response.dial(
      { callerId, timeout: RING_SECONDS, timeLimit: FORWARDED_SECONDS_MAX },
      phone_number,
    );
  } else {
    response.say({ language: SPOKEN[answer.language] }, answer.text);
  }
  response.hangup();
  return response.toString();
}

const RING_SECONDS = 30;
// What a forwarded call may cost has an end too.
const FORWARDED_SECONDS_MAX = 1_800;

// Names of https://www.twilio.com/docs/voice/twiml/say#languages
const SPOKEN = {
  en: 'en-US',
  'pt-PT': 'pt-PT',
  'pt-BR': 'pt-BR',
  es: 'es-ES',
  fr: 'fr-FR',
  de: 'de-DE',
  it: 'it-IT',
} as const;
