// The short form of `npm run test:chaos`: engines are killed and stopped at each of the ten moments, while the carrier
// goes wrong in each of its ten ways.

import { CREATE_FAULTS } from '../../engine/src/simulator/index.ts';
import { describeWhen } from '../skips.ts';
import { type ChaosOptions, type ChaosReport, runChaos } from './chaos.ts';
import { POINTS } from './plan.ts';
import { type OpenStore, postgresStore, sqliteStore } from './stores.ts';
import { tableOf } from './table.ts';

const SEED = 20_261_124;
const SHORT: ChaosOptions = {
  seed: SEED,
  calls: 40,
  strikes: 20,
  rate: 20,
  lanes: 8,
  settle_seconds: 60,
  late_callbacks: true,
  say: () => undefined,
};

const NAME = `engines struck while a carrier fails (seed ${SEED})`;
const GUARANTEE = 'Q1: every call ends once and is told, and no attempt rings twice';

describe(`${NAME}, one on SQLite`, () => {
  it(GUARANTEE, async () => {
    const report = await run('sqlite', sqliteStore, SHORT);
    expect(report.missed).toEqual([]);
    for (const word of [...POINTS, ...CREATE_FAULTS])
      expect(report.met.filter((met) => met.includes(word)).length).toBeGreaterThan(0);
    expect(report.kills).toBeGreaterThan(0);
    expect(report.pauses).toBeGreaterThan(0);
  }, 120_000);
});

describeWhen('postgres', `${NAME}, three on Postgres`, (place) => {
  it(GUARANTEE, async () => {
    const few = { calls: 12, strikes: 4, late_callbacks: false };
    const report = await run('postgres', postgresStore(place), { ...SHORT, ...few });
    expect(report.met.length).toBeGreaterThan(0);
  }, 120_000);
});

async function run(name: string, open: OpenStore, options: ChaosOptions): Promise<ChaosReport> {
  const report = await runChaos(open, options);
  const broken = report.findings.filter((finding) => finding.broken.length > 0);
  if (broken.length > 0) throw new Error(tableOf(name, report));
  expect(report.calls).toBeGreaterThanOrEqual(options.calls);
  return report;
}
