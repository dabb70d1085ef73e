// Where Twilio asks and reports. A request counts only when the account that it names has signed it.

import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { Log } from '../../lib/log.ts';
import { callSidOf, parseForm, readAnsweredBy, readReport } from './callbacks.ts';
import { INCOMING_PATH, incomingTwiml, readIncoming } from './incoming.ts';
import { CALLBACK_PATH, mediaUrl, type TwilioNetwork } from './network.ts';
import { type FormFields, isSignedWebhook, SIGNATURE_HEADER } from './signature.ts';
import { connectStream, hangUp } from './twiml.ts';

/** Adds the callback routes of all accounts. The scope is its own: other routes keep their parsers. */
export function registerTwilioRoutes(
  app: FastifyInstance,
  options: { networks: readonly TwilioNetwork[]; log: Log },
): void {
  const log = options.log.child({ part: 'twilio_callbacks' });

  const routes: FastifyPluginAsync = async (scope) => {
    acceptFormsOnly(scope);
    scope.addHook('onRequest', refuseUnsigned);

    scope.all(INCOMING_PATH, async (request, reply) => {
      const fields = (request.body ?? {}) as FormFields;
      const network = signerOf(request, fields, options.networks);
      if (network === undefined) {
        log.warn({ what: 'incoming' }, 'callback refused: signature or account is not ours');
        return reply.code(403).send();
      }
      const callSid = callSidOf(fields);
      const incoming = callSid === undefined ? undefined : readIncoming(fields, callSid);
      if (incoming === undefined) return reply.code(400).send();
      return sendTwiml(
        reply,
        incomingTwiml(await network.incoming(incoming), network.callbackBase),
      );
    });

    for (const [what, answer] of Object.entries(CALLBACKS)) {
      scope.all<{ Params: { token: string } }>(
        `${CALLBACK_PATH}/:token/${what}`,
        async (request, reply) => {
          const fields = (request.body ?? {}) as FormFields;
          const network = signerOf(request, fields, options.networks);
          if (network === undefined) {
            log.warn({ what }, 'callback refused: signature or account is not ours');
            return reply.code(403).send();
          }
          const callSid = callSidOf(fields);
          if (callSid === undefined) {
            log.warn({ what }, 'callback without a call');
            return reply.code(400).send();
          }
          return answer({ network, token: request.params.token, callSid, fields, reply, log });
        },
      );
    }
  };
  app.register(routes);
}

interface Callback {
  network: TwilioNetwork;
  token: string;
  callSid: string;
  fields: FormFields;
  reply: FastifyReply;
  log: Log;
}

const CALLBACKS: Readonly<Record<string, (callback: Callback) => Promise<FastifyReply>>> = {
  async answer({ network, token, callSid, reply }) {
    const stream = await network.events.answered(token, callSid);
    if (stream === undefined) return sendTwiml(reply, hangUp());
    const { callbackBase } = network;
    const { media_token: mediaToken, node_id, node_url } = stream;
    const media = mediaUrl(node_url ?? callbackBase, node_url === null ? node_id : undefined);
    return sendTwiml(reply, connectStream({ callbackBase, token, mediaToken, media }));
  },

  async status({ network, token, fields, reply, log }) {
    const report = readReport(fields);
    if (report === undefined) log.warn('status callback with an unknown status');
    else await network.events.reported(token, report);
    return reply.code(200).send();
  },

  async detected({ network, token, callSid, fields, reply }) {
    await network.events.detected(token, callSid, readAnsweredBy(fields));
    return reply.code(200).send();
  },

  /** The only place where Twilio tells that it could not open the media socket. */
  async stream({ fields, reply, log }) {
    if (fields['StreamEvent'] === 'stream-error') log.warn('the carrier could not stream');
    return reply.code(200).send();
  },

  /** The conversation is over when its stream is, whoever closed it. */
  after: async ({ reply }) => sendTwiml(reply, hangUp()),
};

const sendTwiml = (reply: FastifyReply, twiml: string): FastifyReply =>
  reply.code(200).type('text/xml; charset=utf-8').send(twiml);

const FORM_BYTES_MAX = 65_536;

function acceptFormsOnly(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: FORM_BYTES_MAX },
    (_request, body, done) => done(null, parseForm(String(body))),
  );
}

/** Answers before the body is read: only a POST that carries a signature is worth reading. */
async function refuseUnsigned(
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply | undefined> {
  if (request.method !== 'POST') return reply.code(405).header('allow', 'POST').send();
  const signature = request.headers[SIGNATURE_HEADER];
  if (typeof signature !== 'string' || signature === '') return reply.code(403).send();
  return undefined;
}

function signerOf(
  request: FastifyRequest,
  fields: FormFields,
  networks: readonly TwilioNetwork[],
): TwilioNetwork | undefined {
  const signature = String(request.headers[SIGNATURE_HEADER]);
  const path = request.raw.url ?? '';
  return networks.find(
    (network) =>
      network.accountSid === fields['AccountSid'] &&
      isSignedWebhook(network, { path, signature, fields }),
  );
}
