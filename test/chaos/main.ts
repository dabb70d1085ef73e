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
const stores: Record<string, OpenStore | undefined> = {
  sqlite: sqliteStore,
  postgres: postgres === undefined ? undefined : postgresStore(postgres),
};
const reports: Record<string, ChaosReport> = {};

for (const [name, open] of Object.entries(stores)) {
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
    rate: Number(values.rate ?? 20),
    lanes: Number(values.lanes ?? 12),
    settle_seconds: 90,
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
