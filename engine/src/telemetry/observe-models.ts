import type { Network } from '../contract/vocabulary.ts';
import type { Clock } from '../lib/clock.ts';
import type { Meter } from '../lib/meter.ts';
import type { Span, Tracer } from '../lib/tracer.ts';
import type { Reader, Voice, VoiceSession } from '../session/voice.ts';

interface Parts {
  network: Network;
  meter: Meter;
  tracer: Tracer;
  clock: Clock;
}

/** Returns a voice whose sessions are spans, from the request to open one until it is closed. */
export function observeVoice(voice: Voice, { network, meter, tracer, clock }: Parts): Voice {
  return {
    async open(brief, listener) {
      const started = clock.monotonic();
      const span = tracer.start({
        name: 'model session',
        kind: 'client',
        attributes: { 'recado.network': network },
      });
      const opened = await voice.open(brief, {
        ...listener,
        closed(failure) {
          span.fail(failure.kind);
          span.end();
          listener.closed(failure);
        },
      });
      const result = opened.ok ? 'ready' : opened.failure.kind;
      const seconds = (clock.monotonic() - started) / 1_000;
      meter.time('recado_model_open_seconds', seconds, { network, result });
      if (opened.ok) return { ok: true, value: endsWith(opened.value, span) };
      span.fail(result);
      span.end();
      return opened;
    },
  };
}

// Methods may live on a class, so the session is kept and only its close is another.
const endsWith = (session: VoiceSession, span: Span): VoiceSession => ({
  begin: () => session.begin(),
  hear: (audio) => session.hear(audio),
  cut: (itemId, heardMs) => session.cut(itemId, heardMs),
  answerTool: (toolCallId, output, goOn) => session.answerTool(toolCallId, output, goOn),
  say: (instructions) => session.say(instructions),
  close() {
    span.end();
    session.close();
  },
});

/** Returns a reader whose readings are timed and are spans. */
export function observeReader(reader: Reader, { network, meter, tracer, clock }: Parts): Reader {
  return {
    read(request) {
      const started = clock.monotonic();
      const attributes = { 'recado.network': network };
      return tracer.within({ name: 'read result', kind: 'client', attributes }, async (span) => {
        const answer = await reader.read(request);
        const result = answer.ok ? 'read' : answer.failure.kind;
        if (!answer.ok) span.fail(result);
        const seconds = (clock.monotonic() - started) / 1_000;
        meter.time('recado_reading_seconds', seconds, { network, result });
        return answer;
      });
    },
  };
}
