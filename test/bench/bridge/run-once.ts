// One system under one load, once; and whether the machine let it be measured.
import { startMeasured } from '../measured.ts';
import { rounded } from '../report.ts';
import type { GeneratorFacts, Order, Window } from './generator-process.ts';
import { memoryKb } from './processor-time.ts';
import type { StartSystem } from './systems.ts';

export interface Load {
  calls: number;
  delta_ms: number;
  seconds: number;
}

export interface Measurement {
  cpu_ms_per_call_second: number;
  p50_ms: number;
  p99_ms: number;
  memory_kb_per_call: number;
  window: Window;
  /** Why it does not count; undefined when it does. */
  spoilt: string | undefined;
}

/** Fixed before anything is measured, and the same for every system. */
export const LIMITS = {
  lateness_p99_ms: 5,
  others_share_of_a_processor: 0.15,
  arrived_share: 0.99,
} as const;

const WARM_UP_SECONDS = 4;

export async function runOnce(start: StartSystem, load: Load): Promise<Measurement> {
  const generator = await startMeasured<GeneratorFacts>('bridge/generator-process.ts', {});
  const { url } = generator.facts;
  const system = await start(url);
  try {
    const idleKb = memoryKb(system.pid);
    const { pid, stream_url } = system;
    const order: Order = {
      ...load,
      pid,
      warm_up_seconds: WARM_UP_SECONDS,
      ...(stream_url === undefined ? {} : { stream_url }),
    };
    await tell(`${url}/prepare`, order);
    await system.call(load.calls);
    const window = (await tell(`${url}/run`, order)) as Window;
    return {
      cpu_ms_per_call_second: rounded(window.cpu_ms / (load.calls * load.seconds)),
      p50_ms: rounded(window.p50_ms),
      p99_ms: rounded(window.p99_ms),
      memory_kb_per_call: Math.round((window.memory_kb - idleKb) / load.calls),
      window,
      spoilt: spoiltBy(window, load.seconds),
    };
  } finally {
    await system.stop();
    await generator.stop();
  }
}

/** Returns why a window does not count. */
function spoiltBy(window: Window, seconds: number): string | undefined {
  if (window.lateness_p99_ms > LIMITS.lateness_p99_ms) return 'the generator was late';
  const others = window.others_cpu_ms / (seconds * 1_000);
  if (others > LIMITS.others_share_of_a_processor) return 'the machine was busy';
  return window.arrived_share < LIMITS.arrived_share ? 'the system fell behind' : undefined;
}

async function tell(url: string, order: Order): Promise<unknown> {
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify(order) });
  if (!answer.ok) throw new Error(`the generator answered ${answer.status}`);
  return answer.json();
}
