import { axiosTransport } from '../client/axios.ts';

export type Answer = { ok: true; status: number; body: unknown } | { ok: false; code: string };

const TIMEOUT_MS = 10_000;

/** Sends one GET and returns the answer of any status, or the code of what went wrong. Never throws, follows no redirect. */
export async function probe(
  base: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  try {
    const send = axiosTransport({ url: base, apiKey: 'none', timeoutMs: TIMEOUT_MS });
    const { status, body } = await send({
      method: 'GET',
      path,
      headers,
      body: undefined,
      streaming: false,
      signal: undefined,
    });
    return { ok: true, status, body };
  } catch (error) {
    const { code } = error as { code?: unknown };
    return { ok: false, code: typeof code === 'string' ? code : 'no answer' };
  }
}
