// The short form of `npm run test:chaos`: engines are killed and stopped at each of the ten moments, while the carrier
// goes wrong in each of its ten ways.

import { CREATE_FAULTS } from '../../engine/src/simulator/index.ts';
import { type ChaosOptions, runChaos } from './chaos.ts';
import { POINTS } from './plan.ts';
import { chaosStores } from './stores.ts';
import { tableOf } from './table.ts';

const SEED = 20_261_124;
const SHORT: ChaosOptions = {
  seed: SEED,
  calls: 40,
  strikes: 20,
  rate: 20,
  lanes: 8,
  settle_seconds: 60,
  say: () => undefined,
};

describe(`Q1, D10: engines struck while a carrier fails (seed ${SEED})`, () => {
  it.each(Object.entries(chaosStores))(
    'on %s: every call ends once and is told, and no attempt rings twice',
    async (name, open) => {
      const report = await runChaos(open, SHORT);
      const broken = report.findings.filter((finding) => finding.broken.length > 0);
      if (broken.length > 0) throw new Error(tableOf(name, report));
      expect(report.calls).toBeGreaterThanOrEqual(SHORT.calls);
      expect(report.missed).toEqual([]);
      for (const word of [...POINTS, ...CREATE_FAULTS])
        expect(report.met.filter((met) => met.includes(word)).length).toBeGreaterThan(0);
      expect(report.kills).toBeGreaterThan(0);
      expect(report.pauses).toBeGreaterThan(0);
    },
    120_000,
  );
});
