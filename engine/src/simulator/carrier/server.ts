// Twilio's REST API as far as outgoing calls need it (https://www.twilio.com/docs/voice/api/call-resource).
import { Buffer } from 'node:buffer';
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import type { Clock } from '../../lib/clock.ts';
import { equalSecrets } from '../../lib/id.ts';
import type { Log } from '../../lib/log.ts';
import type { Faults } from '../faults.ts';
import type { Speaker } from '../speech/speaker.ts';
import { callResource, type Sight, type SimulatedCall } from './call.ts';
import { type CallBook, createCallBook, type DialedIn } from './call-book.ts';
import { type CreateRequests, type CreateSeen, createRequests } from './create-requests.ts';
import { addDialingPermissions } from './dialing-permissions.ts';
import { createIncomingNumber } from './incoming-number.ts';
import { addPricingRoutes, priceOf } from './pricing.ts';
import { errorBody, MAGIC_FROM, type RestError } from './refuse-call.ts';
import { createWebhooks } from './webhooks.ts';

export interface CarrierServer {
  /** Base URL in place of https://api.twilio.com. */
  readonly url: string;
  calls(): SimulatedCall[];
  /** Every request to create a call so far, oldest first. */
  creates(): CreateSeen[];
  /** Lets the held requests to call this number go on. */
  release(phoneNumber: string): void;
  /** Has a person dial a number of the account. Throws when the number has no voice URL. */
  dialIn(dialed: DialedIn): SimulatedCall;
  close(): Promise<void>;
}

export interface CarrierOptions {
  clock: Clock;
  log: Log;
  speaker: Speaker;
  faults: Faults;
  accountSid: string;
  authToken: string;
  fromNumber: string;
  /** Told of everything that happens, at once. */
  watch(sight: Sight): void;
  /** 0 or absent: any free port. */
  port?: number;
}

/** Starts the carrier on 127.0.0.1; resolves when it listens. */
export async function startCarrier(options: CarrierOptions): Promise<CarrierServer> {
  const { accountSid, authToken, log } = options;
  const webhooks = createWebhooks({ authToken, clock: options.clock, log });
  const stop = new AbortController();
  const parts = { ...options, webhooks, stopping: stop.signal };
  const book = createCallBook(parts, [options.fromNumber, MAGIC_FROM]);
  const creates = createRequests({ ...parts, book });
  const app = fastify({ logger: false, bodyLimit: 65_536, forceCloseConnections: true });

  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => done(null, new URLSearchParams(String(body))),
  );
  app.addHook('onRequest', async (request, reply) => {
    if (!isAllowed(request.headers.authorization, accountSid, authToken)) {
      return refuse(reply, { status: 401, code: 20_003, message: 'Authenticate' });
    }
  });
  app.setNotFoundHandler((_request, reply) =>
    refuse(reply, { status: 404, code: 20_404, message: 'The requested resource was not found' }),
  );
  app.setErrorHandler((error, _request, reply) => {
    log.error({ err: error }, 'the simulated carrier broke');
    return refuse(reply, { status: 500, code: 20_500, message: 'Internal server error' });
  });
  addCallRoutes(app, { book, creates }, options);
  const number = createIncomingNumber(options);
  addAccountRoutes(app, options);
  number.addRoutes(app);
  addPricingRoutes(app, options);
  addDialingPermissions(app, options);

  const url = await app.listen({ host: '127.0.0.1', port: options.port ?? 0 });
  return {
    url,
    calls: () => book.all(),
    creates: () => creates.seen(),
    release: (phoneNumber) => creates.release(phoneNumber),
    dialIn: (dialed) => book.dialIn({ ...dialed, url: number.voiceUrlOf(dialed.to) }),
    async close() {
      stop.abort();
      book.close();
      await app.close();
    },
  };
}

function addCallRoutes(
  app: FastifyInstance,
  { book, creates }: { book: CallBook; creates: CreateRequests },
  { accountSid, clock, faults }: CarrierOptions,
): void {
  const base = `/2010-04-01/Accounts/${accountSid}/Calls`;
  const resourceOf = (call: SimulatedCall): Record<string, unknown> =>
    callResource(call, accountSid, priceOf(call, clock.now(), faults));
  const answer = (reply: FastifyReply, status: number, done: ReturnType<CallBook['update']>) =>
    'error' in done ? refuse(reply, done.error) : reply.code(status).send(resourceOf(done.call));

  app.post(`${base}.json`, async (request, reply) => {
    const fields = formOf(request.body);
    const { To = '', From = '' } = Object.fromEntries(fields);
    const done = await creates.answer({ to: To, from: From, fields });
    if (done === 'dropped' || ('call' in done && takeLostAnswer(faults))) return drop(reply);
    if ('error' in done) return refuse(reply, done.error);
    const { call, queueMs } = done;
    const queue_time = String(Math.round(queueMs));
    return reply
      .code(201)
      .send({ ...callResource(call, accountSid), status: 'queued', queue_time });
  });
  app.post<{ Params: { sid: string } }>(`${base}/:sid.json`, (request, reply) =>
    answer(reply, 200, book.update(request.params.sid, formOf(request.body))),
  );
  app.get<{ Params: { sid: string } }>(`${base}/:sid.json`, (request, reply) => {
    const call = book.get(request.params.sid);
    return call ? answer(reply, 200, { call }) : reply.callNotFound();
  });
  app.get(`${base}.json`, (request, reply) => {
    const query = queryOf(request.url);
    const size = Math.min(Number(query.get('PageSize')) || 50, 1000);
    const calls = book.list(query).slice(0, size);
    return reply.send({
      calls: calls.map(resourceOf),
      ...page(request.url, size),
    });
  });
}

function addAccountRoutes(app: FastifyInstance, { accountSid, clock }: CarrierOptions): void {
  const base = `/2010-04-01/Accounts/${accountSid}`;
  const date_created = new Date(clock.now()).toUTCString();
  app.get(`${base}.json`, (_request, reply) =>
    reply.send({
      sid: accountSid,
      friendly_name: 'Simulated account',
      status: 'active',
      type: 'Full',
      date_created,
      uri: `${base}.json`,
    }),
  );
  app.get(`${base}/OutgoingCallerIds.json`, (request, reply) =>
    reply.send({ outgoing_caller_ids: [], ...page(request.url, 50) }),
  );
}

function takeLostAnswer({ carrier }: CarrierOptions['faults']): boolean {
  if (!carrier.loseCreateAnswer) return false;
  carrier.loseCreateAnswer--;
  return true;
}

/** Breaks the connection without an answer. */
function drop(reply: FastifyReply): FastifyReply {
  reply.hijack();
  reply.raw.destroy();
  return reply;
}

const refuse = (reply: FastifyReply, error: RestError): FastifyReply =>
  reply.code(error.status).send(errorBody(error));

const formOf = (body: unknown): URLSearchParams =>
  body instanceof URLSearchParams ? body : new URLSearchParams();

const queryOf = (url: string): URLSearchParams => new URL(url, 'http://127.0.0.1').searchParams;

const page = (uri: string, size: number): Record<string, unknown> => ({
  page: 0,
  page_size: size,
  start: 0,
  end: 0,
  uri,
  first_page_uri: uri,
  next_page_uri: null,
  previous_page_uri: null,
});

function isAllowed(header: string | undefined, accountSid: string, authToken: string): boolean {
  const expected = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;
  return equalSecrets(header ?? '', expected);
}
