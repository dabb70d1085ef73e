/**
 * Yields `first`, then what `source` yields, and ends quietly when `signal` aborts, even while `source` is waiting.
 * `source` is told by its own `return`.
 */
export async function* untilAborted<T>(
  source: AsyncIterable<T>,
  signal: AbortSignal,
  first?: T,
): AsyncGenerator<T> {
  const items = source[Symbol.asyncIterator]();
  try {
    if (first !== undefined) yield first;
    while (!signal.aborted) {
      const item = await nextOrAbort(items, signal);
      if (!item || item.done) return;
      yield item.value;
    }
  } finally {
    // Not awaited: a generator that waits for something answers only after that has come.
    items.return?.().catch(() => undefined);
  }
}

function nextOrAbort<T>(
  items: AsyncIterator<T>,
  signal: AbortSignal,
): Promise<IteratorResult<T> | undefined> {
  return new Promise((resolve, reject) => {
    const stop = (): void => resolve(undefined);
    signal.addEventListener('abort', stop, { once: true });
    items
      .next()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', stop));
  });
}
