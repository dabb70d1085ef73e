// Recordings on disk. While a call is live its sound is appended as raw stereo mu-law, so a kill loses the last seconds only;
// what is read out is a WAV with 16-bit samples, which every player takes.
import { appendFile, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeMuLaw } from '../lib/mu-law.ts';

export interface Recordings {
  /** File name of an attempt's recording. */
  nameOf(attemptId: string): string;
  append(name: string, bytes: Uint8Array): Promise<void>;
  /** Turns the raw sound into a WAV once nothing more comes. Safe to call twice. */
  finish(name: string): Promise<void>;
  /** The WAV, or undefined when nothing was recorded. */
  read(name: string): Promise<Buffer | undefined>;
  path(name: string): string;
  /** Removes the recording, whatever state it is in. Safe to call twice. */
  remove(name: string): Promise<void>;
}

export function createRecordings(folder: string): Recordings {
  const raw = (name: string): string => join(folder, name.replace(/\.wav$/, '.mulaw'));
  const path = (name: string): string => join(folder, name);
  return {
    nameOf: (attemptId) => `${attemptId}.wav`,
    path,
    async append(name, bytes) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await appendFile(raw(name), bytes, { mode: 0o600 });
    },
    async finish(name) {
      if (!(await exists(raw(name)))) return;
      const wav = stereoWav(await readFile(raw(name)));
      // A half-written WAV never stands under its final name.
      await writeFile(`${path(name)}.part`, wav, { mode: 0o600 });
      await rename(`${path(name)}.part`, path(name));
      await rm(raw(name), { force: true });
    },
    async remove(name) {
      for (const file of [path(name), raw(name), `${path(name)}.part`])
        await rm(file, { force: true });
    },
    async read(name) {
      if (await exists(path(name))) return readFile(path(name));
      return (await exists(raw(name))) ? stereoWav(await readFile(raw(name))) : undefined;
    },
  };
}

const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );

const RATE = 8_000;
const CHANNELS = 2;
const SAMPLE_BYTES = 2;

// RIFF WAVE, PCM: http://soundfile.sapp.org/doc/WaveFormat/
function stereoWav(interleaved: Uint8Array): Buffer {
  const samples = decodeMuLaw(
    interleaved.subarray(0, interleaved.length - (interleaved.length % CHANNELS)),
  );
  const data = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + data.length, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(CHANNELS, 22);
  header.writeUInt32LE(RATE, 24);
  header.writeUInt32LE(RATE * CHANNELS * SAMPLE_BYTES, 28);
  header.writeUInt16LE(CHANNELS * SAMPLE_BYTES, 32);
  header.writeUInt16LE(SAMPLE_BYTES * 8, 34);
  header.write('data', 36);
  header.writeUInt32LE(data.length, 40);
  return Buffer.concat([header, data]);
}
