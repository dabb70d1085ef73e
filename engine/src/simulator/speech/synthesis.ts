import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { SynthesisReply, SynthesisRequest } from './synthesis-worker.ts';

export interface Synthesis {
  /** Returns mu-law telephone audio of the text, one text after the other; rejects when the thread has died. */
  speak(text: string, voice: string): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** Returns flite in a thread of its own, started with the first text. */
export function createSynthesis(): Synthesis {
  const waiting = new Map<
    number,
    { resolve(audio: Uint8Array): void; reject(error: Error): void }
  >();
  let worker: Worker | undefined;
  let nextId = 0;
  const folder = mkdtempSync(join(tmpdir(), 'recado-speech-'));

  const fallOver = (error: Error): void => {
    worker = undefined;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  const start = (): Worker => {
    // WASI prints a warning that it is experimental: nothing a user can act on.
    const thread = new Worker(new URL('./synthesis-worker.ts', import.meta.url), {
      workerData: { folder },
      execArgv: ['--no-warnings'],
    });
    thread.on('message', (reply: SynthesisReply) => {
      const asker = waiting.get(reply.id);
      waiting.delete(reply.id);
      if (waiting.size === 0) thread.unref();
      if ('error' in reply) asker?.reject(new Error(reply.error));
      else asker?.resolve(reply.audio);
    });
    thread.on('error', fallOver);
    thread.on('exit', () => fallOver(new Error('the speech thread ended')));
    return thread;
  };

  return {
    speak(text, voice) {
      return new Promise((resolve, reject) => {
        worker ??= start();
        worker.ref();
        const request: SynthesisRequest = { id: nextId++, text, voice };
        waiting.set(request.id, { resolve, reject });
        worker.postMessage(request);
      });
    },
    async close() {
      await worker?.terminate();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
