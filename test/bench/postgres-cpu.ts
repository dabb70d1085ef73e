// Processor time of a Postgres server and everything that it has started, from Linux's /proc.
import { readdir, readFile } from 'node:fs/promises';
import type { PostgresServer } from '../postgres.ts';

// The kernel counts in hundredths of a second for programs: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
const TICK_MS = 10;

/** Returns a look at the milliseconds used so far. */
export async function watchPostgres(server: PostgresServer): Promise<() => Promise<number>> {
  const main = await mainOf(server);
  const ticksOf = (stat: Stat | undefined): number => {
    if (stat?.pid === main) return stat.own + stat.ofEnded;
    return stat?.parent === main ? stat.own : 0;
  };
  return async () => {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    const ticks = await Promise.all(pids.map(async (pid) => ticksOf(await statOf(Number(pid)))));
    return ticks.reduce((sum, one) => sum + one, 0) * TICK_MS;
  };
}

// The parent of every process that serves a connection.
async function mainOf(server: PostgresServer): Promise<number> {
  const asking = server.ask('SELECT pg_sleep(0.5)');
  const [open] = await server.ask(
    "SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend' LIMIT 1",
  );
  const stat = await statOf(Number(open?.['pid']));
  await asking;
  if (!stat) throw new Error('the Postgres server was not found in /proc');
  return stat.parent;
}

interface Stat {
  pid: number;
  parent: number;
  own: number;
  ofEnded: number;
}

async function statOf(pid: number): Promise<Stat | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  // Fields after the name, which may hold spaces; the first of them is the third of the manual.
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const at = (field: number): number => fields[field - 3] ?? 0;
  return { pid, parent: at(4), own: at(14) + at(15), ofEnded: at(16) + at(17) };
}
