// Keys of a telephone as sound (ITU-T Q.23 and Q.24): two tones at once, one for the row and one for the column.
import { BYTES_PER_MS, decodeMuLaw, FRAME_BYTES, SILENCE } from './mu-law.ts';
import { isLoud, shareAt, soundOf, toneAudio } from './tones.ts';

const ROWS = [697, 770, 852, 941] as const;
const COLUMNS = [1209, 1336, 1477, 1633] as const;
const KEYS = ['123A', '456B', '789C', '*0#D'] as const;

const TONE_MS = 120;
const GAP_MS = 100;
const WAIT_MS = 500;
const LEVEL = 6_000;

/** Returns mu-law audio of `keys` (0-9, *, #, A-D; `w` waits half a second), in whole 20 ms frames. Other characters are left out. */
export function dtmfAudio(keys: string): Uint8Array {
  const parts = [...keys.toUpperCase()].flatMap((key) => {
    if (key === 'W') return [silence(WAIT_MS)];
    const tones = tonesOf(key);
    return tones ? [toneAudio(tones, TONE_MS, LEVEL), silence(GAP_MS)] : [];
  });
  return new Uint8Array(Buffer.concat(parts));
}

/** Reads keys out of audio. */
export interface DtmfReader {
  /** Takes one frame of 20 ms. `key` is given once per press, `tone` says that the frame belongs to one. */
  hear(frame: Uint8Array): { key: string | undefined; tone: boolean };
}

// Q.24: a key counts from 40 ms on.
const FRAMES_MIN = 2;
const SHARE_EACH_MIN = 0.25;
const SHARE_BOTH_MIN = 0.8;

export function createDtmfReader(): DtmfReader {
  let held: string | undefined;
  let frames = 0;
  return {
    hear(frame) {
      const key = keyIn(frame);
      frames = key !== undefined && key === held ? frames + 1 : 1;
      held = key;
      return {
        key: key !== undefined && frames === FRAMES_MIN ? key : undefined,
        tone: key !== undefined,
      };
    },
  };
}

function keyIn(frame: Uint8Array): string | undefined {
  if (frame.length < FRAME_BYTES / 2 || !isLoud(soundOf(frame))) return undefined;
  const samples = decodeMuLaw(frame);
  const row = strongest(samples, ROWS);
  const column = strongest(samples, COLUMNS);
  const isKey =
    row.share > SHARE_EACH_MIN &&
    column.share > SHARE_EACH_MIN &&
    row.share + column.share > SHARE_BOTH_MIN;
  return isKey ? KEYS[row.index]?.[column.index] : undefined;
}

function strongest(
  samples: Int16Array,
  frequencies: readonly number[],
): { index: number; share: number } {
  const shares = frequencies.map((hz) => shareAt(samples, hz));
  const share = Math.max(...shares);
  return { index: shares.indexOf(share), share };
}

function tonesOf(key: string): [number, number] | undefined {
  const row = KEYS.findIndex((keys) => keys.includes(key));
  const column = KEYS[row]?.indexOf(key) ?? -1;
  const tones = [ROWS[row], COLUMNS[column]];
  return tones[0] === undefined || tones[1] === undefined ? undefined : [tones[0], tones[1]];
}

const silence = (ms: number): Uint8Array => new Uint8Array(ms * BYTES_PER_MS).fill(SILENCE);
