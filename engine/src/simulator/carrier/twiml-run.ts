// Asks the engine what to do with an answered call, and does it.
import { BYTES_PER_MS } from '../../lib/mu-law.ts';
import { answeredByAtOnce } from './answered-by.ts';
import { newSid } from './call.ts';
import type { LiveCall } from './live-call.ts';
import { openMediaStream } from './media-stream.ts';
import { parseTwiml, type StreamNoun, type Verb } from './twiml.ts';

/** What comes after a verb: the next one, another document, or nothing because the call ended. */
type Next =
  | { kind: 'next' }
  | { kind: 'document'; url: string; fields: Record<string, string> }
  | { kind: 'end' };

const NEXT: Next = { kind: 'next' };
const DOCUMENTS_MAX = 20;
const BEEP = new Uint8Array(300 * BYTES_PER_MS).map((_, i) => (i % 8 < 4 ? 0x9f : 0x1f));

/** Resolves when the document ended, the engine hung up or the call is over. `pickUp` is told of the first document. */
export async function runTwiml(
  live: LiveCall,
  pickUp: () => void = () => undefined,
): Promise<void> {
  const verdict = answeredByAtOnce(live);
  if (verdict !== undefined) live.answeredBy(verdict);
  let extra: Record<string, string> = verdict === undefined ? {} : { AnsweredBy: verdict };
  let document = await firstDocument(live, extra);
  if (document !== undefined && !live.over.aborted) pickUp();
  for (let count = 0; document !== undefined && count < DOCUMENTS_MAX; count++) {
    const next = await runVerbs(live, document);
    if (next.kind !== 'document' || live.over.aborted) return;
    extra = next.fields;
    document = await fetchDocument(live, next.url, extra);
  }
}

async function firstDocument(
  live: LiveCall,
  extra: Record<string, string>,
): Promise<string | undefined> {
  const url = live.fields.get('Url');
  if (url === null) return live.fields.get('Twiml') ?? undefined;
  const document = await fetchDocument(live, url, extra, live.fields.get('Method') ?? 'POST');
  const fallback = live.fields.get('FallbackUrl');
  if (document !== undefined || fallback === null) return document;
  return fetchDocument(live, fallback, extra, live.fields.get('FallbackMethod') ?? 'POST');
}

async function fetchDocument(
  live: LiveCall,
  url: string,
  extra: Record<string, string>,
  method = 'POST',
): Promise<string | undefined> {
  live.note('twiml_request');
  const document = await live.webhooks.send(url, { ...live.standardFields(), ...extra }, method);
  if (document === undefined) live.note('twiml_failed', '11200');
  return document;
}

async function runVerbs(live: LiveCall, document: string): Promise<Next> {
  const parsed = parseTwiml(document);
  if (!parsed.ok) {
    live.note('twiml_failed', String(parsed.failure.code));
    return { kind: 'end' };
  }
  for (const verb of parsed.value) {
    if (live.over.aborted) return { kind: 'end' };
    live.note('verb', verb.verb);
    const next = await runVerb(live, verb);
    if (next.kind !== 'next') return next;
  }
  return { kind: 'end' };
}

async function runVerb(live: LiveCall, verb: Verb): Promise<Next> {
  switch (verb.verb) {
    case 'connect_stream':
      await connectStream(live, verb.stream);
      return verb.action === undefined
        ? NEXT
        : { kind: 'document', url: absolute(live, verb.action), fields: {} };
    case 'say':
      await play(
        live,
        await live.speaker.say(verb.text, { voice: 'awb', language: verb.language }),
      );
      return NEXT;
    case 'play':
      await play(live, BEEP);
      return NEXT;
    case 'pause':
      await live.clock.sleep(verb.seconds * 1000, live.over);
      return NEXT;
    case 'redirect':
      return { kind: 'document', url: absolute(live, verb.url), fields: {} };
    case 'reject':
      live.end(verb.busy ? 'busy' : 'no-answer', verb.busy ? 486 : 603);
      return { kind: 'end' };
    case 'hangup':
      return { kind: 'end' };
    case 'unsupported':
      live.log.warn({ verb: verb.name }, 'the simulated carrier does not know a TwiML verb');
      return NEXT;
  }
}

const absolute = (live: LiveCall, url: string): string =>
  new URL(url, live.fields.get('Url') ?? undefined).toString();

function play(live: LiveCall, audio: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    live.over.addEventListener('abort', () => resolve(), { once: true });
    live.phone.playout.add(audio);
    live.phone.playout.mark(() => resolve());
  });
}

async function connectStream(live: LiveCall, noun: StreamNoun): Promise<void> {
  const { clock, accountSid, call, phone, webhooks, note } = live;
  const streamSid = newSid('MZ');
  const report = (event: string, error?: string): void => {
    if (noun.statusCallback === undefined) return;
    const Timestamp = new Date(clock.now()).toISOString();
    const fields = {
      AccountSid: accountSid,
      CallSid: call.sid,
      StreamSid: streamSid,
      StreamName: noun.name,
      Timestamp,
    };
    const outcome = { StreamEvent: event, ...(error === undefined ? {} : { StreamError: error }) };
    void webhooks.send(absolute(live, noun.statusCallback), { ...fields, ...outcome });
  };
  const stream = openMediaStream({
    clock,
    accountSid,
    callSid: call.sid,
    streamSid,
    noun,
    signature: webhooks.sign(noun.url),
    phone,
    dropAfterMs: live.faults.carrier.dropMediaAfterMs,
    note(event, detail) {
      note(event, detail);
      if (event === 'stream_started') report('stream-started');
    },
    marked: live.marked,
    cleared: live.cleared,
  });
  live.over.addEventListener('abort', stream.stop, { once: true });
  if (live.over.aborted) stream.stop();
  const { error } = await stream.ended;
  live.over.removeEventListener('abort', stream.stop);
  report(
    error === undefined ? 'stream-stopped' : 'stream-error',
    error === undefined ? undefined : String(error),
  );
}
