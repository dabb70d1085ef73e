// Installs the npm packages that a task needs, once per lock file.
// Invariant: a note inside node_modules says what is there; while npm works it says "installing", so that
// an install that was cut off is never taken for a whole one.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { holdingLock } from './install-lock.mjs';

// `npm ci` would refuse: the lock file leaves out optional packages that some registries do not carry.
const INSTALL = [
  ...['install', '--ignore-scripts', '--no-save', '--no-audit', '--no-fund', '--no-progress'],
  ...['--package-lock=true', '--engine-strict=false', '--include=optional', '--loglevel=error'],
];

// From small to large: a larger one has everything of a smaller one. `proof` is there only if it was installed.
const PROFILES = {
  engine: { flags: ['--omit=dev'], proof: 'fastify', span: 'about 10 s' },
  // Said aloud because npm leaves the tools out where NODE_ENV or its own settings say production.
  all: { flags: ['--include=dev'], proof: 'jest', span: 'about 20 s' },
};
const SIZES = Object.keys(PROFILES);

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Resolves once node_modules holds at least `profile` ("engine" or "all") of the current lock file; throws npm's own words if it cannot. */
export async function ensureInstalled(root, profile) {
  const modules = path.join(root, 'node_modules');
  const isReady = () => {
    const note = readNote(modules);
    if (note?.state !== 'done' || note.fingerprint !== fingerprintOf(root)) return false;
    return covers(modules, note.profile, profile);
  };
  if (isReady()) return;

  const place = path.join(modules, '.recado-install.lock');
  const onWait = () => console.error('Another Recado command is installing; waiting for it …');
  await holdingLock(place, { onWait }, async (lock) => {
    if (isReady()) return; // The command that we waited for has done it.
    const note = readNote(modules);
    if (note?.state === 'installing') clearModules(root, modules);
    const wanted = larger(profile, installedProfile(modules, note));
    writeNote(modules, { state: 'installing', profile: wanted });
    await install(root, wanted, lock);
    writeNote(modules, { state: 'done', profile: wanted, fingerprint: fingerprintOf(root) });
  });
}

function fingerprintOf(root) {
  const { workspaces } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
  const files = [
    'package-lock.json',
    'package.json',
    ...workspaces.map((name) => `${name}/package.json`),
  ];
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}`);
  for (const file of files)
    hash.update(`\0${file}\0`).update(fs.readFileSync(path.join(root, file)));
  return hash.digest('hex');
}

const covers = (modules, installed, wanted) =>
  SIZES.indexOf(installed) >= SIZES.indexOf(wanted) && isProven(modules, installed);

const isProven = (modules, profile) =>
  fs.existsSync(path.join(modules, PROFILES[profile].proof, 'package.json'));

const larger = (a, b) => (SIZES.indexOf(a) >= SIZES.indexOf(b) ? a : b);

/** What a developer has installed by hand, or for an older lock file, is not taken away again. */
function installedProfile(modules, note) {
  if (note?.state === 'installing') return undefined;
  return SIZES.findLast((profile) => isProven(modules, profile));
}

const noteFile = (modules) => path.join(modules, '.recado-install.json');

function readNote(modules) {
  try {
    return JSON.parse(fs.readFileSync(noteFile(modules), 'utf8'));
  } catch {
    return undefined;
  }
}

function writeNote(modules, note) {
  const draft = `${noteFile(modules)}.${process.pid}`;
  fs.writeFileSync(draft, JSON.stringify(note));
  fs.renameSync(draft, noteFile(modules));
}

/** npm takes a half-unpacked package for a whole one, so what a cut-off install left is thrown away. */
function clearModules(root, modules) {
  for (const name of fs.readdirSync(modules)) {
    if (name.startsWith('.recado-install')) continue;
    fs.rmSync(path.join(modules, name), { recursive: true, force: true, maxRetries: 3 });
  }
  const { workspaces } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
  for (const name of workspaces) {
    fs.rmSync(path.join(root, name, 'node_modules'), {
      recursive: true,
      force: true,
      maxRetries: 3,
    });
  }
}

async function install(root, profile, lock) {
  const { flags, span } = PROFILES[profile];
  const started = Date.now();
  console.error(`Installing what Recado needs (${span}) …`);
  const { code, output } = await runNpm(root, [...INSTALL, ...flags], lock);
  if (code !== 0) {
    throw new Error(
      `${output.trimEnd()}\n\nnpm could not install Recado's packages. Mend what it says above ` +
        '(often the network or the registry setting) and run the command again.',
    );
  }
  console.error(`Installed in ${Math.round((Date.now() - started) / 1000)} s.`);
}

function runNpm(root, args, lock) {
  const npm = npmCommand();
  return new Promise((resolve, reject) => {
    const child = spawn(npm.command, [...npm.args, ...args], {
      cwd: root,
      shell: npm.shell,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output = [];
    child.stdout.on('data', (chunk) => output.push(chunk));
    child.stderr.on('data', (chunk) => output.push(chunk));
    // The lock is kept until npm has really ended.
    let stoppedBy;
    const stop = (signal) => {
      stoppedBy = signal;
      child.kill(signal);
    };
    for (const signal of SIGNALS) process.on(signal, stop);
    child.on('spawn', () => lock.names(child.pid));
    child.on('error', (error) =>
      reject(new Error(`npm could not be started (${error.message}). Install Node with npm.`)),
    );
    child.on('close', (code) => {
      for (const signal of SIGNALS) process.off(signal, stop);
      if (stoppedBy) process.exit(128 + constants.signals[stoppedBy]);
      resolve({ code, output: Buffer.concat(output).toString('utf8') });
    });
  });
}

/** The npm that started this script, if one did (other package managers set the same variable); else the one on the path. */
function npmCommand() {
  const script = process.env.npm_execpath;
  if (script && /npm-cli\.c?js$/.test(script)) {
    return { command: process.execPath, args: [script], shell: false };
  }
  // On Windows npm is a .cmd file, which only a shell can start.
  return { command: 'npm', args: [], shell: process.platform === 'win32' };
}
