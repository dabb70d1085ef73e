// Audio that carries the moment at which it was sent, readable in the base64 of any message that holds it whole.
// Bytes 0-2 are a mark that stands as `/f39` in base64, bytes 3-8 the microseconds of the generator's clock.

const MARK = Buffer.from('/f39', 'base64');
const MARK_TEXT = '/f39';
const TIME_BYTES = 6;
const TIME_CHARACTERS = 8;

/** Returns a function that gives `bytes` of audio, in base64, stamped with the present moment. */
export function createStampedAudio(bytes: number): () => string {
  // No byte is 0xfd, so the mark stands nowhere else.
  const audio = Buffer.from(Uint8Array.from({ length: bytes }, (_, at) => 0x10 + ((at * 7) % 97)));
  MARK.copy(audio);
  return () => {
    audio.writeUIntBE(Math.round(performance.now() * 1_000), MARK.length, TIME_BYTES);
    return audio.toString('base64');
  };
}

/** Returns for how many milliseconds a message was on its way; undefined when it carries no stamp. */
export function delayOf(message: Buffer): number | undefined {
  const at = message.indexOf(MARK_TEXT);
  if (at < 0) return undefined;
  const from = at + MARK_TEXT.length;
  const time = Buffer.from(message.toString('latin1', from, from + TIME_CHARACTERS), 'base64');
  return performance.now() - time.readUIntBE(0, TIME_BYTES) / 1_000;
}
