// Checks who imports whom (.dependency-cruiser.mjs) and prints each breach with where the code should go instead.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

// With a compiler it cannot use, dependency-cruiser reports success over no modules at all.
const MODULES_MIN = 50;

const FOLDERS = ['engine/src', 'test'].filter((folder) => fs.existsSync(folder));
const CRUISER = path.join('node_modules', 'dependency-cruiser', 'bin', 'dependency-cruiser.mjs');

const run = spawnSync(
  process.execPath,
  [CRUISER, '--config', '.dependency-cruiser.mjs', '--output-type', 'json', ...FOLDERS],
  { encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 },
);
const report = parse(run.stdout);
if (report) judge(report);
else fail(`dependency-cruiser gave no report:\n${run.stderr}${run.stdout.slice(0, 2000)}`);

function judge({ modules, summary }) {
  const own = modules.filter(({ source }) =>
    FOLDERS.some((folder) => source.startsWith(`${folder}/`)),
  );
  if (own.length <= MODULES_MIN) {
    fail(`dependency-cruiser saw ${own.length} modules; more than ${MODULES_MIN} were expected.`);
  }
  const comments = new Map(
    summary.ruleSetUsed.forbidden.map(({ name, comment }) => [name, comment]),
  );
  for (const { from, to, rule } of summary.violations) {
    const arrow = from === to ? from : `${from} → ${to}`;
    fail(`${arrow}\n    ${rule.name}: ${comments.get(rule.name)}`);
  }
  console.log(`${own.length} modules, ${summary.violations.length} breaches`);
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function fail(message) {
  console.error(message);
  process.exitCode = 1;
}
