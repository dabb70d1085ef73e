import type { AttentionNotice, Event } from '../contract/event.ts';
import type { AttentionStore } from '../events/ports.ts';

/** What people were told: the events are the list, a table beside them says when the same may be told again. */
export const attentionStore: AttentionStore = {
  async claim(tx, { kind, object, mode }, { now, since }) {
    const rows = await tx.query(
      `INSERT INTO attention_told (mode, kind, object, told_at) VALUES ($1, $2, $3, $4)
       ON CONFLICT (mode, kind, object) DO UPDATE SET told_at = excluded.told_at WHERE attention_told.told_at <= $5
       RETURNING told_at`,
      [mode, kind, object, now, since],
    );
    return rows.length === 1;
  },
  async find(on, eventId) {
    const [row] = await on.query<{ body: string }>(
      "SELECT body FROM events WHERE id = $1 AND type = 'attention.needed'",
      [eventId],
    );
    return row && noticeOf(row.body);
  },
  async list(on, { mode, before, limit }) {
    const rows = await on.query<{ sequence: number; body: string }>(
      `SELECT sequence, body FROM events WHERE type = 'attention.needed' AND mode = $1 AND sequence < $2
       ORDER BY sequence DESC LIMIT $3`,
      [mode, before ?? Number.MAX_SAFE_INTEGER, limit],
    );
    return rows.map(({ sequence, body }) => ({
      sequence: Number(sequence),
      notice: noticeOf(body),
    }));
  },
};

function noticeOf(body: string): AttentionNotice {
  const { id, mode, created_at, data } = JSON.parse(body) as Event;
  return { ...data, id, mode, created_at } as AttentionNotice;
}
