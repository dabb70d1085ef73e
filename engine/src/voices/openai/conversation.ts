// What a realtime session says, told to its listener: items in an unbroken order, nothing of what was cut.
import { BYTES_PER_MS } from '../../lib/mu-law.ts';
import type { VoiceListener } from '../../session/voice.ts';
import type { ServerEvent } from './messages.ts';
import { RecentMap, RecentSet } from './recent-items.ts';
import { createShownItems } from './shown-items.ts';

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

/** Returns the follower of one conversation. `lostMs` is how much of the person's audio the model was not sent. */
export function createConversation(listener: VoiceListener, lostMs: () => number): Conversation {
  const shown = createShownItems();
  const agentItems = new RecentMap<AgentItem>();
  const cutItems = new RecentSet();
  const cutResponses = new RecentSet();
  const toolCalls = new RecentSet();

  const isCut = (event: { item_id: string; response_id: string }): boolean =>
    cutItems.has(event.item_id) || cutResponses.has(event.response_id);

  function itemAdded(event: Event<'conversation.item.added' | 'conversation.item.created'>): void {
    const item = shown.add(event.item, event.previous_item_id);
    if (item) listener.itemAdded(item);
  }

  function said(event: Event<'response.output_audio.delta'>): void {
    if (isCut(event)) return;
    const audio = new Uint8Array(Buffer.from(event.delta, 'base64'));
    const item = agentItems.get(event.item_id) ?? { responseId: event.response_id, bytes: 0 };
    item.bytes += audio.length;
    agentItems.set(event.item_id, item);
    listener.said(event.item_id, audio);
  }

  function itemDone({ item, response_id }: Event<'response.output_item.done'>): void {
    const call = toolCallIn(item);
    if (!call || cutResponses.has(response_id) || toolCalls.has(call.id)) return;
    toolCalls.add(call.id);
    listener.toolCalled(call);
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
      if (item) cutResponses.add(item.responseId);
      return {
        receivedMs: Math.floor((item?.bytes ?? 0) / BYTES_PER_MS),
        responseId: item?.responseId,
      };
    },
  };
}

type ToolCall = Parameters<VoiceListener['toolCalled']>[0];

/** The call that an item is; undefined for other items, and for a call that was broken off. */
function toolCallIn(item: Event<'response.output_item.done'>['item']): ToolCall | undefined {
  const { type, status, call_id: id, name } = item;
  if (type !== 'function_call' || status === 'incomplete') return undefined;
  if (id === undefined || name === undefined) return undefined;
  return { id, name, arguments: item.arguments ?? '' };
}
