import fc from 'fast-check';
import {
  createMediaEncoder,
  FRAME_BYTES_MAX,
  parseMediaMessage,
} from '../../engine/src/carriers/twilio/media.ts';
import { createMessageAllowance } from '../../engine/src/carriers/twilio/media-limits.ts';
import { createPendingSockets } from '../../engine/src/carriers/twilio/pending-sockets.ts';
import { ACCOUNT, CALL, MEDIA_TOKEN, mediaMessage, startMessage } from './twilio-server.ts';

describe('messages from Twilio', () => {
  it('are read as the documentation shows them', () => {
    expect(parseMediaMessage('{"event":"connected","protocol":"Call","version":"1.0.0"}')).toEqual({
      event: 'connected',
    });
    expect(parseMediaMessage(startMessage())).toEqual({
      event: 'start',
      accountSid: ACCOUNT,
      callSid: CALL,
      streamSid: 'MZ00000000000000000000000000000001',
      token: MEDIA_TOKEN,
    });
    expect(
      parseMediaMessage(
        '{"event":"dtmf","streamSid":"MZ1","sequenceNumber":"5","dtmf":{"track":"inbound_track","digit":"#"}}',
      ),
    ).toEqual({ event: 'dtmf', digit: '#' });
    expect(
      parseMediaMessage(
        '{"event":"mark","sequenceNumber":"4","streamSid":"MZ1","mark":{"name":"my label"}}',
      ),
    ).toEqual({
      event: 'mark',
      name: 'my label',
    });
    expect(
      parseMediaMessage(
        '{"event":"stop","sequenceNumber":"5","stop":{"accountSid":"AC1","callSid":"CA1"},"streamSid":"MZ1"}',
      ),
    ).toEqual({ event: 'stop' });
  });

  it('audio of any length up to a second comes through byte by byte', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: FRAME_BYTES_MAX }),
        fc.integer({ min: 0, max: 3_600_000 }),
        (bytes, timestampMs) => {
          const message = parseMediaMessage(mediaMessage(bytes, timestampMs));
          expect(message).toMatchObject({ event: 'media', timestampMs });
          expect(message?.event === 'media' && Buffer.compare(message.frame, bytes)).toBe(0);
        },
      ),
    );
  });

  const media = (part: object): string =>
    JSON.stringify({
      event: 'media',
      media: { track: 'inbound', timestamp: '5', payload: 'AAAA', ...part },
    });

  it.each([
    ['broken JSON', '{"event":"media"'],
    ['no object', '"media"'],
    ['null', 'null'],
    ['an unknown event', '{"event":"dance"}'],
    ['no event', '{}'],
    ['audio without a body', '{"event":"media"}'],
    ['audio with null for a body', '{"event":"media","media":null}'],
    ['base64 of bad letters', media({ payload: '****' })],
    ['base64 of a bad length', media({ payload: 'AAA' })],
    ['no audio at all', media({ payload: '' })],
    [
      'ten seconds of audio in one message',
      media({ payload: Buffer.alloc(80_000).toString('base64') }),
    ],
    [
      'one byte more than a second',
      media({ payload: Buffer.alloc(FRAME_BYTES_MAX + 1).toString('base64') }),
    ],
    ['our own voice', media({ track: 'outbound' })],
    ['a negative time', media({ timestamp: '-5' })],
    ['a time that is no number', media({ timestamp: 'NaN' })],
    ['a key that no phone has', '{"event":"dtmf","dtmf":{"digit":"<"}}'],
    ['a mark without a name', '{"event":"mark","mark":{"name":""}}'],
    ['a start for another encoding', startMessage().replace('audio/x-mulaw', 'audio/l16')],
    ['a start without a token', startMessage({ token: '' })],
    ['a start for something that is no call', startMessage({ callSid: 'CA1' })],
  ])('I8: %s is no message', (_name, text) => expect(parseMediaMessage(text)).toBeUndefined());

  it('I8: no text makes the reader throw', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        parseMediaMessage(text);
      }),
    );
  });
});

describe('messages to Twilio', () => {
  const payloadOf = (message: string): Buffer => {
    const parsed = JSON.parse(message) as {
      event: string;
      streamSid: string;
      media: { payload: string };
    };
    expect(parsed).toMatchObject({ event: 'media', streamSid: 'MZ1' });
    return Buffer.from(parsed.media.payload, 'base64');
  };

  it('carry all audio in order, in whole frames of 20 ms until it is flushed', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 700 }), { maxLength: 20 }), (pieces) => {
        const encoder = createMediaEncoder('MZ1');
        const sent = pieces.flatMap((piece) => encoder.media(piece) ?? []).map(payloadOf);
        for (const payload of sent) expect(payload.length % 160).toBe(0);
        const rest = encoder.flush();
        if (rest !== undefined) {
          expect(payloadOf(rest).length).toBeLessThan(160);
          sent.push(payloadOf(rest));
        }
        expect(Buffer.concat(sent).equals(Buffer.concat(pieces))).toBe(true);
        expect(encoder.flush()).toBeUndefined();
      }),
    );
  });

  it('a clear also forgets what was kept back', () => {
    const encoder = createMediaEncoder('MZ1');
    encoder.media(new Uint8Array(100));
    expect(JSON.parse(encoder.clear())).toEqual({ event: 'clear', streamSid: 'MZ1' });
    expect(encoder.flush()).toBeUndefined();
    expect(JSON.parse(encoder.mark('m1'))).toEqual({
      event: 'mark',
      streamSid: 'MZ1',
      mark: { name: 'm1' },
    });
  });

  it('what was kept back is safe when the caller uses its buffer again', () => {
    const encoder = createMediaEncoder('MZ1');
    const buffer = new Uint8Array(10).fill(7);
    encoder.media(buffer);
    buffer.fill(9);
    expect(payloadOf(encoder.flush() ?? '')).toEqual(Buffer.alloc(10, 7));
  });
});

describe('I10: sockets that wait', () => {
  it('never more than 32, nor more than 8 from one address', () => {
    const pending = createPendingSockets({ total: 32, perAddress: 8 });
    const admitted = (address: string): number =>
      Array.from({ length: 500 }, () => pending.admit(address)).filter(
        (place) => place !== undefined,
      ).length;
    expect(admitted('198.51.100.1')).toBe(8);
    expect(admitted('198.51.100.2')).toBe(8);
    expect(admitted('127.0.0.1')).toBe(16);
    expect(admitted('198.51.100.3')).toBe(0);
  });

  it('give their place back once', () => {
    const pending = createPendingSockets({ total: 2, perAddress: 1 });
    const first = pending.admit('198.51.100.1');
    pending.admit('198.51.100.2');
    expect(pending.admit('198.51.100.3')).toBeUndefined();
    first?.release();
    first?.release();
    expect(pending.admit('198.51.100.1')).toBeDefined();
    expect(pending.admit('198.51.100.3')).toBeUndefined();
  });
});

it('I9: 200 messages a second pass for ever, 5,000 a second do not pass for half a second', () => {
  let now = 0;
  const steady = createMessageAllowance({ monotonic: () => now });
  for (let i = 0; i < 20_000; i++) {
    now += 5;
    expect(steady()).toBe(true);
  }
  const flood = createMessageAllowance({ monotonic: () => now });
  const passed = Array.from({ length: 2_500 }, () => {
    now += 0.2;
    return flood();
  });
  expect(passed.at(-1)).toBe(false);
});
