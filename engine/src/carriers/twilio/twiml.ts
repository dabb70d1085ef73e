// What Twilio is told to do with an answered call (https://www.twilio.com/docs/voice/twiml/stream).
// Nothing that a user wrote enters it: addresses and tokens of ours only.

import twilio from 'twilio';
import { callbackUrl } from './network.ts';

/** Joins the call to our media socket. When the stream ends, Twilio asks `after` what is next. */
export function connectStream(options: {
  callbackBase: string;
  token: string;
  mediaToken: string;
  /** Where the sound goes. */
  media: string;
}): string {
  const response = new twilio.twiml.VoiceResponse();
  const connect = response.connect({
    action: callbackUrl(options.callbackBase, options.token, 'after'),
  });
  const stream = connect.stream({
    url: options.media,
    statusCallback: callbackUrl(options.callbackBase, options.token, 'stream'),
    statusCallbackMethod: 'POST',
  });
  // A parameter, because Twilio refuses a query in the address of a stream (error 31920).
  stream.parameter({ name: 'token', value: options.mediaToken });
  return response.toString();
}

export function hangUp(): string {
  const response = new twilio.twiml.VoiceResponse();
  response.hangup();
  return response.toString();
}
