import { createHmac } from 'node:crypto';
import { mediaUrl } from '../../engine/src/carriers/twilio/network.ts';
import { isSignedUpgrade, isSignedWebhook } from '../../engine/src/carriers/twilio/signature.ts';

// The worked example of Twilio's documentation and of the tests of its package.
const FIELDS = {
  CallSid: 'CA1234567890ABCDE',
  Caller: '+14158675309',
  Digits: '1234',
  From: '+14158675309',
  To: '+18005551212',
};
const PATH = '/myapp.php?foo=1&bar=2';

const judge = (
  callbackBase: string,
  signature: string,
  path = PATH,
  fields: Record<string, string | string[]> = FIELDS,
) => isSignedWebhook({ authToken: '12345', callbackBase }, { path, signature, fields });

describe('the signature of a webhook', () => {
  it('agrees with the published vectors', () => {
    expect(judge('https://mycompany.com', 'RSOYDt4T1cUTdK1PDd93/VVr8B8=')).toBe(true);
    expect(judge('https://mycompany.com:443', 'kvajT1Ptam85bY51eRf/AJRuM3w=')).toBe(true);
    expect(judge('http://mycompany.com:1234', 'Zmvh+3yNM1Phv2jhDCwEM3q5ebU=')).toBe(true);
  });

  it.each([
    ['H1: an empty signature', 'https://mycompany.com', '', PATH, FIELDS],
    [
      'H2: another path',
      'https://mycompany.com',
      'RSOYDt4T1cUTdK1PDd93/VVr8B8=',
      '/other.php?foo=1&bar=2',
      FIELDS,
    ],
    ['H2: another scheme', 'http://mycompany.com', 'RSOYDt4T1cUTdK1PDd93/VVr8B8=', PATH, FIELDS],
    ['H3: another host', 'https://other.example', 'RSOYDt4T1cUTdK1PDd93/VVr8B8=', PATH, FIELDS],
    [
      'H4: one more field',
      'https://mycompany.com',
      'RSOYDt4T1cUTdK1PDd93/VVr8B8=',
      PATH,
      { ...FIELDS, X: '1' },
    ],
    [
      'H4: a field given twice',
      'https://mycompany.com',
      'RSOYDt4T1cUTdK1PDd93/VVr8B8=',
      PATH,
      { ...FIELDS, To: ['a', 'b'] },
    ],
    [
      'an address that is none',
      'https://mycompany.com',
      'RSOYDt4T1cUTdK1PDd93/VVr8B8=',
      ':99999999/',
      FIELDS,
    ],
  ])('%s does not pass', (_name, base, signature, path, fields) => {
    expect(judge(base, signature, path, fields)).toBe(false);
  });
});

describe('the signature of the media upgrade', () => {
  const network = { authToken: '12345', callbackBase: 'https://media.example.com' };

  it('is over the wss address, as written in what the carrier was told', () => {
    expect(mediaUrl('https://media.example.com')).toBe(
      'wss://media.example.com/carriers/twilio/media',
    );
    expect(mediaUrl('http://127.0.0.1:8090')).toBe('ws://127.0.0.1:8090/carriers/twilio/media');
    expect(isSignedUpgrade(network, '7sPOuIhQ2Zj4db7BS1zx2d0goPE=')).toBe(true);
  });

  it('does not pass for https, for a slash at the end, or with another token', () => {
    for (const url of [
      'https://media.example.com/carriers/twilio/media',
      'wss://media.example.com/carriers/twilio/media/',
    ]) {
      expect(isSignedUpgrade(network, twilioHmac('12345', url))).toBe(false);
    }
    expect(isSignedUpgrade(network, twilioHmac('54321', mediaUrl(network.callbackBase)))).toBe(
      false,
    );
  });
});

const twilioHmac = (token: string, url: string): string =>
  createHmac('sha1', token).update(url).digest('base64');
