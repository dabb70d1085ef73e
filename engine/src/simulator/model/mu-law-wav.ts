import { decodeMuLaw } from '../../lib/mu-law.ts';

const HEADER_BYTES = 44;
const RATE = 8_000;

/** Returns a mono 16-bit WAV file of 8,000 samples a second; encoding its samples as mu-law gives the bytes back. */
export function muLawWav(muLaw: Uint8Array): Buffer {
  const samples = decodeMuLaw(muLaw);
  const file = Buffer.alloc(HEADER_BYTES + samples.length * 2);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(file.length - 8, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(RATE, 24);
  file.writeUInt32LE(RATE * 2, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(samples.length * 2, 40);
  for (const [index, sample] of samples.entries())
    file.writeInt16LE(sample, HEADER_BYTES + index * 2);
  return file;
}
