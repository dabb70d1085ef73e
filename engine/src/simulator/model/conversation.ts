// The items of one realtime conversation, in order.
import { newSecret } from '../../lib/id.ts';

/** Sends one event to the client. */
export type Emit = (type: string, fields: Record<string, unknown>) => void;

export interface Item {
  readonly id: string;
  /** The item as clients see it. */
  wire: Record<string, unknown>;
  /** Audio that was sent of it, in bytes of mu-law. */
  audioBytes: number;
}

export interface Conversation {
  readonly id: string;
  /** Id of the last item, null when there is none. */
  lastId(): string | null;
  /** Adds an item at the end and tells the client. */
  add(wire: Record<string, unknown>, id?: string): Item;
  /** Tells the client that an item will not change any more. */
  done(item: Item): void;
  find(id: string): Item | undefined;
  /** True when a function call with this id was made. */
  hasCall(callId: string): boolean;
}

export const wireId = (prefix: string): string => `${prefix}_${newSecret(15)}`;

export function createConversation(emit: Emit): Conversation {
  const items = new Map<string, Item & { previousId: string | null }>();
  let lastId: string | null = null;

  return {
    id: wireId('conv'),
    lastId: () => lastId,
    add(wire, id = wireId('item')) {
      const item = {
        id,
        wire: { id, object: 'realtime.item', ...wire },
        audioBytes: 0,
        previousId: lastId,
      };
      items.set(id, item);
      emit('conversation.item.added', { previous_item_id: lastId, item: item.wire });
      lastId = id;
      return item;
    },
    done(item) {
      emit('conversation.item.done', {
        previous_item_id: items.get(item.id)?.previousId ?? null,
        item: item.wire,
      });
    },
    find: (id) => items.get(id),
    hasCall: (callId) =>
      [...items.values()].some(
        ({ wire }) => wire['type'] === 'function_call' && wire['call_id'] === callId,
      ),
  };
}
