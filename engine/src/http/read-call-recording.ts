import type { HandlerPorts } from './ports.ts';

/** Returns the answer that carries the recording of a call, or undefined when there is none. */
export async function readCallRecording(
  { id }: { id: string },
  { calls, database, readRecording }: HandlerPorts,
) {
  const attempts = await calls.attempts(database, id);
  const name = attempts.findLast((attempt) => attempt.recording !== null)?.recording;
  const wav = name ? await readRecording(name) : undefined;
  if (!wav) return undefined;
  const headers = {
    'content-disposition': `attachment; filename="${id}.wav"`,
    'cache-control': 'no-store',
  };
  return { status: 200 as const, headers, stream: once(wav), length: wav.length };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
