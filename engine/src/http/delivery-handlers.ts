// The operations on deliveries, and what people should look at.
import type { z } from 'zod';
import type { ListDeliveriesQuery } from '../contract/api/webhook-operations.ts';
import type { Api } from '../contract/api.ts';
import type { Mode } from '../contract/vocabulary.ts';
import { cursorOf, readCursor } from './page-cursor.ts';
import type { HandlerPorts } from './ports.ts';
import type { Answer, Handlers } from './routes.ts';

type DeliveryHandlers = Pick<
  Handlers,
  'listDeliveries' | 'listCallDeliveries' | 'replayDelivery' | 'replayWebhook' | 'listAttention'
>;

export function deliveryHandlers(ports: HandlerPorts): DeliveryHandlers {
  return {
    listDeliveries: ({ query, caller }) => listDeliveries(query, caller.mode, ports),
    async listCallDeliveries({ params, query, caller }) {
      const call = await ports.calls.find(ports.database, params.id);
      if (call?.mode !== caller.mode) return { problem: { code: 'not_found' } };
      return listDeliveries({ ...query, call_id: call.id }, caller.mode, ports);
    },
    async replayDelivery({ params, caller }) {
      const replayed = await ports.deliveries.replay(caller.mode, params.id);
      if (replayed.ok) return { status: 200, body: replayed.value };
      if (replayed.failure === 'not_found') return { problem: { code: 'not_found' } };
      return { problem: { code: replayed.failure, detail: NOT_REPLAYABLE } };
    },
    async replayWebhook({ params, body, caller }) {
      const which = { since: Date.parse(body.since), statuses: body.statuses };
      const replayed = await ports.deliveries.replayAll(caller.mode, params.id, which);
      return replayed ? { status: 200, body: replayed } : { problem: { code: 'not_found' } };
    },
    async listAttention({ query, caller }) {
      const before = query.cursor === undefined ? null : Number(query.cursor);
      if (before !== null && !Number.isSafeInteger(before))
        return { problem: { code: 'invalid_cursor' } };
      const { limit } = query;
      const page = { mode: caller.mode, before, limit: limit + 1 };
      const found = await ports.told.list(ports.database, page);
      const last = found[limit - 1];
      return {
        status: 200,
        body: {
          attention: found.slice(0, limit).map(({ notice }) => notice),
          next_cursor: found.length > limit && last ? String(last.sequence) : null,
        },
      };
    },
  };
}

const NOT_REPLAYABLE =
  'It waits to be sent already, its webhook was unsubscribed, or it is older than 30 days.';

async function listDeliveries(
  query: z.output<typeof ListDeliveriesQuery>,
  mode: Mode,
  ports: HandlerPorts,
): Promise<Answer<Api['listDeliveries']>> {
  const { cursor, limit, ...filters } = query;
  const before = cursor === undefined ? undefined : readCursor(cursor, 'dlv');
  if (before === null) return { problem: { code: 'invalid_cursor' } };
  const page = { ...filters, mode, before, limit: limit + 1 };
  const found = await ports.deliveries.list(ports.database, page);
  const last = found[limit - 1];
  const place = last && { created_at: Date.parse(last.created_at), id: last.id };
  return {
    status: 200,
    body: {
      deliveries: found.slice(0, limit),
      next_cursor: found.length > limit && place ? cursorOf(place) : null,
    },
  };
}
