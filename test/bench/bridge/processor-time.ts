// Processor time and memory, from Linux's /proc: https://man7.org/linux/man-pages/man5/proc.5.html
import { readFileSync } from 'node:fs';

// The kernel counts in hundredths of a second for programs.
const TICK_MS = 10;

/** Returns milliseconds that a process has used, all its threads included. */
export function processMs(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // Fields after the name, which may hold spaces: the 14th and 15th of the manual are user and system time.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** Returns milliseconds that all processes have used, all processors together; what other machines took counts too. */
export function machineMs(): number {
  const [, user, nice, system, , , , , steal] = readFileSync('/proc/stat', 'utf8')
    .slice(0, 200)
    .split(/\s+/)
    .map(Number);
  return ((user ?? 0) + (nice ?? 0) + (system ?? 0) + (steal ?? 0)) * TICK_MS;
}

/** Returns the kilobytes of memory that a process holds. */
export function memoryKb(pid: number): number {
  const [, kb] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kb);
}

/** Returns the machine's load of the last minute. */
export const load = (): number => Number(readFileSync('/proc/loadavg', 'utf8').split(' ')[0]);
