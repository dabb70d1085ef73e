import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';

// A checkout with the real scripts; npm is played by a small program, because the real one needs a registry.
// It writes what it was told into npm.log, takes as long as SLOW_NPM_MS says, and unpacks two packages.
const NPM = `
const fs = require('node:fs');
const args = process.argv.slice(2);
fs.appendFileSync('npm.log', 'begin ' + args.join(' ') + '\\n');
const unpack = (name) => {
  fs.mkdirSync('node_modules/' + name, { recursive: true });
  fs.writeFileSync('node_modules/' + name + '/package.json', '{}');
};
unpack('half-unpacked');
setTimeout(() => {
  unpack('fastify');
  if (!args.includes('--omit=dev')) unpack('jest');
  if (process.env.NPM_FAILS) { console.error('npm error no route to the registry'); process.exit(1); }
  fs.appendFileSync('npm.log', 'end\\n');
}, Number(process.env.SLOW_NPM_MS || 0));
`;

// The tasks tell how they were started, and end as they are told.
const TASK = `
console.log('task ' + JSON.stringify(process.argv.slice(2)));
if (process.argv.includes('--wait')) {
  process.on('SIGTERM', () => process.exit(7));
  setInterval(() => {}, 1000);
}
if (process.argv.includes('--fail')) process.exitCode = 5;
`;

interface Run {
  child: ChildProcess;
  output(): string;
  ended: Promise<number | null>;
}

let root: string;

beforeEach(() => {
  root = fs.mkdtempSync(path.join(tmpdir(), 'recado-run-'));
  fs.cpSync('scripts', path.join(root, 'scripts'), { recursive: true });
  write('package.json', '{ "workspaces": ["engine"] }');
  write('package-lock.json', '{}');
  write('engine/package.json', '{}');
  write('npm/npm-cli.js', NPM);
  write('engine/bin/recado.mjs', TASK);
  write('scripts/check.mjs', TASK);
});
afterEach(() => fs.rmSync(root, { recursive: true, force: true }));

describe('npm run', () => {
  it('installs once, without the tools for a demo, and passes arguments and exit codes on', async () => {
    const first = run('demo', '--fast');
    expect(await first.ended).toBe(0);
    expect(first.output()).toContain('Installing what Recado needs (about 10 s) …');
    expect(first.output()).toContain('task ["demo","--fast"]');

    const second = run('demo', '--fail');
    expect(await second.ended).toBe(5);
    expect(second.output()).not.toContain('Installing');
    expect(installs()).toEqual([expect.stringContaining('--omit=dev')]);
  });

  it('installs the tools for a check even where the environment says production', async () => {
    await run('demo').ended;
    expect(await run('check', { NODE_ENV: 'production', npm_config_omit: 'dev' }).ended).toBe(0);
    expect(await run('demo').ended).toBe(0);
    expect(installs()).toHaveLength(2);
    expect(installs()[1]).toContain('--include=dev');
  });

  it('installs again, and takes nothing away, when the lock file has changed', async () => {
    await run('check').ended;
    write('package-lock.json', '{ "packages": {} }');
    await run('demo').ended;
    expect(installs()).toHaveLength(2);
    expect(installs()[1]).toContain('--include=dev');
  });

  it('lets two commands on a fresh checkout install one after the other', async () => {
    const runs = [run('check', { SLOW_NPM_MS: '400' }), run('demo', { SLOW_NPM_MS: '400' })];
    expect(await Promise.all(runs.map(({ ended }) => ended))).toEqual([0, 0]);
    const steps = npmLog().map((line) => line.split(' ')[0]);
    expect(steps.join(' ')).toMatch(/^begin end( begin end)?$/);
    expect(leftovers()).toEqual(['.recado-install.json']);
  });

  it('throws away and repeats an install that was killed', async () => {
    const killed = run('demo', { SLOW_NPM_MS: '1500' });
    await until(() => fs.existsSync(path.join(root, 'node_modules/half-unpacked/package.json')));
    killed.child.kill('SIGKILL');
    await killed.ended;
    fs.writeFileSync(path.join(root, 'node_modules/torn'), '');

    const again = run('demo');
    expect(await again.ended).toBe(0);
    // npm had outlived its parent; nobody else wrote beside it.
    expect(npmLog().map((line) => line.split(' ')[0])).toEqual(['begin', 'end', 'begin', 'end']);
    expect(fs.existsSync(path.join(root, 'node_modules/torn'))).toBe(false);
  });

  it('shows what npm said when it fails, and tries again next time', async () => {
    const failed = run('demo', { NPM_FAILS: '1' });
    expect(await failed.ended).toBe(1);
    expect(failed.output()).toContain('npm error no route to the registry');
    expect(failed.output()).toContain("npm could not install Recado's packages.");
    expect(await run('demo').ended).toBe(0);
  });

  it('hands a signal on and ends as the task ended', async () => {
    const waiting = run('start', '--wait');
    await until(() => waiting.output().includes('task'));
    waiting.child.kill('SIGTERM');
    expect(await waiting.ended).toBe(7);
  });

  it('names the tasks when it is asked for an unknown one', async () => {
    const unknown = run('toString');
    expect(await unknown.ended).toBe(1);
    expect(unknown.output()).toContain('demo|start|cli|test|test:chaos|bench|check|generate');
  });
});

function run(task: string, ...rest: (string | Record<string, string>)[]): Run {
  const args = rest.filter((item) => typeof item === 'string');
  const env = Object.assign({}, ...rest.filter((item) => typeof item === 'object'));
  const child = spawn(process.execPath, [path.join(root, 'scripts/run.mjs'), task, ...args], {
    cwd: tmpdir(),
    env: { PATH: process.env['PATH'], npm_execpath: path.join(root, 'npm/npm-cli.js'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const ended = once(child, 'close').then(([code]: (number | null)[]) => code ?? null);
  return { child, output: () => output, ended };
}

function write(file: string, text: string): void {
  const place = path.join(root, file);
  fs.mkdirSync(path.dirname(place), { recursive: true });
  fs.writeFileSync(place, text);
}

const npmLog = (): string[] =>
  fs.readFileSync(path.join(root, 'npm.log'), 'utf8').trim().split('\n');

const installs = (): string[] => npmLog().filter((line) => line.startsWith('begin'));

const leftovers = (): string[] =>
  fs.readdirSync(path.join(root, 'node_modules')).filter((name) => name.startsWith('.'));

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('The condition did not come true within 10 s.');
    await setTimeout(10);
  }
}
