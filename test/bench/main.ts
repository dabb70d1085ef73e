// npm run -s bench -- NAME [--json] [--profile FOLDER]
// Prints one JSON object or a table to standard output, and the rules and every run to standard error.
import { parseArgs } from 'node:util';
import { deliveries } from './deliveries.ts';
import { placing } from './placing.ts';
import { recovery } from './recovery.ts';
import { type Bench, type BenchReport, machine, type Run, tableOf } from './report.ts';
import { waiting } from './waiting.ts';

const BENCHES: readonly Bench[] = [placing, waiting, recovery, deliveries];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' }, profile: { type: 'string' } },
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
  });
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

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
