import { createHmac } from 'node:crypto';
import { isMediaPath, MEDIA_PATH, mediaUrl } from '../../engine/src/carriers/twilio/network.ts';
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
  const network = { authToken: '12345', callbackBase: 'https://media.example.com', nodeUrl: null };

  it('is over the wss address, as written in what the carrier was told', () => {
    expect(mediaUrl('https://media.example.com')).toBe(
      'wss://media.example.com/carriers/twilio/media',
    );
    expect(mediaUrl('http://127.0.0.1:8090')).toBe('ws://127.0.0.1:8090/carriers/twilio/media');
    expect(
      isSignedUpgrade(network, { path: MEDIA_PATH, signature: '7sPOuIhQ2Zj4db7BS1zx2d0goPE=' }),
    ).toBe(true);
  });

  it('passes for the name of a node below it, and for the own address of this node', () => {
    const path = `${MEDIA_PATH}/node_${'0'.repeat(26)}`;
    expect(isMediaPath(path)).toBe(true);
    expect(mediaUrl(network.callbackBase, path.split('/').at(-1))).toBe(
      `wss://media.example.com${path}`,
    );
    const signature = twilioHmac('12345', `wss://media.example.com${path}`);
    expect(isSignedUpgrade(network, { path, signature })).toBe(true);
    expect(isSignedUpgrade(network, { path: MEDIA_PATH, signature })).toBe(false);
    const own = { ...network, nodeUrl: 'https://one.example.com' };
    const ofNode = twilioHmac('12345', `wss://one.example.com${MEDIA_PATH}`);
    expect(isSignedUpgrade(own, { path: MEDIA_PATH, signature: ofNode })).toBe(true);
    expect(isSignedUpgrade(network, { path: MEDIA_PATH, signature: ofNode })).toBe(false);
    for (const other of ['/carriers/twilio/media/', '/carriers/twilio/media/x', '/carriers/twilio'])
      expect(isMediaPath(other)).toBe(false);
  });

  it('does not pass for https, for a slash at the end, or with another token', () => {
    for (const url of [
      'https://media.example.com/carriers/twilio/media',
      'wss://media.example.com/carriers/twilio/media/',
    ]) {
      expect(
        isSignedUpgrade(network, { path: MEDIA_PATH, signature: twilioHmac('12345', url) }),
      ).toBe(false);
    }
    expect(
      isSignedUpgrade(network, {
        path: MEDIA_PATH,
        signature: twilioHmac('54321', mediaUrl(network.callbackBase)),
      }),
    ).toBe(false);
  });
});

const twilioHmac = (token: string, url: string): string =>
  createHmac('sha1', token).update(url).digest('base64');
