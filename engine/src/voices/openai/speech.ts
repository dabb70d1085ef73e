// Speech port on OpenAI's speech endpoint: https://platform.openai.com/docs/api-reference/audio/createSpeech
import { OpenAI } from 'openai';
import type { Clock } from '../../lib/clock.ts';
import { encodeMuLaw } from '../../lib/mu-law.ts';
import { fail, ok, type Result } from '../../lib/result.ts';
import type { Speech, VoiceFailure } from '../../session/voice.ts';
import { failureOf } from './failures.ts';
import { toPhoneRate } from './resample.ts';
import { readWav } from './wav.ts';

export interface OpenAiSpeechOptions {
  apiKey: string;
  baseUrl?: string;
  model?: string;
  clock: Clock;
  /** Real milliseconds for the whole answer. */
  timeoutMs?: number;
}

// A minute and a half of 24 kHz speech.
const LARGEST_WAV_BYTES = 4 * 1_048_576;

/** Returns speech that is spoken by an OpenAI model, at most 4 MiB of WAV a text. */
export function createOpenAiSpeech({
  apiKey,
  baseUrl = 'https://api.openai.com/v1',
  model = 'gpt-4o-mini-tts',
  clock,
  timeoutMs = 15_000,
}: OpenAiSpeechOptions): Speech {
  const client = new OpenAI({
    apiKey,
    baseURL: baseUrl,
    organization: null,
    project: null,
    maxRetries: 0,
  });
  return {
    async speak(text, { voice, language }) {
      const stop = new AbortController();
      // Because how fast another computer speaks does not depend on this clock's rate.
      const timer = clock.after(timeoutMs * clock.rate, () => stop.abort());
      try {
        const response = await client.audio.speech.create(
          {
            model,
            voice,
            input: text,
            response_format: 'wav',
            instructions: `Speak clearly and calmly, in ${language}.`,
          },
          { signal: stop.signal, timeout: timeoutMs },
        );
        return phoneAudio(await bodyOf(response, stop));
      } catch (error) {
        return fail(
          stop.signal.aborted ? { kind: 'timeout', detail: 'no speech in time' } : failureOf(error),
        );
      } finally {
        timer.cancel();
      }
    },
  };
}

async function bodyOf(response: Response, stop: AbortController): Promise<Uint8Array | undefined> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > LARGEST_WAV_BYTES) {
      stop.abort();
      return undefined;
    }
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function phoneAudio(wav: Uint8Array | undefined): Result<Uint8Array, VoiceFailure> {
  if (!wav) return fail({ kind: 'refused', detail: 'the speech is too long' });
  const pcm = readWav(wav);
  if (!pcm.ok) return fail({ kind: 'refused', detail: pcm.failure });
  return ok(encodeMuLaw(toPhoneRate(pcm.value)));
}
