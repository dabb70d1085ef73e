// Which items of a conversation are shown, in an unbroken order: the model's own, such as tool calls, are left out.
import { RecentMap, RecentSet } from './recent-items.ts';

export interface ShownItem {
  id: string;
  /** The shown item before it. */
  previousId: string | undefined;
  speaker: 'agent' | 'recipient';
}

export interface ShownItems {
  /** Returns the item as it is shown, once; undefined when it is not, or was already. */
  add(item: ItemOnWire, previousItemId: string | null | undefined): ShownItem | undefined;
}

interface ItemOnWire {
  id: string;
  type: string;
  role?: string | undefined;
}

export function createShownItems(): ShownItems {
  const shown = new RecentSet();
  /** Items that are not shown -> the one before them that is. */
  const hidden = new RecentMap<string | undefined>();

  return {
    add(item, previousItemId) {
      if (shown.has(item.id) || hidden.has(item.id)) return undefined;
      const before = previousItemId ?? undefined;
      const previousId = before !== undefined && hidden.has(before) ? hidden.get(before) : before;
      const speaker = speakerOf(item);
      if (!speaker) {
        hidden.set(item.id, previousId);
        return undefined;
      }
      shown.add(item.id);
      return { id: item.id, previousId, speaker };
    },
  };
}

function speakerOf({ type, role }: ItemOnWire): 'agent' | 'recipient' | undefined {
  if (type !== 'message') return undefined;
  if (role === 'assistant') return 'agent';
  return role === 'user' ? 'recipient' : undefined;
}
