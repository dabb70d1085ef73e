// One HTTP request to addresses that were judged before. Nothing here resolves a name, follows a redirect,
// reads a proxy variable, or keeps a connection.
import http from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import type { Readable } from 'node:stream';
import axios from 'axios';
import type { EgressFailure, EgressReply, EgressRequest } from '../lib/egress.ts';
import type { Address } from './resolve-target.ts';

export interface Exchange {
  url: URL;
  addresses: readonly Address[];
  request: EgressRequest;
  /** Ends the exchange with the failure `timeout`. */
  signal: AbortSignal;
  /** Called once the connection stands. */
  onConnected(): void;
  nowMs(): number;
}

/** Sends the request and returns its status; never throws. Reads at most 16 KiB of the reply, then drops the rest. */
export async function exchange(given: Exchange): Promise<EgressReply> {
  const agent = createAgent(given);
  try {
    const reply = await client.request<Readable>({
      url: given.url.href,
      method: given.request.method,
      headers: { 'user-agent': 'Recado', ...given.request.headers },
      // As bytes, because axios trims JSON text and signatures cover every byte.
      ...(given.request.body === undefined ? {} : { data: Buffer.from(given.request.body) }),
      httpAgent: agent,
      httpsAgent: agent,
      signal: given.signal,
    });
    await discard(reply.data);
    if (reply.status >= 300 && reply.status < 400)
      return { ok: false, failure: 'redirect_not_followed' };
    const retryAfter = readRetryAfter(reply.headers['retry-after'], given.nowMs());
    return {
      ok: true,
      status: reply.status,
      ...(retryAfter === undefined ? {} : { retryAfterSeconds: retryAfter }),
    };
  } catch (error) {
    return { ok: false, failure: given.signal.aborted ? 'timeout' : failureOf(error) };
  } finally {
    agent.destroy();
  }
}

/** Returns the seconds a `retry-after` header asks for (a number or a date, RFC 9110 section 10.2.3), at least 0. */
export function readRetryAfter(header: unknown, nowMs: number): number | undefined {
  if (typeof header !== 'string') return undefined;
  const seconds = /^\d{1,9}$/.test(header.trim())
    ? Number(header)
    : (Date.parse(header) - nowMs) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : undefined;
}

const REPLY_BYTES_MAX = 16 * 1_024;

const client = axios.create({
  adapter: 'http',
  proxy: false,
  maxRedirects: 0,
  decompress: false,
  responseType: 'stream',
  validateStatus: () => true,
});

function createAgent({ url, addresses, onConnected }: Exchange): http.Agent {
  const lookup: LookupFunction = (_host, options, callback) => {
    const fitting = addresses.filter(({ family }) => !options.family || family === options.family);
    if (options.all) return callback(null, [...fitting]);
    const [first] = fitting;
    if (first) return callback(null, first.address, first.family);
    callback(new Error('no address of this family'), '', 0);
  };
  const options = { keepAlive: false, maxSockets: 1, lookup };
  const agent =
    url.protocol === 'https:'
      ? new https.Agent({ ...options, rejectUnauthorized: true })
      : new http.Agent(options);
  const dial = agent.createConnection.bind(agent);
  agent.createConnection = (target, callback) => {
    const socket = dial(target, callback);
    socket?.once('connect', onConnected);
    return socket;
  };
  return agent;
}

async function discard(body: Readable): Promise<void> {
  let left = REPLY_BYTES_MAX;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      left -= chunk.length;
      if (left <= 0) break;
    }
  } catch {
    // A receiver that said 200 and then broke off has taken the event, because the status line is the verdict.
  } finally {
    body.destroy();
  }
}

// Codes of Node's TLS and OpenSSL's certificate check (https://nodejs.org/api/tls.html#x509-certificate-error-codes).
const TLS_CODES =
  /^(EPROTO|CERT_|CRL_|ERR_TLS_|ERR_SSL_|ERR_OSSL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_|HOSTNAME_MISMATCH)/;
const FAILURES: Partial<Record<string, EgressFailure>> = {
  ETIMEDOUT: 'timeout',
  HPE_HEADER_OVERFLOW: 'reply_too_large',
};

function failureOf(error: unknown): EgressFailure {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return TLS_CODES.test(code) ? 'tls_error' : (FAILURES[code] ?? 'connection_failed');
}
