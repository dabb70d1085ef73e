import type { CarrierEvents } from '../../calls/ports.ts';
import type { IncomingAnswer, IncomingCall } from '../../calls/returned/ports.ts';

/** Where callbacks and media of Twilio come in, below the callback base. */
export const CALLBACK_PATH = '/carriers/twilio';
export const MEDIA_PATH = `${CALLBACK_PATH}/media`;

/**
 * One Twilio account that may call back, real or simulated. Several share one server: callbacks name their account,
 * and each is judged with that account's own token and base and told to its own `events`, so the credentials of one
 * network never speak for the calls of another.
 */
export interface TwilioNetwork {
  accountSid: string;
  /** The account's primary token: the only one that signs (https://www.twilio.com/docs/usage/webhooks/webhooks-security). */
  authToken: string;
  /** Where this carrier reaches us, as written in what we gave it: `https://calls.example`, no slash at the end. */
  callbackBase: string;
  /** Where this node is reached and no other: the carrier may have signed that address of a media socket. */
  nodeUrl: string | null;
  events: CarrierEvents;
  /** Tells what to do with a call to one of our numbers. */
  incoming(call: Omit<IncomingCall, 'network'>): Promise<IncomingAnswer>;
}

/** The addresses that one attempt gives to the carrier. The token in them is the attempt's secret. */
export function callbackUrl(
  base: string,
  token: string,
  what: 'answer' | 'status' | 'detected' | 'stream' | 'after',
): string {
  return `${base}${CALLBACK_PATH}/${encodeURIComponent(token)}/${what}`;
}

/**
 * The address of the media socket: `wss` where callbacks are `https`, `ws` where they are `http`. With a node's name
 * below it a load balancer can lead the socket to the node that holds the session.
 */
export const mediaUrl = (base: string, nodeId?: string): string =>
  `${base.replace(/^http/, 'ws')}${MEDIA_PATH}${nodeId === undefined ? '' : `/${nodeId}`}`;

/** True for the path of a media socket, with or without a node's name. */
export const isMediaPath = (path: string | undefined): path is string =>
  path !== undefined && MEDIA_PATHS.test(path);

const MEDIA_PATHS = new RegExp(`^${MEDIA_PATH}(?:/node_[0-9a-z]{26})?$`);
