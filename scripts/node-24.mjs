// Finds the Node that runs the engine: the one installed beside its packages, else the running one.
import { spawnSync } from 'node:child_process';
import path from 'node:path';

const PLATFORM = process.platform === 'win32' ? 'win' : process.platform;
const BINARY = process.platform === 'win32' ? 'node.exe' : 'node';

/** Returns `{ path, env }` of a Node that runs the engine (24, or any from 22.18 on); throws naming the fix if there is none. */
export function findNode(root) {
  const folder = `node-${PLATFORM}-${process.arch}`;
  const bundled = path.join(root, 'node_modules', folder, 'bin', BINARY);
  const env = environmentFor(bundled);
  if (env) return { path: bundled, env };
  if (runsTypeScript(process.versions.node)) return { path: process.execPath, env: process.env };
  throw new Error(
    `Recado needs Node 24, or any from 22.18 on; this is Node ${process.versions.node}, and no Node 24 ` +
      `could be installed for ${process.platform} ${process.arch}.\n` +
      'Install Node 24 from https://nodejs.org and run the command again.',
  );
}

/** True for versions that run `.ts` files without a flag: 22.18 and newer, but not 23.0 to 23.5 (https://nodejs.org/api/typescript.html). */
function runsTypeScript(version) {
  const [major, minor] = version.split('.').map(Number);
  if (major === 22) return minor >= 18;
  if (major === 23) return minor >= 6;
  return major > 23;
}

/** Returns the environment in which `node` starts, or undefined when it does not: absent, or made for another C library. */
function environmentFor(node) {
  if (starts(node, process.env)) return process.env;
  // An option that the running Node knows may be unknown to this one, which then refuses to start.
  const { NODE_OPTIONS: _, ...env } = process.env;
  return starts(node, env) ? env : undefined;
}

const starts = (node, env) =>
  spawnSync(node, ['--version'], { env, stdio: 'ignore', timeout: 20_000 }).status === 0;
