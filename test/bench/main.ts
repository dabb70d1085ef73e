// npm run -s bench -- NAME [--json] [--profile FOLDER], and for `bridge` [--calls 10,50] [--runs N] [--seconds N]
// Prints one JSON object or a table to standard output, and the rules and every run to standard error.
import { parseArgs } from 'node:util';
import { bridge } from './bridge.ts';
import { deliveries } from './deliveries.ts';
import { placing } from './placing.ts';
import { recovery } from './recovery.ts';
import {
  type Bench,
  type BenchOptions,
  type BenchReport,
  machine,
  type Run,
  tableOf,
} from './report.ts';
import { waiting } from './waiting.ts';

const BENCHES: readonly Bench[] = [placing, waiting, recovery, deliveries, bridge];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean' },
    profile: { type: 'string' },
    calls: { type: 'string' },
    runs: { type: 'string' },
    seconds: { type: 'string' },
  },
});
const bench = BENCHES.find(({ name }) => name === positionals[0]);
if (bench) {
  if (values.profile !== undefined) process.env['BENCH_PROFILE'] = values.profile;
  await measure(bench);
} else {
  const names = BENCHES.map(({ name }) => name).join('|');
  say(`Usage: npm run -s bench -- <${names}> [--json] [--profile FOLDER]`);
  process.exitCode = 2;
}

async function measure(chosen: Bench): Promise<void> {
  for (const rule of chosen.rules) say(`rule: ${rule}`);
  const runs: Run[] = [];
  const figures = await chosen.run((run) => {
    runs.push(run);
    say(`run:  ${JSON.stringify(run)}`);
  }, optionsGiven());
  const report: BenchReport = {
    name: chosen.name,
    machine: machine(),
    runs,
    figures,
    reach: Object.fromEntries(Object.entries(chosen.reach).map(([key, { value }]) => [key, value])),
  };
  process.stdout.write(
    values.json ? `${JSON.stringify(report)}\n` : `${tableOf(report, chosen)}\n`,
  );
}

function optionsGiven(): BenchOptions {
  const { calls, runs, seconds } = values;
  return {
    ...(calls === undefined ? {} : { calls: calls.split(',').map(Number) }),
    ...(runs === undefined ? {} : { runs: Number(runs) }),
    ...(seconds === undefined ? {} : { seconds: Number(seconds) }),
  };
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
