import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { newSigningSecret, signedHeaders } from '../../engine/src/events/sign.ts';

// The published vector of Standard Webhooks' own libraries.
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const VECTOR = {
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestamp_seconds: 1_614_265_330,
  body: '{"test": 2432232314}',
  secrets: [SECRET],
};
const OTHER = newSigningSecret();

const nowSeconds = (): number => Math.floor(Date.now() / 1000);
const headers = (over: Partial<typeof VECTOR> = {}) =>
  signedHeaders({ ...VECTOR, timestamp_seconds: nowSeconds(), ...over });

describe('signing', () => {
  it('gives the published signature of the published vector', () => {
    expect(signedHeaders(VECTOR)).toMatchObject({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('gives platforms without raw bytes a hex signature keyed by the whole secret', () => {
    // openssl dgst -sha256 -hmac SECRET, over: 1614265330.{"test": 2432232314}
    expect(signedHeaders(VECTOR)['x-recado-signature']).toBe(
      'v1=2e37df5d4a028c51a7f3133d64ae1e300d2c2c900f1b1d49d4369ad2530f8964',
    );
  });

  it('is accepted by the published standardwebhooks package', () => {
    expect(new Webhook(SECRET).verify(VECTOR.body, headers())).toEqual({ test: 2_432_232_314 });
  });

  it('F6: is accepted for any text, byte for byte', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string({ unit: 'binary' }), (value, text) => {
        const body = JSON.stringify({ value, text, odd: '\u2028\u2029 😀 </script>' });
        expect(new Webhook(SECRET).verify(body, headers({ body }))).toEqual(JSON.parse(body));
      }),
    );
  });

  it.each([
    ['a wrong secret', {}, OTHER, VECTOR.body],
    ['another body', {}, SECRET, '{"test":2432232314}'],
    ['an old timestamp', { timestamp_seconds: nowSeconds() - 301 }, SECRET, VECTOR.body],
    ['a timestamp from the future', { timestamp_seconds: nowSeconds() + 400 }, SECRET, VECTOR.body],
  ])('is refused by the published package with %s', (_name, over, secret, body) => {
    expect(() => new Webhook(secret).verify(body, headers(over))).toThrow();
  });

  it('F5: while a secret is replaced, each of the two verifies', () => {
    const both = headers({ secrets: [OTHER, SECRET] });
    expect(both['webhook-signature']?.split(' ')).toHaveLength(2);
    for (const secret of [SECRET, OTHER])
      expect(new Webhook(secret).verify(VECTOR.body, both)).toBeDefined();
    expect(() => new Webhook(newSigningSecret()).verify(VECTOR.body, both)).toThrow();
  });

  it('new secrets are whsec_ with 32 bytes, and never the same', () => {
    const secrets = Array.from({ length: 50 }, newSigningSecret);
    for (const secret of secrets) {
      expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
      expect(new Webhook(secret).verify(VECTOR.body, headers({ secrets: [secret] }))).toBeDefined();
    }
    expect(new Set(secrets).size).toBe(50);
  });

  it.each([
    [[]],
    [['']],
    [['whsec_']],
    [['whsec_c2hvcnQ=']],
    [['MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw']],
    [[`whsec_${'A'.repeat(100)}`]],
    [['whsec_MfKQ9r8G-YqrTwjUPD8ILPZIo2LaLaSw']],
  ])('refuses to sign with %j', (secrets) => {
    expect(() => headers({ secrets })).toThrow(/secret/);
  });
});
