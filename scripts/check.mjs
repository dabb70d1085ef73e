// Runs every check of the sources, two at a time, and tells of each in one line; what failed is shown in full.
// `npm run check -- --fix` first mends what the tools can mend by themselves.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const AT_ONCE = 2;
const TIMEOUT_MS = 5 * 60_000;

const CHECKS = [
  {
    name: 'types',
    script: 'node_modules/typescript/bin/tsc',
    args: ['--project', 'tsconfig.json', '--pretty', 'false'],
  },
  {
    name: 'style',
    script: 'node_modules/@biomejs/biome/bin/biome',
    args: ['check', '.', '--max-diagnostics=200', '--diagnostic-level=warn'],
  },
  { name: 'imports', script: 'scripts/check-imports.mjs', args: [] },
  { name: 'house rules', script: 'scripts/check-house.mjs', args: [] },
  { name: 'unused code', script: 'node_modules/knip/bin/knip.js', args: ['--no-progress'] },
  { name: 'generated files', script: 'engine/scripts/generate.ts', args: ['--check'] },
];

const MENDS = [
  { name: 'generate', script: 'engine/scripts/generate.ts', args: [] },
  {
    name: 'format and sort',
    script: 'node_modules/@biomejs/biome/bin/biome',
    args: ['check', '.', '--write'],
  },
];

if (process.argv.includes('--fix')) for (const mend of MENDS) await run(mend);
const passed = await runAll(CHECKS);
const failed = passed.filter((ok) => !ok).length;
console.log(
  failed === 0 ? '\nAll checks passed.' : `\n${failed} of ${CHECKS.length} checks failed.`,
);
process.exitCode = failed === 0 ? 0 : 1;

async function runAll(checks) {
  const left = [...checks];
  const results = [];
  const lane = async () => {
    for (let check = left.shift(); check; check = left.shift()) results.push(await run(check));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return results;
}

/** Runs one check and prints its line, then its whole output if it failed, else only its warnings; returns whether it passed. */
async function run({ name, script, args }) {
  const started = performance.now();
  const { ok, output } = await outputOf(script, args);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${name.padEnd(16)} ${seconds.padStart(5)} s`);
  const shown = ok ? warningsOf(output) : output;
  if (shown.trim()) console.log(shown.trimEnd().replace(/^/gm, '    '));
  return ok;
}

function outputOf(script, args) {
  if (!fs.existsSync(path.join(ROOT, script)))
    return { ok: false, output: `${script} is missing.` };
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [script, ...args], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: TIMEOUT_MS,
    });
    const chunks = [];
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    child.stderr.on('data', (chunk) => chunks.push(chunk));
    child.on('error', (error) => resolve({ ok: false, output: error.message }));
    child.on('close', (code, signal) => {
      const output = Buffer.concat(chunks).toString('utf8');
      resolve({ ok: code === 0, output: signal ? `${output}\nstopped by ${signal}` : output });
    });
  });
}

function warningsOf(output) {
  const lines = output.split('\n').filter((line) => line.startsWith('warning:'));
  return lines.join('\n');
}
