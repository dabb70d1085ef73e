// Runs the command as a person does: a process of its own, in a folder of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';

const BIN = path.resolve('engine/bin/recado.mjs');

export interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Starts `recado`; its environment is `env` and nothing else but what a process needs. */
export function spawnRecado(
  args: string[],
  options: { cwd: string; env?: Record<string, string> },
): ChildProcess {
  return spawn(process.execPath, [BIN, ...args], {
    cwd: options.cwd,
    env: { PATH: process.env['PATH'] ?? '', HOME: options.cwd, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Runs `recado` to its end. */
export function runRecado(
  args: string[],
  options: { cwd: string; env?: Record<string, string> },
): Promise<Ran> {
  const child = spawnRecado(args, options);
  const ran: Ran = { code: null, stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk: Buffer) => {
    ran.stdout += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    ran.stderr += chunk.toString();
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ ...ran, code }));
  });
}
