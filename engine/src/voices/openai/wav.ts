// Reading WAV speech: PCM, 16 bits, one channel, any usual rate. http://soundfile.sapp.org/doc/WaveFormat/
import { fail, ok, type Result } from '../../lib/result.ts';

export interface Pcm {
  rate: number;
  samples: Int16Array;
}

const PCM = 1;
const EXTENSIBLE = 0xfffe;

/**
 * Returns the samples of a WAV file, or why it is not one that is read here.
 * The data may claim to be longer than it is, as streamed files do (size 0xFFFFFFFF): it then ends where the file ends.
 */
export function readWav(bytes: Uint8Array): Result<Pcm, string> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || tag(bytes, 0) !== 'RIFF' || tag(bytes, 8) !== 'WAVE')
    return fail('not a WAV file');
  let rate: number | undefined;
  for (const { name, start, size } of chunksOf(bytes, view)) {
    if (name === 'data') {
      return rate === undefined
        ? fail('no format before the data')
        : ok({ rate, samples: samplesOf(view, start, size) });
    }
    if (name !== 'fmt ') continue;
    const format = readFormat(view, start);
    if (!format.ok) return format;
    rate = format.value;
  }
  return fail('no data');
}

function* chunksOf(
  bytes: Uint8Array,
  view: DataView,
): Generator<{ name: string; start: number; size: number }> {
  for (let at = 12; at + 8 <= bytes.length; ) {
    const size = view.getUint32(at + 4, true);
    const start = at + 8;
    yield { name: tag(bytes, at), start, size };
    at = start + size + (size % 2);
  }
}

function readFormat(view: DataView, at: number): Result<number, string> {
  if (at + 16 > view.byteLength) return fail('the format is cut off');
  const format = view.getUint16(at, true);
  const rate = view.getUint32(at + 4, true);
  if (format !== PCM && format !== EXTENSIBLE) return fail('not PCM');
  if (view.getUint16(at + 2, true) !== 1) return fail('not mono');
  if (view.getUint16(at + 14, true) !== 16) return fail('not 16 bits');
  return rate >= 8_000 && rate <= 96_000 ? ok(rate) : fail('the rate is out of range');
}

function samplesOf(view: DataView, start: number, size: number): Int16Array {
  const count = Math.floor(Math.min(size, view.byteLength - start) / 2);
  return Int16Array.from({ length: count }, (_, i) => view.getInt16(start + i * 2, true));
}

const tag = (bytes: Uint8Array, at: number): string =>
  String.fromCharCode(...bytes.subarray(at, at + 4));
