// The engine's own sentences, spoken once and kept on disk: the disclosure must be ready before a phone rings.
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { newSecret, sha256Hex } from '../lib/id.ts';
import { ok } from '../lib/result.ts';
import type { Speech } from '../session/voice.ts';

/** Returns speech that keeps what it spoke in `folder`. `origin` tells whose voice it is: simulated audio must never reach a real phone. */
export function keepSpeech(speech: Speech, folder: string, origin: string): Speech {
  return {
    async speak(text, options) {
      const name = sha256Hex(JSON.stringify([origin, options.voice, options.language, text]));
      const file = join(folder, `${name}.mulaw`);
      const kept = await readFile(file).catch(() => undefined);
      if (kept && kept.length > 0) return ok(new Uint8Array(kept));
      const spoken = await speech.speak(text, options);
      if (spoken.ok) await keep(folder, file, spoken.value);
      return spoken;
    },
  };
}

async function keep(folder: string, file: string, audio: Uint8Array): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const part = `${file}.${newSecret(6)}`;
  await writeFile(part, audio, { mode: 0o600 });
  await rename(part, file);
}
