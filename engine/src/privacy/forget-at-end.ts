// What is kept for no days goes in the transaction that ends the call, before anything of it is told.
import type { AttemptRecord, TurnRecord } from '../calls/call-record.ts';
import type { Jobs } from '../calls/ports.ts';
import type { Clock } from '../lib/clock.ts';
import type { Transaction } from '../lib/database.ts';
import type { RetentionDays, RetentionStore } from './ports.ts';

export interface ForgetPorts {
  retentionStore: RetentionStore;
  retention_days: RetentionDays;
  jobs: Jobs;
  clock: Clock;
}

export interface Told {
  attempts: AttemptRecord[];
  turns: TurnRecord[];
}

/** Returns what the end of the call may still tell. */
export async function forgetAtEnd(
  tx: Transaction,
  callId: string,
  { attempts, turns }: Told,
  { retentionStore, retention_days, jobs, clock }: ForgetPorts,
): Promise<Told> {
  const keepsWords = retention_days.transcripts > 0;
  if (!keepsWords) await retentionStore.dropTranscript(tx, callId, (body) => body);
  if (retention_days.recordings > 0) return { attempts, turns: keepsWords ? turns : [] };
  for (const { recording } of attempts) {
    if (recording === null) continue;
    await jobs.enqueue(tx, { kind: 'remove_recording', ref: recording, run_at: clock.now() });
  }
  const ids = attempts.map(({ id }) => id);
  await retentionStore.forgetRecordings(tx, ids);
  return {
    attempts: attempts.map((attempt) => ({ ...attempt, recording: null })),
    turns: keepsWords ? turns : [],
  };
}
