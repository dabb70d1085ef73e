// Speech made here carries its own words in the low bit of each mu-law byte, so that both simulated
// parties understand each other and a test knows exactly what was heard.
// One frame of 20 ms holds 160 bits: magic 16, utterance id 16, frame number 12, length 4, text 96, CRC-16.
// Length is the count of new text bytes in the frame; END marks the last frame of an utterance.
import { BYTES_PER_MS, FRAME_BYTES, SILENCE } from '../../lib/mu-law.ts';

export interface HeardUtterance {
  id: number;
  /** The words up to the last frame that was seen; whole words only while it is not complete. */
  text: string;
  /** True when the last frame was seen and none was missing. */
  complete: boolean;
  /** Milliseconds of audio before it began and until it ended, from the first byte pushed. */
  startMs: number;
  endMs: number;
  frames: number;
  missingFrames: number;
}

export interface WatermarkReader {
  push(bytes: Uint8Array): void;
  utterances(): HeardUtterance[];
}

const MAGIC = 0xb5c7;
const TEXT_BYTES = 12;
const END = 15;
const FRAME_NUMBERS = 4096;
const OCTETS = FRAME_BYTES / 8;
/** Utterances that one reader remembers; older ones are forgotten first. */
const REMEMBERED = 1000;

/** Returns the audio in whole frames with `text` in its low bits; a clip too short for its text is padded with silence. */
export function watermark(muLaw: Uint8Array, text: string, utteranceId: number): Uint8Array {
  const words = new TextEncoder().encode(text);
  const frames = Math.max(
    Math.ceil(muLaw.length / FRAME_BYTES),
    Math.ceil(words.length / TEXT_BYTES) + 1,
  );
  const marked = new Uint8Array(frames * FRAME_BYTES).fill(SILENCE);
  marked.set(muLaw);
  for (let frame = 0; frame < frames; frame++) {
    const from = Math.floor((frame * words.length) / (frames - 1));
    const to = Math.floor(((frame + 1) * words.length) / (frames - 1));
    const last = frame === frames - 1;
    const bits = frameBits(
      utteranceId,
      frame,
      last ? END : to - from,
      last ? new Uint8Array() : words.subarray(from, to),
    );
    writeBits(marked, frame * FRAME_BYTES, bits);
  }
  return marked;
}

/** Returns what a stretch of audio says. */
export function readWatermark(bytes: Uint8Array): { utterances: HeardUtterance[] } {
  const reader = createWatermarkReader();
  reader.push(bytes);
  return { utterances: reader.utterances() };
}

/** Returns a reader for audio that comes in pieces of any size; it finds the frames at any byte offset. */
export function createWatermarkReader(): WatermarkReader {
  const utterances: OpenUtterance[] = [];
  const ring = new Uint8Array(FRAME_BYTES); // The low bits of the last 160 bytes.
  let position = 0;
  let heldFrom = 0; // No frame can begin before this byte.
  const octets = new Uint8Array(OCTETS);

  return {
    push(bytes) {
      for (const byte of bytes) {
        ring[position % FRAME_BYTES] = byte & 1;
        position++;
        const start = position - FRAME_BYTES;
        if (start < heldFrom || !startsWithMagic(ring, start)) continue;
        packBits(ring, start, octets);
        if (crc16(octets.subarray(0, OCTETS - 2)) !== octet16(octets, OCTETS - 2)) continue;
        addFrame(utterances, octets, start);
        heldFrom = position;
      }
    },
    utterances: () => utterances.map(tell),
  };
}

interface OpenUtterance {
  id: number;
  words: number[];
  startMs: number;
  endMs: number;
  frames: number;
  nextFrame: number;
  missingFrames: number;
  ended: boolean;
}

function frameBits(id: number, frame: number, length: number, text: Uint8Array): Uint8Array {
  const octets = new Uint8Array(OCTETS);
  const number = frame % FRAME_NUMBERS;
  octets.set([
    MAGIC >> 8,
    MAGIC & 0xff,
    (id >> 8) & 0xff,
    id & 0xff,
    number >> 4,
    ((number & 0xf) << 4) | length,
  ]);
  octets.set(text, 6);
  const crc = crc16(octets.subarray(0, OCTETS - 2));
  octets.set([crc >> 8, crc & 0xff], OCTETS - 2);
  return octets;
}

function writeBits(bytes: Uint8Array, offset: number, octets: Uint8Array): void {
  for (let i = 0; i < FRAME_BYTES; i++) {
    const bit = ((octets[i >> 3] as number) >> (7 - (i & 7))) & 1;
    bytes[offset + i] = ((bytes[offset + i] as number) & 0xfe) | bit;
  }
}

function startsWithMagic(ring: Uint8Array, start: number): boolean {
  for (let i = 0; i < 16; i++) {
    if (ring[(start + i) % FRAME_BYTES] !== ((MAGIC >> (15 - i)) & 1)) return false;
  }
  return true;
}

function packBits(ring: Uint8Array, start: number, octets: Uint8Array): void {
  octets.fill(0);
  for (let i = 0; i < FRAME_BYTES; i++) {
    octets[i >> 3] =
      ((octets[i >> 3] as number) << 1) | (ring[(start + i) % FRAME_BYTES] as number);
  }
}

function addFrame(utterances: OpenUtterance[], octets: Uint8Array, start: number): void {
  const id = octet16(octets, 2);
  const number = ((octets[4] as number) << 4) | ((octets[5] as number) >> 4);
  const length = (octets[5] as number) & 0xf;
  const open = utteranceFor(utterances, id, start);
  const skipped = (number - open.nextFrame + FRAME_NUMBERS) % FRAME_NUMBERS;
  open.frames++;
  open.endMs = (start + FRAME_BYTES) / BYTES_PER_MS;
  // A frame from behind is a repetition: it adds time but no words.
  if (skipped > FRAME_NUMBERS / 2) return;
  open.missingFrames += skipped;
  open.nextFrame = (number + 1) % FRAME_NUMBERS;
  if (length === END) open.ended = true;
  else open.words.push(...octets.subarray(6, 6 + Math.min(length, TEXT_BYTES)));
}

function utteranceFor(utterances: OpenUtterance[], id: number, start: number): OpenUtterance {
  const last = utterances.at(-1);
  if (last?.id === id && !last.ended) return last;
  const startMs = start / BYTES_PER_MS;
  const open = {
    id,
    words: [],
    startMs,
    endMs: startMs,
    frames: 0,
    nextFrame: 0,
    missingFrames: 0,
    ended: false,
  };
  utterances.push(open);
  if (utterances.length > REMEMBERED) utterances.shift();
  return open;
}

function tell(open: OpenUtterance): HeardUtterance {
  const { id, startMs, endMs, frames, missingFrames, ended } = open;
  const said = new TextDecoder().decode(Uint8Array.from(open.words));
  const text = ended ? said : said.slice(0, Math.max(said.search(/\s\S*$/), 0));
  return {
    id,
    text,
    complete: ended && missingFrames === 0,
    startMs,
    endMs,
    frames,
    missingFrames,
  };
}

const octet16 = (octets: Uint8Array, at: number): number =>
  ((octets[at] as number) << 8) | (octets[at + 1] as number);

// CRC-16/CCITT-FALSE.
function crc16(octets: Uint8Array): number {
  let crc = 0xffff;
  for (const octet of octets) {
    crc ^= octet << 8;
    for (let i = 0; i < 8; i++) crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff;
  }
  return crc;
}
