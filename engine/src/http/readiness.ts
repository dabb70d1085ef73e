// Whether this engine should be given work: each probe is asked, within a time, and what is missing is named.
import type { Clock } from '../lib/clock.ts';

/** A part that must work; true when it does. A probe that throws or takes too long does not. */
export type Probe = () => boolean | Promise<boolean>;

export interface Readiness {
  /** The parts that are missing now, by name; none when the engine is ready. */
  missing(): Promise<string[]>;
  /** From now on the answer is no, because the engine is about to stop. */
  drain(): void;
}

const PROBE_TIMEOUT_MS = 2_000;
// A load balancer and a monitor may ask often; a disk is not written to for each of them.
const ANSWER_KEPT_MS = 500;

export function createReadiness(probes: Readonly<Record<string, Probe>>, clock: Clock): Readiness {
  let isDraining = false;
  let kept: { until: number; missing: Promise<string[]> } | undefined;
  return {
    async missing() {
      const now = clock.monotonic();
      if (!kept || now >= kept.until)
        kept = { until: now + ANSWER_KEPT_MS * clock.rate, missing: ask(probes, clock) };
      const missing = await kept.missing;
      return isDraining ? ['draining', ...missing] : missing;
    },
    drain() {
      isDraining = true;
    },
  };
}

async function ask(probes: Readonly<Record<string, Probe>>, clock: Clock): Promise<string[]> {
  const answers = await Promise.all(
    Object.entries(probes).map(async ([name, probe]) =>
      (await works(probe, clock)) ? [] : [name],
    ),
  );
  return answers.flat();
}

async function works(probe: Probe, clock: Clock): Promise<boolean> {
  const answered = new AbortController();
  const late = clock.sleep(PROBE_TIMEOUT_MS * clock.rate, answered.signal).then(() => false);
  try {
    return await Promise.race([probe(), late]);
  } catch {
    return false;
  } finally {
    answered.abort();
  }
}
