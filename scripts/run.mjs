// Runs one task of the project: installs what is missing, then hands over to Node 24.
// Plain JavaScript for Node 18 and newer, because it runs before anything is installed.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './install.mjs';
import { findNode } from './node-24.mjs';

const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

const TASKS = {
  demo: { installs: 'engine', command: ['engine/bin/recado.mjs', 'demo'] },
  start: { installs: 'engine', command: ['engine/bin/recado.mjs', 'start'] },
  cli: { installs: 'engine', command: ['engine/bin/recado.mjs'] },
  test: {
    installs: 'all',
    // Jest runs ES modules only behind this flag, and Node would warn about it once per worker.
    flags: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
    command: ['node_modules/jest/bin/jest.js'],
    env: { NODE_ENV: 'test' },
  },
  'test:chaos': { installs: 'all', command: ['test/chaos/main.ts'] },
  bench: { installs: 'all', command: ['test/bench/main.ts'] },
  check: { installs: 'all', command: ['scripts/check.mjs'] },
  generate: { installs: 'all', command: ['engine/scripts/generate.ts'] },
};

await main(process.argv.slice(2));

async function main([name, ...args]) {
  try {
    const task = Object.hasOwn(TASKS, name ?? '') ? TASKS[name] : undefined;
    if (!task) {
      throw new Error(`Usage: node scripts/run.mjs <${Object.keys(TASKS).join('|')}> [arguments]`);
    }
    refuseAncientNode();
    await ensureInstalled(ROOT, task.installs);
    const node = findNode(ROOT);
    const [script, ...fixed] = task.command;
    const scriptPath = path.join(ROOT, script);
    await handOver(node.path, [...(task.flags ?? []), scriptPath, ...fixed, ...args], {
      ...node.env,
      ...task.env,
    });
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}

function refuseAncientNode() {
  if (Number.parseInt(process.versions.node, 10) >= 18) return;
  throw new Error(
    `Recado's scripts need Node 18 or newer, and this is Node ${process.versions.node}.\n` +
      'Install a current one from https://nodejs.org and run the command again.',
  );
}

/** Runs `command` in the terminal of this process and ends as it ended, whether by exit code or by signal. */
function handOver(command, args, env) {
  const child = spawn(command, args, { cwd: ROOT, env, stdio: 'inherit' });
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const forward = (signal) => {
    // A terminal sends Ctrl-C to the child too; a second one could mean "stop at once" to it.
    if (signal === 'SIGINT' && process.stdin.isTTY) return;
    child.kill(signal);
  };
  for (const signal of signals) process.on(signal, forward);

  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      for (const name of signals) process.off(name, forward);
      process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0);
      resolve();
    });
  });
}
