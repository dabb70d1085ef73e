// Server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
import type { Event } from '../contract/event.ts';

/** An event of a live stream; give `cursor` as `after` (or `last-event-id`) to go on from there. */
export interface StreamedEvent {
  cursor: string;
  event: Event;
}

const BUFFER_MAX = 4 * 1024 * 1024;

/** Yields the events of a stream as they arrive; comments and unknown fields are skipped. */
export async function* readEvents(
  chunks: AsyncIterable<Uint8Array | string>,
): AsyncGenerator<StreamedEvent> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of chunks) {
    text += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    // A line end may be cut in two by a chunk: its `\r` waits for the next chunk.
    const blocks = text.replaceAll(/\r\n|\r(?!$)/g, '\n').split('\n\n');
    text = blocks.pop() ?? '';
    if (text.length > BUFFER_MAX)
      throw new RangeError('The stream holds an event of more than 4 MiB.');
    for (const block of blocks) {
      const event = readBlock(block);
      if (event) yield event;
    }
  }
}

function readBlock(block: string): StreamedEvent | undefined {
  const data: string[] = [];
  let cursor = '';
  for (const line of block.split('\n')) {
    const [, name, value = ''] = /^([^:]*)(?:: ?(.*))?$/.exec(line) ?? [];
    if (name === 'data') data.push(value);
    if (name === 'id') cursor = value;
  }
  if (data.length === 0) return undefined;
  return { cursor, event: JSON.parse(data.join('\n')) as Event };
}
