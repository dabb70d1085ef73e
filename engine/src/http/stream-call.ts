import type { HandlerPorts } from './ports.ts';

const PAGE = 100;
const LOOK_MS = 1_000;
const ALIVE_EVERY_MS = 15_000;

/**
 * Yields the stored events of a call after `after` as server-sent events, then those to come, until call.ended.
 * Format: https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export async function* streamCall(
  callId: string,
  after: number,
  signal: AbortSignal,
  ports: HandlerPorts,
): AsyncGenerator<string> {
  let cursor = after;
  let spokeAt = ports.clock.monotonic();
  while (!signal.aborted) {
    // Asked before the events are read: of an ended call, none can come after an empty page.
    const isEnded = (await ports.calls.find(ports.database, callId))?.status === 'ended';
    const events = await ports.eventsOfCall(ports.database, callId, cursor, PAGE);
    for (const { sequence, type, body } of events) {
      yield `id: ${sequence}\nevent: ${type}\ndata: ${body}\n\n`;
      cursor = sequence;
      spokeAt = ports.clock.monotonic();
      if (type === 'call.ended') return;
    }
    if (events.length > 0) continue;
    // Somebody who resumes after the end would wait for ever.
    if (isEnded) return;
    if (ports.clock.monotonic() - spokeAt > ALIVE_EVERY_MS) {
      yield ': alive\n\n';
      spokeAt = ports.clock.monotonic();
    }
    await ports.followers.wait(callId, LOOK_MS, signal);
  }
}
