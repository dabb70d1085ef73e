// The simulated phone network as a process of its own: it lives on while engines are killed.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { CallSeen, ControlLine } from '../../engine/src/simulator/control.ts';
import type {
  CarrierFaults,
  CreateSeen,
  Sight,
  Simulator,
} from '../../engine/src/simulator/index.ts';
import { SPEECH_CACHE } from '../world.ts';

export interface SimulatorProcess {
  /** Where it is, as an engine's setting SIMULATOR. */
  readonly addresses: Pick<Simulator, 'carrier' | 'model'>;
  setFaults(faults: CarrierFaults): Promise<void>;
  release(phoneNumber: string): void;
  ask(): Promise<{ calls: CallSeen[]; creates: CreateSeen[] }>;
  onSight(listener: (sight: Sight) => void): void;
  stop(): Promise<void>;
}

const MAIN = fileURLToPath(new URL('../../engine/src/simulator/main.ts', import.meta.url));

export async function startSimulatorProcess(options: {
  rate: number;
  anchor: number;
}): Promise<SimulatorProcess> {
  const { rate, anchor } = options;
  const child = spawn(
    process.execPath,
    [MAIN, '--control', `--rate=${rate}`, `--anchor=${anchor}`, `--cache-dir=${SPEECH_CACHE}`],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const waiting = new Map<number, (line: ControlLine) => void>();
  const listeners: ((sight: Sight) => void)[] = [];
  const first = Promise.withResolvers<Pick<Simulator, 'carrier' | 'model'>>();
  void gone.then(() => first.reject(new Error('the simulator is gone')));
  let nextId = 0;

  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = JSON.parse(text) as ControlLine | Pick<Simulator, 'carrier' | 'model'>;
    if ('carrier' in line) return first.resolve(line);
    if ('sight' in line) {
      for (const listener of listeners) listener(line.sight);
      return;
    }
    waiting.get(line.id)?.(line);
    waiting.delete(line.id);
  });
  const question = (body: object): Promise<ControlLine> =>
    new Promise((resolve, reject) => {
      const id = nextId++;
      waiting.set(id, resolve);
      child.stdin.write(`${JSON.stringify({ id, ...body })}\n`);
      void gone.then(() => reject(new Error('the simulator is gone')));
    });

  return {
    addresses: await first.promise,
    async setFaults(faults) {
      const answer = await question({ faults });
      if ('error' in answer) throw new Error(answer.error);
    },
    release: (phoneNumber) => void question({ release: phoneNumber }).catch(() => undefined),
    async ask() {
      const answer = await question({ ask: 'calls' });
      if (!('calls' in answer)) throw new Error('the simulator did not tell its calls');
      return answer;
    },
    onSight: (listener) => void listeners.push(listener),
    stop() {
      child.stdin.end();
      return gone;
    },
  };
}
