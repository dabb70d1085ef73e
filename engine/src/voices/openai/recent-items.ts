// Memories of a conversation that grow no longer than it needs: the oldest goes when a new one comes.

// Of a call of an hour with an exchange every few seconds; older items are no longer played.
const ITEMS_KEPT = 2_000;

/** A set of ids that forgets the oldest beyond 2,000. */
export class RecentSet extends Set<string> {
  override add(id: string): this {
    super.add(id);
    forgetOldest(this);
    return this;
  }
}

/** A map by id that forgets the oldest beyond 2,000. */
export class RecentMap<V> extends Map<string, V> {
  override set(id: string, value: V): this {
    super.set(id, value);
    forgetOldest(this);
    return this;
  }
}

function forgetOldest(kept: Set<string> | Map<string, unknown>): void {
  if (kept.size > ITEMS_KEPT) kept.delete(kept.keys().next().value as string);
}
