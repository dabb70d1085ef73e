import axios, { type AxiosInstance } from 'axios';
import type { ClientResponse, Send } from './client.ts';

const TIMEOUT_MS = 30_000;
const BODY_MAX = 16 * 1024 * 1024;

export interface AxiosTransportOptions {
  /** Where the engine is, such as `https://recado.yourapp.example`. */
  url: string;
  apiKey: string;
  /** Milliseconds for a whole reply, or for the first byte of a stream. Default 30,000. */
  timeoutMs?: number;
}

/** Returns a transport for Node. It follows no redirect, because that would carry the key to another address. */
export function axiosTransport({
  url,
  apiKey,
  timeoutMs = TIMEOUT_MS,
}: AxiosTransportOptions): Send {
  const http = axios.create({
    baseURL: url.replace(/\/+$/, ''),
    timeout: timeoutMs,
    maxRedirects: 0,
    maxContentLength: BODY_MAX,
    // A proxy of the environment cannot reach an engine on this machine.
    ...(isLoopback(url) ? { proxy: false as const } : {}),
    validateStatus: () => true,
    headers: {
      authorization: `Bearer ${apiKey}`,
      accept: 'application/json, application/problem+json',
    },
  });
  return (request) => (request.streaming ? sendStreaming(http, request) : sendOnce(http, request));
}

const isLoopback = (url: string): boolean =>
  ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname);

const sendOnce = async (
  http: AxiosInstance,
  request: Parameters<Send>[0],
): Promise<ClientResponse> => {
  const reply = await http.request<string>({
    ...configOf(request),
    // Parsed here, because axios gives back broken JSON as if it were a text.
    responseType: 'text',
    transformResponse: (text: string) => text,
  });
  return { status: reply.status, body: parse(reply.data) };
};

async function sendStreaming(
  http: AxiosInstance,
  request: Parameters<Send>[0],
): Promise<ClientResponse> {
  const reply = await http.request<AsyncIterable<Uint8Array>>({
    ...configOf(request),
    responseType: 'stream',
    // A stream has no end in sight and no size.
    maxContentLength: -1,
  });
  if (reply.status < 300) return { status: reply.status, body: undefined, stream: reply.data };
  return { status: reply.status, body: parse(await readText(reply.data)) };
}

const configOf = ({ method, path, headers, body, signal }: Parameters<Send>[0]): object => ({
  method,
  url: path,
  headers: body === undefined ? headers : { 'content-type': 'application/json', ...headers },
  ...(body === undefined ? {} : { data: isPlain(headers, body) ? body : JSON.stringify(body) }),
  ...(signal ? { signal } : {}),
});

const isPlain = (headers: Record<string, string>, body: unknown): boolean =>
  typeof body === 'string' &&
  (headers['content-type'] ?? 'application/json') !== 'application/json';

async function readText(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > BODY_MAX) break;
    parts.push(chunk);
  }
  return Buffer.concat(parts).toString('utf8');
}

function parse(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
