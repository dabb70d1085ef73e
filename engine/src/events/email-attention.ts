// Job: tells the operator by e-mail what needs attention, as often as an event is tried.
import type { AttentionNotice } from '../contract/event.ts';
import type { Clock } from '../lib/clock.ts';
import type { Database } from '../lib/database.ts';
import type { Log } from '../lib/log.ts';
import type { AttentionStore, Mailer } from './ports.ts';
import { afterTry } from './retry-table.ts';

export interface EmailPorts {
  database: Database;
  told: AttentionStore;
  /** Null when the operator set no mail server: then nothing is sent. */
  mailer: Mailer | null;
  clock: Clock;
  log: Log;
  random(): number;
}

/** Sends one e-mail once. Returns when to try again, or nothing when it was taken or given up. */
export async function emailAttention(
  eventId: string,
  tries: number,
  ports: EmailPorts,
): Promise<{ again_at: number } | undefined> {
  const notice = await ports.told.find(ports.database, eventId);
  if (!notice || !ports.mailer) return undefined;
  const sent = await ports.mailer.send({ id: eventId, ...mailOf(notice) });
  const fields = { event_id: eventId, attention: notice.kind, number: tries };
  if (sent.ok) {
    ports.log.info({ ...fields, state: 'delivered' }, 'e-mail tried');
    return undefined;
  }
  const failed = { ok: false, failure: 'connection_failed' } as const;
  const settlement = afterTry({ tries }, failed, ports.clock.now(), ports.random());
  ports.log.warn({ ...fields, ...settlement, last_failure: sent.failure }, 'e-mail tried');
  return settlement.state === 'pending' ? { again_at: settlement.next_try_at } : undefined;
}

const mailOf = ({ mode, text, fix, link }: AttentionNotice): { subject: string; text: string } => ({
  subject: `Recado (${mode}): ${text}`,
  text: [text, fix, link].filter(Boolean).join('\n\n'),
});
