import type { Clock } from '../lib/clock.ts';
import type { Transaction } from '../lib/database.ts';
import type { AttentionNeed, AttentionStore, FactRecorder, Messages } from './ports.ts';

export interface AttentionPorts {
  events: FactRecorder;
  told: AttentionStore;
  messages: Messages;
  jobs: {
    enqueue(tx: Transaction, job: { kind: string; ref: string; run_at: number }): Promise<void>;
  };
  clock: Clock;
  /** Where the operator wants to hear of it, beside webhooks. */
  channels: { chat_url: string | null; email: boolean };
}

/**
 * Tells the people who run this engine that something needs them: as an event, in the operator's chat and by e-mail.
 * False, and nothing told, when the same kind and object was told within the last hour.
 */
export async function needAttention(
  tx: Transaction,
  need: AttentionNeed,
  ports: AttentionPorts,
): Promise<boolean> {
  const now = ports.clock.now();
  const at = { now, since: now - SAME_AGAIN_MS };
  if (!(await ports.told.claim(tx, need, at))) return false;

  const { kind, object, mode, text, fix, link = null, call_id = null } = need;
  const data = { kind, object, text, fix, link, call_id };
  // Told of no call, source or tag, so that no filter hides it.
  const fact = { type: 'attention.needed' as const, mode, about: {}, call_id, data };
  const id = await ports.events.recordFact(tx, fact);

  const { chat_url, email } = ports.channels;
  if (chat_url !== null) {
    await ports.messages.send(tx, {
      ...{ id, event_type: 'attention.needed', key_id: null, mode, url: chat_url, token: null },
      call_id,
      body: JSON.stringify({ text: chatText(need) }),
    });
  }
  if (email) await ports.jobs.enqueue(tx, { kind: 'email_attention', ref: id, run_at: now });
  return true;
}

/** One text that Slack, Mattermost and Teams show as it is: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
const chatText = ({ mode, text, fix, link }: AttentionNeed): string =>
  [`Recado (${mode}): ${text}`, fix, link].filter(Boolean).join('\n');

const SAME_AGAIN_MS = 3_600_000;
