// npm run test:chaos -- [--store sqlite|postgres] [--calls 500] [--strikes 110] [--seed N] [--json]
// Prints what held and what did not, and ends with 1 when something did not.
import { parseArgs } from 'node:util';
import { findBinary } from '../skips.ts';
import { type ChaosReport, runChaos } from './chaos.ts';
import { type OpenStore, postgresStore, sqliteStore } from './stores.ts';
import { tableOf } from './table.ts';

const text = { type: 'string' } as const;
const { values } = parseArgs({
  options: {
    store: text,
    calls: text,
    strikes: text,
    seed: text,
    rate: text,
    lanes: text,
    json: { type: 'boolean' },
  },
});

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const seed = Number(values.seed ?? Math.floor(Math.random() * 1e9));
const postgres = findBinary('postgres');
// Three nodes share the processors of one machine, so their clock is slower.
const stores: Record<string, { open: OpenStore | undefined; rate: number; lanes: number }> = {
  sqlite: { open: sqliteStore, rate: 20, lanes: 12 },
  postgres: {
    open: postgres === undefined ? undefined : postgresStore(postgres),
    rate: 10,
    lanes: 16,
  },
};
const reports: Record<string, ChaosReport> = {};

for (const [name, { open, rate, lanes }] of Object.entries(stores)) {
  if (values.store !== undefined && values.store !== name) continue;
  if (!open) {
    say(`not run on ${name}: its server is not installed`);
    continue;
  }
  say(`chaos on ${name}, seed ${seed}`);
  const report = await runChaos(open, {
    seed,
    calls: Number(values.calls ?? 500),
    strikes: Number(values.strikes ?? 110),
    rate: Number(values.rate ?? rate),
    lanes: Number(values.lanes ?? lanes),
    settle_seconds: 90,
    late_callbacks: true,
    say,
  });
  reports[name] = report;
  if (!values.json) process.stdout.write(`${tableOf(name, report)}\n`);
}
if (values.json) process.stdout.write(`${JSON.stringify(reports)}\n`);
const held = Object.values(reports).every(({ findings }) =>
  findings.every(({ broken }) => broken.length === 0),
);
process.exitCode = held && Object.keys(reports).length > 0 ? 0 : 1;
