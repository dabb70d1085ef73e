import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Webhook } from 'standardwebhooks';
import { verifyWebhook, type WebhookToVerify } from '../../engine/src/client/verify-webhook.ts';

// The published vector of Standard Webhooks' own libraries.
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const AT_SECONDS = 1_614_265_330;
const VECTOR = {
  'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  'webhook-timestamp': String(AT_SECONDS),
  'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};
const EVENT = {
  id: 'evt_1',
  type: 'call.ended',
  created_at: '2026-03-01T10:00:00.000Z',
  mode: 'test',
  simulated: true,
  data: { text: '\u2028 😀 </script>' },
};
const BODY = JSON.stringify(EVENT);

/** What a sender other than the engine, the published package, would send. */
const signed = (body = BODY, secret = SECRET, atSeconds = AT_SECONDS) => ({
  'webhook-id': 'evt_1',
  'webhook-timestamp': String(atSeconds),
  'webhook-signature': new Webhook(secret).sign('evt_1', new Date(atSeconds * 1000), body),
});
const verify = (over: Partial<WebhookToVerify> = {}) =>
  verifyWebhook({ body: BODY, headers: signed(), secret: SECRET, now: AT_SECONDS * 1000, ...over });

describe('verifyWebhook', () => {
  it('accepts the signature of the published vector, whose body is no event of ours', () => {
    const body = '{"test": 2432232314}';
    expect(verify({ body, headers: VECTOR })).toEqual({ ok: false, failure: 'invalid_body' });
    expect(verify({ body: '{"test":2432232314}', headers: VECTOR })).toEqual({
      ok: false,
      failure: 'wrong_signature',
    });
  });

  it('returns the event for text, for bytes, and for headers in any form', () => {
    const accepted = { ok: true, value: EVENT };
    expect(verify()).toEqual(accepted);
    expect(verify({ body: Buffer.from(BODY) })).toEqual(accepted);
    expect(verify({ body: new TextEncoder().encode(BODY) })).toEqual(accepted);
    expect(verify({ headers: new Headers(signed()) })).toEqual(accepted);
    const shouting = Object.fromEntries(
      Object.entries(signed()).map(([name, value]) => [name.toUpperCase(), value]),
    );
    expect(verify({ headers: shouting })).toEqual(accepted);
  });

  it('accepts any of several signatures and any of several secrets', () => {
    const other = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
    const { 'webhook-signature': right, ...rest } = signed();
    const { 'webhook-signature': wrong } = signed(BODY, other);
    expect(
      verify({ headers: { ...rest, 'webhook-signature': `v2,abc ${wrong} ${right}` } }).ok,
    ).toBe(true);
    expect(verify({ secret: [other, SECRET] }).ok).toBe(true);
    expect(verify({ secret: other })).toEqual({ ok: false, failure: 'wrong_signature' });
  });

  it.each([
    ['missing_headers', {}],
    ['missing_headers', { ...signed(), 'webhook-id': undefined }],
    ['missing_headers', { ...signed(), 'webhook-timestamp': '' }],
    ['missing_headers', { ...signed(), 'webhook-signature': [] }],
    ['invalid_timestamp', { ...signed(), 'webhook-timestamp': 'yesterday' }],
    ['invalid_timestamp', { ...signed(), 'webhook-timestamp': '1614265330.5' }],
    ['timestamp_too_old', signed(BODY, SECRET, AT_SECONDS - 301)],
    ['timestamp_too_new', signed(BODY, SECRET, AT_SECONDS + 301)],
    ['wrong_signature', { ...signed(), 'webhook-timestamp': String(AT_SECONDS + 1) }],
    ['wrong_signature', { ...signed(), 'webhook-id': 'evt_2' }],
    [
      'wrong_signature',
      { ...signed(), 'webhook-signature': signed()['webhook-signature'].slice(0, -2) },
    ],
    [
      'wrong_signature',
      { ...signed(), 'webhook-signature': signed()['webhook-signature'].replace('v1,', 'v2,') },
    ],
    ['wrong_signature', { ...signed(), 'webhook-signature': 'v1,' }],
    [
      'wrong_signature',
      { ...signed(), 'webhook-signature': `${'v1,x '.repeat(10)}${signed()['webhook-signature']}` },
    ],
  ])('answers %s for %j', (failure, headers) => {
    expect(verify({ headers })).toEqual({ ok: false, failure });
  });

  it('lets the clocks differ by 300 seconds, or as told', () => {
    for (const shift of [-300, 300])
      expect(verify({ headers: signed(BODY, SECRET, AT_SECONDS + shift) }).ok).toBe(true);
    expect(verify({ now: (AT_SECONDS + 11) * 1000, toleranceSeconds: 10 })).toEqual({
      ok: false,
      failure: 'timestamp_too_old',
    });
    expect(
      verify({ headers: signed(BODY, SECRET, Math.floor(Date.now() / 1000)), now: Date.now() }).ok,
    ).toBe(true);
  });

  it.each(['', 'whsec_', 'whsec_short', 'rk_test_abc'])(
    'a secret such as %j is refused before anything is trusted',
    (secret) => {
      expect(verify({ secret })).toEqual({ ok: false, failure: 'invalid_secret' });
      expect(verify({ secret: [] })).toEqual({ ok: false, failure: 'invalid_secret' });
    },
  );

  it.each(['[]', 'null', '"text"', '{', '{"id":"evt_1"}', ''])(
    'a signed body %j that is no event is refused',
    (body) => {
      const mac = createHmac('sha256', Buffer.from(SECRET.slice(6), 'base64'))
        .update(`evt_1.${AT_SECONDS}.${body}`)
        .digest('base64');
      expect(verify({ body, headers: { ...signed(), 'webhook-signature': `v1,${mac}` } })).toEqual({
        ok: false,
        failure: 'invalid_body',
      });
    },
  );

  it('stands alone: it imports node:crypto, and types', () => {
    const source = readFileSync(
      new URL('../../engine/src/client/verify-webhook.ts', import.meta.url),
      'utf8',
    );
    const imports = source.match(/^import (?!type ).*$/gm);
    expect(imports).toEqual(["import { createHmac, timingSafeEqual } from 'node:crypto';"]);
  });
});
