// What follows a try, in one transaction: the delivery, its webhook, the next event of the call, and the people told.
import type { Database, Transaction } from '../lib/database.ts';
import type { EgressReply } from '../lib/egress.ts';
import { attentionFor } from './attention-texts.ts';
import type { Attention, DeliveryStore, DeliveryTry, PendingDelivery } from './ports.ts';
import { afterTry } from './retry-table.ts';
import { isAllWell, type Standing, standingAfter } from './webhook-standing.ts';

export interface RecordTryPorts {
  database: Database;
  deliveries: DeliveryStore;
  attention: Attention;
  settings: { public_url: string };
}

export interface Sent {
  reply: EgressReply;
  at: number;
  /** In [0, 1): spreads the next try. */
  random: number;
}

/** Saves a try and what follows from it. Returns undefined, and changes nothing, when it is saved already. */
export function recordTry(
  delivery: PendingDelivery,
  sent: Sent,
  ports: RecordTryPorts,
): Promise<DeliveryTry | undefined> {
  const { deliveries } = ports;
  return ports.database.transaction(async (tx) => {
    // The webhook is locked before its deliveries, here as where it is paused and resumed.
    const standing = isAllWell(delivery.standing, sent.reply)
      ? undefined
      : await deliveries.lockStanding(tx, delivery.webhook_id);
    const number = delivery.tries + 1;
    if (!(await deliveries.countTry(tx, delivery.id, number))) return undefined;
    const is_overtaken = await deliveries.isOvertaken(tx, delivery.id);
    const made = madeOf(delivery, number, is_overtaken, sent);
    await deliveries.saveTry(tx, delivery.id, made);
    for (const what of await judge(tx, delivery, { made, standing, reply: sent.reply }, ports))
      await tell(tx, what, delivery, ports);
    return made;
  });
}

function madeOf(
  delivery: PendingDelivery,
  number: number,
  is_overtaken: boolean,
  { reply, at, random }: Sent,
): DeliveryTry {
  const tries = number - delivery.tries_before;
  return {
    number,
    at,
    settlement: afterTry({ tries, is_overtaken }, reply, at, random),
    last_status: reply.ok ? reply.status : null,
    last_failure: reply.ok ? null : reply.failure,
  };
}

type Told = Parameters<typeof attentionFor>[0];

/** Changes the webhook as the reply asks, and returns what people should hear of. */
async function judge(
  tx: Transaction,
  { webhook_id }: PendingDelivery,
  {
    made,
    standing,
    reply,
  }: { made: DeliveryTry; standing: Standing | undefined; reply: EgressReply },
  { deliveries }: RecordTryPorts,
): Promise<Told[]> {
  const { state } = made.settlement;
  if (state === 'gone') {
    await deliveries.end(tx, webhook_id, made.at);
    return ['webhook_unsubscribed'];
  }
  const told: Told[] = state === 'dead' ? ['dead_letter'] : [];
  if (!standing) return told;
  const at = { now: made.at, is_first_try: made.number === 1 };
  const verdict = standingAfter(standing, reply, at);
  await deliveries.saveStanding(tx, webhook_id, verdict.standing);
  if (verdict.pause === null) return told;
  await deliveries.pause(tx, webhook_id, { reason: verdict.pause, at: made.at });
  return [...told, verdict.pause];
}

async function tell(
  tx: Transaction,
  what: Told,
  delivery: PendingDelivery,
  { attention, settings }: RecordTryPorts,
): Promise<void> {
  // Else a receiver of these events that fails would be told about itself for ever.
  if (delivery.event_type === 'attention.needed') return;
  await attention.needAttention(tx, attentionFor(what, delivery, settings.public_url));
}
