// Says texts as telephone audio that carries its own words. English by flite; other languages by
// espeak-ng, a program of its own, where it is installed.
import { spawn } from 'node:child_process';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { newSecret, sha256Hex } from '../../lib/id.ts';
import type { Log } from '../../lib/log.ts';
import { createSynthesis, type Synthesis } from './synthesis.ts';
import { telephoneAudio } from './telephone-audio.ts';
import { watermark } from './watermark.ts';

export type SpeakerVoice = 'slt' | 'rms' | 'awb';

export interface Speaker {
  /** Returns watermarked mu-law in whole 20 ms frames. Every saying has an utterance id of its own. */
  say(text: string, how: { voice: SpeakerVoice; language: string }): Promise<Uint8Array>;
  close(): Promise<void>;
}

const KEPT_IN_MEMORY = 200;
const LONGEST_TEXT = 2000;
const FORMAT = '1'; // Changed when the same text would sound different, so that old files are not used.
const ESPEAK_TIMEOUT_MS = 10_000;
const ESPEAK_VARIANTS: Record<SpeakerVoice, string> = { slt: '+f2', rms: '+m3', awb: '+m1' };

/** Returns a speaker that keeps its clips in `cacheDir`. */
export function createSpeaker(options: { cacheDir: string; log: Log }): Speaker {
  const flite = createSynthesis();
  const clips = new Map<string, Promise<Uint8Array>>();
  const language = languageChooser(options.log);
  // 16 bits; begins anywhere, so that two speakers on one line are unlikely to share an id.
  let utteranceId = Number.parseInt(sha256Hex(newSecret()).slice(0, 4), 16);

  const clip = (text: string, voice: SpeakerVoice, wanted: string): Promise<Uint8Array> => {
    const key = sha256Hex(JSON.stringify([FORMAT, voice, wanted, text]));
    const known = clips.get(key);
    clips.delete(key);
    const made =
      known ??
      fromDisk(join(options.cacheDir, `${key}.ulaw`), () => synthesize(flite, text, voice, wanted));
    clips.set(key, made);
    made.catch(() => clips.delete(key));
    for (const oldest of clips.keys()) {
      if (clips.size <= KEPT_IN_MEMORY) break;
      clips.delete(oldest);
    }
    return made;
  };

  return {
    async say(text, how) {
      const spoken = text.slice(0, LONGEST_TEXT);
      const audio = await clip(spoken, how.voice, await language(how.language));
      utteranceId = (utteranceId + 1) & 0xffff;
      return watermark(audio, spoken, utteranceId);
    },
    close: () => flite.close(),
  };
}

/** Returns the language that can really be spoken: `en` when espeak-ng is absent, said once. */
function languageChooser(log: Log): (wanted: string) => Promise<string> {
  let present: Promise<boolean> | undefined;
  return async (wanted) => {
    const base = wanted.toLowerCase().slice(0, 2);
    if (base === 'en' || !/^[a-z]{2}$/.test(base)) return 'en';
    present ??= runEspeak(['--version'], '').then(
      () => true,
      () => {
        log.warn(
          'espeak-ng is not installed: simulated speech in other languages has an English voice',
        );
        return false;
      },
    );
    return (await present) ? wanted.toLowerCase() : 'en';
  };
}

async function synthesize(
  flite: Synthesis,
  text: string,
  voice: SpeakerVoice,
  language: string,
): Promise<Uint8Array> {
  if (language === 'en') return flite.speak(text, voice);
  const args = ['-v', `${language}${ESPEAK_VARIANTS[voice]}`, '--stdin', '--stdout'];
  return telephoneAudio(await runEspeak(args, text));
}

function runEspeak(args: string[], input: string): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const espeak = spawn('espeak-ng', args, {
      stdio: ['pipe', 'pipe', 'ignore'],
      timeout: ESPEAK_TIMEOUT_MS,
    });
    const parts: Buffer[] = [];
    espeak.stdout.on('data', (part: Buffer) => parts.push(part));
    espeak.stdin.on('error', () => undefined);
    espeak.on('error', reject);
    espeak.on('close', (code) => {
      if (code === 0) resolve(new Uint8Array(Buffer.concat(parts)));
      else reject(new Error(`espeak-ng ended with ${code}`));
    });
    espeak.stdin.end(input);
  });
}

async function fromDisk(file: string, make: () => Promise<Uint8Array>): Promise<Uint8Array> {
  const kept = await readFile(file).catch(() => undefined);
  if (kept) return new Uint8Array(kept);
  const made = await make();
  await mkdir(join(file, '..'), { recursive: true });
  // Written aside and renamed, because two processes may share the folder.
  const aside = `${file}.${newSecret(6)}`;
  await writeFile(aside, made);
  await rename(aside, file);
  return made;
}
