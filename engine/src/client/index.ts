export type {
  Client,
  ClientInput,
  ClientRequest,
  ClientResponse,
  Send,
} from './client.ts';
export { createClient } from './client.ts';
export type { StreamedEvent } from './event-stream.ts';
export { RecadoProblem } from './recado-problem.ts';
export type {
  VerifiedWebhook,
  WebhookFailure,
  WebhookHeaders,
  WebhookToVerify,
} from './verify-webhook.ts';
export { verifyWebhook } from './verify-webhook.ts';
