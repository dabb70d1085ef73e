// The log of acts.
import type { AuditEntry } from '../privacy/ports.ts';
import type { HandlerPorts } from './ports.ts';
import type { Handlers } from './routes.ts';

export function auditHandlers({
  privacy,
  database,
}: Pick<HandlerPorts, 'privacy' | 'database'>): Pick<Handlers, 'listAudit'> {
  return {
    async listAudit({ query: { limit, cursor }, caller }) {
      const before = cursor === undefined ? undefined : readCursor(cursor);
      if (before === null) return { problem: { code: 'invalid_cursor' } };
      const mode = caller.mode === 'test' ? caller.mode : undefined;
      const found = await privacy.audit.page(database, { limit: limit + 1, mode, before });
      const page = found.slice(0, limit);
      const last = page.at(-1);
      return {
        status: 200,
        body: {
          entries: page.map(viewEntry),
          next_cursor: found.length > limit && last ? cursorOf(last.sequence) : null,
        },
      };
    },
  };
}

const viewEntry = (entry: AuditEntry) => ({ ...entry, at: new Date(entry.at).toISOString() });

const cursorOf = (sequence: number): string => Buffer.from(String(sequence)).toString('base64url');

function readCursor(cursor: string): number | null {
  const text = Buffer.from(cursor, 'base64url').toString('latin1');
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}
