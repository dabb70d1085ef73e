// What is kept for no days goes in the transaction that ends the call, before anything of it is told.
import type { AttemptRecord, TurnRecord } from '../calls/call-record.ts';
import type { Transaction } from '../lib/database.ts';
import type { RetentionDays, RetentionStore } from './ports.ts';

export interface ForgetPorts {
  retentionStore: RetentionStore;
  retention_days: RetentionDays;
  removeRecording(name: string): Promise<void>;
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
  { retentionStore, retention_days, removeRecording }: ForgetPorts,
): Promise<Told> {
  const keepsWords = retention_days.transcripts > 0;
  const keepsSound = retention_days.recordings > 0;
  if (!keepsWords) await retentionStore.dropTranscript(tx, callId, (body) => body);
  if (!keepsSound) {
    // The row keeps the name until the file is gone, so that the sweep finds what a crash left.
    const names = attempts.flatMap(({ recording }) => (recording === null ? [] : [recording]));
    tx.afterCommit(() => {
      for (const name of names) removeRecording(name).catch(() => undefined);
    });
  }
  return {
    attempts: keepsSound ? attempts : attempts.map((one) => ({ ...one, recording: null })),
    turns: keepsWords ? turns : [],
  };
}
