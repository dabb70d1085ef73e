// What it costs to look for work while many calls wait for their day.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '../postgres.ts';
import { findBinary } from '../skips.ts';
import { type Measured, startMeasured } from './measured.ts';
import { watchPostgres } from './postgres-cpu.ts';
import { type Bench, median, type Run, rounded } from './report.ts';
import type { WaitingSettings } from './waiting-process.ts';

const ROUNDS = 9;
const FEW = 1_000;
const MANY = 100_000;

export const waiting: Bench = {
  name: 'waiting',
  rules: [
    `two stores of each kind, one with ${FEW} scheduled calls and their jobs, one with ${MANY}; ${ROUNDS} rounds, in turn on one and the other`,
    'one round claims jobs that are due one by one, then looks as often when nothing is due, as the worker does',
    'counted is the processor time of the process that asks, and of all of Postgres where it is the store',
    'the first round warms both up and is left out; no other round is',
    'the figure of a store is the median of the ratios many / few; claim_100k_vs_1k is the worse of the stores',
  ],
  reach: { claim_100k_vs_1k: { value: 1.5, is: 'at most' } },
  async run(note) {
    const folder = await mkdtemp(join(tmpdir(), 'recado-bench-'));
    const place = findBinary('postgres');
    try {
      const onSqlite = await compare(
        {
          ...{ store: 'sqlite', claims: 2_000, storeMs: async () => 0 },
          settingsOf: async (calls) => ({ file: join(folder, `${calls}.db`) }),
        },
        note,
      );
      if (place === undefined) return { claim_100k_vs_1k: onSqlite };
      const server = await startPostgres(place);
      try {
        const storeMs = await watchPostgres(server);
        const settingsOf = async () => ({ url: await server.newDatabase() });
        const store = { store: 'postgres', claims: 500, storeMs, settingsOf };
        const onPostgres = await compare(store, note);
        return {
          claim_100k_vs_1k: Math.max(onSqlite, onPostgres),
          claim_100k_vs_1k_sqlite: onSqlite,
          claim_100k_vs_1k_postgres: onPostgres,
        };
      } finally {
        await server.stop();
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

interface Compared {
  store: string;
  claims: number;
  storeMs(): Promise<number>;
  settingsOf(calls: number): Promise<{ file: string } | { url: string }>;
}

async function compare(
  { store, claims, storeMs, settingsOf }: Compared,
  note: (run: Run) => void,
): Promise<number> {
  const start = async (calls: number) => {
    const settings: WaitingSettings = { ...(await settingsOf(calls)), calls, claims };
    return startMeasured<object>('waiting-process.ts', settings);
  };
  const few = await start(FEW);
  const many = await start(MANY);
  const ratios: number[] = [];
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const few_cpu_ms = rounded((await cost(few, storeMs)) / claims, 4);
      const many_cpu_ms = rounded((await cost(many, storeMs)) / claims, 4);
      const ratio = rounded(many_cpu_ms / few_cpu_ms);
      const counted = round === 0 ? 'no: warms up' : 'yes';
      note({ store, round, counted, ratio, few_cpu_ms, many_cpu_ms });
      if (round > 0) ratios.push(ratio);
    }
  } finally {
    await few.stop();
    await many.stop();
  }
  return rounded(median(ratios), 2);
}

async function cost(server: Measured<object>, storeMs: () => Promise<number>): Promise<number> {
  await server.act('prepare');
  const before = (await server.cpuMs()) + (await storeMs());
  await server.act('claim');
  return (await server.cpuMs()) + (await storeMs()) - before;
}
