// What a realtime session says, told to its listener: items in an unbroken order, nothing of what was cut.
import { BYTES_PER_MS } from '../../lib/mu-law.ts';
import type { VoiceListener } from '../../session/voice.ts';
import type { ServerEvent } from './messages.ts';

export interface Conversation {
  heed(event: ServerEvent): void;
  /** Drops what still comes of an item and of its response; returns what was received of it. */
  cut(itemId: string): { receivedMs: number; responseId: string | undefined };
}

type Event<T extends ServerEvent['type']> = Extract<ServerEvent, { type: T }>;
interface AgentItem {
  responseId: string;
  bytes: number;
}

// Of a call of an hour with an exchange every few seconds; older items are no longer played.
const ITEMS_KEPT = 2_000;

/** Returns the follower of one conversation. `lostMs` is how much of the person's audio the model was not sent. */
export function createConversation(listener: VoiceListener, lostMs: () => number): Conversation {
  const shown = new Set<string>();
  /** Items that the listener is not told of -> the one before them that it is. */
  const hidden = new Map<string, string | undefined>();
  const agentItems = new Map<string, AgentItem>();
  const cutItems = new Set<string>();
  const cutResponses = new Set<string>();
  const toolCalls = new Set<string>();

  const isCut = (event: { item_id: string; response_id: string }): boolean =>
    cutItems.has(event.item_id) || cutResponses.has(event.response_id);

  function itemAdded({
    item,
    previous_item_id,
  }: Event<'conversation.item.added' | 'conversation.item.created'>): void {
    if (shown.has(item.id) || hidden.has(item.id)) return;
    const before = previous_item_id ?? undefined;
    const previousId = before !== undefined && hidden.has(before) ? hidden.get(before) : before;
    const speaker = speakerOf(item);
    if (!speaker) return remember(hidden, item.id, previousId);
    shown.add(item.id);
    trim(shown);
    listener.itemAdded({ id: item.id, previousId, speaker });
  }

  function said(event: Event<'response.output_audio.delta'>): void {
    if (isCut(event)) return;
    const audio = new Uint8Array(Buffer.from(event.delta, 'base64'));
    const item = agentItems.get(event.item_id) ?? { responseId: event.response_id, bytes: 0 };
    item.bytes += audio.length;
    remember(agentItems, event.item_id, item);
    listener.said(event.item_id, audio);
  }

  function itemDone({ item, response_id }: Event<'response.output_item.done'>): void {
    const { call_id: id, name } = item;
    const isWhole =
      item.type === 'function_call' &&
      item.status !== 'incomplete' &&
      !cutResponses.has(response_id);
    if (!isWhole || id === undefined || name === undefined || toolCalls.has(id)) return;
    toolCalls.add(id);
    trim(toolCalls);
    listener.toolCalled({ id, name, arguments: item.arguments ?? '' });
  }

  function heed(event: ServerEvent): void {
    switch (event.type) {
      case 'response.output_audio.delta':
        return said(event);
      case 'response.output_audio_transcript.delta':
        return isCut(event) ? undefined : listener.saidText(event.item_id, event.delta);
      case 'response.output_audio_transcript.done':
        return isCut(event) ? undefined : listener.saidAll(event.item_id, event.transcript);
      case 'conversation.item.added':
      case 'conversation.item.created':
        return itemAdded(event);
      case 'input_audio_buffer.speech_started':
        return listener.speechStarted(event.item_id, event.audio_start_ms + lostMs());
      case 'input_audio_buffer.speech_stopped':
        return listener.speechStopped(event.item_id, event.audio_end_ms + lostMs());
      case 'conversation.item.input_audio_transcription.completed':
        return listener.heardText(event.item_id, event.transcript.trim() || undefined);
      case 'conversation.item.input_audio_transcription.failed':
        return listener.heardText(event.item_id, undefined);
      case 'response.output_item.done':
        return itemDone(event);
      case 'response.done':
        return listener.responded({
          input_tokens: event.response.usage?.input_tokens ?? 0,
          output_tokens: event.response.usage?.output_tokens ?? 0,
        });
      default:
        return undefined;
    }
  }

  return {
    heed,
    cut(itemId) {
      const item = agentItems.get(itemId);
      cutItems.add(itemId);
      trim(cutItems);
      if (item) cutResponses.add(item.responseId);
      trim(cutResponses);
      return {
        receivedMs: Math.floor((item?.bytes ?? 0) / BYTES_PER_MS),
        responseId: item?.responseId,
      };
    },
  };
}

function speakerOf(item: {
  type: string;
  role?: string | undefined;
}): 'agent' | 'recipient' | undefined {
  if (item.type !== 'message') return undefined;
  if (item.role === 'assistant') return 'agent';
  return item.role === 'user' ? 'recipient' : undefined;
}

function remember<V>(map: Map<string, V>, key: string, value: V): void {
  map.set(key, value);
  trim(map);
}

function trim(kept: Set<string> | Map<string, unknown>): void {
  if (kept.size > ITEMS_KEPT) kept.delete(kept.keys().next().value as string);
}
