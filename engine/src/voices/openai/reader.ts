// Reader port on OpenAI's Responses: https://platform.openai.com/docs/guides/structured-outputs
import { OpenAI } from 'openai';
import type { Response } from 'openai/resources/responses/responses';
import type { Clock } from '../../lib/clock.ts';
import { fail, ok } from '../../lib/result.ts';
import type { Reader } from '../../session/voice.ts';
import { failureOf } from './failures.ts';

export interface OpenAiReaderOptions {
  apiKey: string;
  baseUrl?: string;
  model?: string;
  clock: Clock;
  /** Real milliseconds for the whole answer. */
  timeoutMs?: number;
}

const LONGEST_ANSWER_TOKENS = 8_192;
const LONGEST_ANSWER_TEXT = 262_144;

/** Returns a reader that asks once and keeps nothing at OpenAI. Trying again is the caller's. */
export function createOpenAiReader({
  apiKey,
  baseUrl = 'https://api.openai.com/v1',
  model = 'gpt-5.6-luna',
  clock,
  timeoutMs = 30_000,
}: OpenAiReaderOptions): Reader {
  const client = new OpenAI({
    apiKey,
    baseURL: baseUrl,
    organization: null,
    project: null,
    maxRetries: 0,
  });
  return {
    async read({ instructions, input, schema }) {
      const stop = new AbortController();
      // Because how fast another computer reads does not depend on this clock's rate.
      const timer = clock.after(timeoutMs * clock.rate, () => stop.abort());
      try {
        const response = await client.responses.create(
          {
            model,
            input: [
              { role: 'system', content: instructions },
              { role: 'user', content: input },
            ],
            text: { format: { type: 'json_schema', name: 'call_result', strict: true, schema } },
            max_output_tokens: LONGEST_ANSWER_TOKENS,
            store: false,
          },
          { signal: stop.signal, timeout: timeoutMs },
        );
        return answerOf(response);
      } catch (error) {
        const { kind, detail } = failureOf(error);
        // Whatever was refused by a status may pass later: a wrong key or a spent quota is put right by the operator.
        return fail({
          kind: 'unavailable',
          detail: stop.signal.aborted ? 'timeout' : `${kind}: ${detail}`,
        });
      } finally {
        timer.cancel();
      }
    },
  };
}

function answerOf(response: Response): Awaited<ReturnType<Reader['read']>> {
  const parts = response.output.flatMap((item) => (item.type === 'message' ? item.content : []));
  if (parts.some((part) => part.type === 'refusal'))
    return fail({ kind: 'refused', detail: 'the model refused' });
  if (response.status !== 'completed') {
    return fail({
      kind: 'invalid',
      detail: response.incomplete_details?.reason ?? response.status ?? 'no status',
    });
  }
  const text = parts.map((part) => (part.type === 'output_text' ? part.text : '')).join('');
  if (text.length > LONGEST_ANSWER_TEXT)
    return fail({ kind: 'invalid', detail: 'the answer is too long' });
  const usage = {
    input_tokens: response.usage?.input_tokens ?? 0,
    output_tokens: response.usage?.output_tokens ?? 0,
  };
  try {
    return ok({ value: JSON.parse(text) as unknown, usage });
  } catch {
    return fail({ kind: 'invalid', detail: 'the answer is not JSON' });
  }
}
