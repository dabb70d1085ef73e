// The WAV container with 16-bit PCM, as speech engines write it.

export interface Pcm {
  rate: number;
  samples: Int16Array;
}

const HEADER_BYTES = 44;

/** Returns a mono 16-bit WAV file. */
export function writeWav(pcm: Pcm): Buffer {
  const data = Buffer.from(pcm.samples.buffer, pcm.samples.byteOffset, pcm.samples.byteLength);
  const header = Buffer.alloc(HEADER_BYTES);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(HEADER_BYTES - 8 + data.length, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(pcm.rate, 24);
  header.writeUInt32LE(pcm.rate * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(data.length, 40);
  return Buffer.concat([header, data]);
}

/** Returns the samples of a mono 16-bit WAV file; a length that a streaming writer left open is taken as "to the end". */
export function readWav(file: Buffer): Pcm {
  if (file.length < HEADER_BYTES || file.toString('latin1', 0, 4) !== 'RIFF') throw new Error('not a WAV file');
  const start = file.indexOf('data', 12, 'latin1') + 8;
  const length = Math.min(file.readUInt32LE(start - 4), file.length - start) & ~1;
  const samples = new Int16Array(length / 2);
  for (let i = 0; i < samples.length; i++) samples[i] = file.readInt16LE(start + i * 2);
  return { rate: file.readUInt32LE(24), samples };
}
