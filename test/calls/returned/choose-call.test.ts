import { chooseCall } from '../../../engine/src/calls/returned/choose-call.ts';
import { messageFor } from '../../../engine/src/calls/returned/message.ts';
import type { KnownCall } from '../../../engine/src/calls/returned/ports.ts';

const NOW = 1_790_000_000_000;
const DAY_MS = 86_400_000;
const call = (id: string, change: Partial<KnownCall> = {}): KnownCall => ({
  ...{ id, status: 'ended', outcome: 'no_answer', ended_at: NOW - DAY_MS },
  ...change,
});

describe('the call that a person returns', () => {
  it('is the latest that waits, also when a later one is over', () => {
    const known = [
      call('c3'),
      call('c2', { status: 'queued' }),
      call('c1', { status: 'scheduled' }),
    ];
    expect(chooseCall(known, NOW)).toEqual({ kind: 'next_attempt', call_id: 'c2' });
  });

  it('is else the latest that is over, for seven days', () => {
    expect(chooseCall([call('c2'), call('c1')], NOW)).toEqual({ kind: 'new_call', call_id: 'c2' });
    const at = (days: number) => chooseCall([call('c', { ended_at: NOW - days * DAY_MS })], NOW);
    expect(at(7)?.call_id).toBe('c');
    expect(at(7.001)).toBeUndefined();
  });

  it('may be one that is still being read, because the line broke a moment ago', () => {
    const cut = call('c1', { status: 'finalizing', outcome: null, ended_at: null });
    expect(chooseCall([cut], NOW)).toEqual({ kind: 'new_call', call_id: 'c1' });
  });

  it.each(['opted_out', 'wrong_person', 'call_canceled', 'call_blocked'])(
    'is none when the latest was %s',
    (outcome) => {
      expect(chooseCall([call('c2', { outcome }), call('c1')], NOW)).toBeUndefined();
    },
  );

  it('is none while they are being dialed, and for a stranger', () => {
    expect(chooseCall([call('c1', { status: 'ringing' })], NOW)).toBeUndefined();
    expect(chooseCall([], NOW)).toBeUndefined();
  });
});

describe('the one sentence', () => {
  it.each(['en', 'pt-PT', 'pt-BR', 'es', 'fr', 'de', 'it'])(
    'is there in %s, with the name',
    (tag) => {
      const { text, language } = messageFor('Clínica $& Boa', tag);
      expect(language).toBe(tag);
      expect(text).toContain('Clínica $& Boa');
      expect(text).not.toContain('{');
    },
  );

  it('is English where there is no other, and takes no line breaks from a name', () => {
    expect(messageFor('A\n\u200bB', 'ja').text).toContain('from A B.');
  });
});
