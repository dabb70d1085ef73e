// X-Twilio-Signature, by Twilio's own function (https://www.twilio.com/docs/usage/webhooks/webhooks-security).
// The signed address is made from the configured base, never from headers that a stranger can write.

import twilio from 'twilio';
import type { TwilioNetwork } from './network.ts';

export const SIGNATURE_HEADER = 'x-twilio-signature';

export type FormFields = Record<string, string | string[]>;

/** True when this account signed a POST to `path` (with its query, as received) with these form fields. */
export function isSignedWebhook(
  network: Pick<TwilioNetwork, 'authToken' | 'callbackBase'>,
  request: { path: string; signature: string; fields: FormFields },
): boolean {
  const url = `${network.callbackBase}${request.path}`;
  return (
    URL.canParse(url) &&
    twilio.validateRequest(network.authToken, request.signature, url, request.fields)
  );
}

/** True when this account signed the upgrade of the media socket. The signature never changes: it proves no call. */
export const isSignedUpgrade = (
  {
    authToken,
    callbackBase,
    nodeUrl,
  }: Pick<TwilioNetwork, 'authToken' | 'callbackBase' | 'nodeUrl'>,
  { path, signature }: { path: string; signature: string },
): boolean =>
  [callbackBase, nodeUrl].some(
    (base) =>
      base !== null &&
      twilio.validateRequest(authToken, signature, `${base.replace(/^http/, 'ws')}${path}`, {}),
  );
