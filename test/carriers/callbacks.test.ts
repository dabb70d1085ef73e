import {
  ACCOUNT,
  AUTH_TOKEN,
  BASE,
  CALL,
  MEDIA_TOKEN,
  OTHER_ACCOUNT,
  OTHER_AUTH_TOKEN,
  OTHER_BASE,
  sign,
  startTwilioServer,
  TOKEN,
  type TwilioServer,
} from './twilio-server.ts';

let server: TwilioServer;
beforeEach(async () => {
  server = await startTwilioServer();
});
afterEach(() => server.close());

const HANG_UP = '<?xml version="1.0" encoding="UTF-8"?><Response><Hangup/></Response>';
const FIELDS = { AccountSid: ACCOUNT, CallSid: CALL, From: '+15550100100', To: '+15550100101' };

interface Sent {
  what?: string;
  token?: string;
  query?: string;
  fields?: Record<string, string>;
  /** What goes over the wire in place of the signed fields. */
  body?: string;
  signedUrl?: string;
  authToken?: string;
  headers?: Record<string, string>;
}

/** Posts to the server as Twilio does: signed over the address that Twilio was given. */
async function post(
  sent: Sent = {},
): Promise<{ status: number; type: string | null; text: string }> {
  const path = `/carriers/twilio/${sent.token ?? TOKEN}/${sent.what ?? 'answer'}${sent.query ?? ''}`;
  const fields = { ...FIELDS, ...sent.fields };
  const answer = await fetch(`${server.url}${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': sign(
        sent.signedUrl ?? `${BASE}${path}`,
        fields,
        sent.authToken ?? AUTH_TOKEN,
      ),
      ...sent.headers,
    },
    body: sent.body ?? new URLSearchParams(fields).toString(),
  });
  return {
    status: answer.status,
    type: answer.headers.get('content-type'),
    text: await answer.text(),
  };
}

const nothingTold = (): void => {
  for (const told of [server.told, server.toldOther]) {
    expect([...told.answered, ...told.reported, ...told.detected, ...told.opened]).toEqual([]);
  }
};

describe('an answered call', () => {
  it('is joined to the media socket, with the token as a parameter and nothing in a query', async () => {
    const answer = await post({ query: '?simulate=confirms' });
    expect(answer).toMatchObject({ status: 200, type: 'text/xml; charset=utf-8' });
    expect(answer.text).toBe(
      '<?xml version="1.0" encoding="UTF-8"?><Response>' +
        `<Connect action="${BASE}/carriers/twilio/${TOKEN}/after">` +
        `<Stream url="wss://calls.example/carriers/twilio/media/node_00000000000000000000000000" statusCallback="${BASE}/carriers/twilio/${TOKEN}/stream" statusCallbackMethod="POST">` +
        `<Parameter name="token" value="${MEDIA_TOKEN}"/></Stream></Connect></Response>`,
    );
    expect(server.told.answered).toEqual([[TOKEN, CALL]]);
  });

  it('is hung up after its stream', async () => {
    expect(await post({ what: 'after' })).toMatchObject({ status: 200, text: HANG_UP });
  });

  it('of another account is judged by that account and told to its events only', async () => {
    const path = `/carriers/twilio/${TOKEN}/answer`;
    const own = await post({
      fields: { AccountSid: OTHER_ACCOUNT },
      signedUrl: `${OTHER_BASE}${path}`,
      authToken: OTHER_AUTH_TOKEN,
    });
    expect(own.text).toContain('ws://127.0.0.1:8090/carriers/twilio/media');
    expect(server.told.answered).toEqual([]);
    expect(server.toldOther.answered).toEqual([[TOKEN, CALL]]);
  });
});

describe('a callback that Twilio did not send', () => {
  it('H1: without a signature is refused before its body is read', async () => {
    for (const signature of ['', undefined]) {
      const answer = await fetch(`${server.url}/carriers/twilio/${TOKEN}/status`, {
        method: 'POST',
        // A type and a size that reading the body would refuse with another status.
        headers: {
          'content-type': 'text/csv',
          ...(signature === undefined ? {} : { 'x-twilio-signature': signature }),
        },
        body: 'x'.repeat(100_000),
      });
      expect(answer.status).toBe(403);
    }
    nothingTold();
  });

  it('H1: with a wrong signature is refused', async () => {
    expect((await post({ authToken: 'guess' })).status).toBe(403);
    expect((await post({ headers: { 'x-twilio-signature': 'AAAA' } })).status).toBe(403);
    nothingTold();
  });

  it('H2: signed for another path or for http is refused', async () => {
    expect(
      (await post({ what: 'status', signedUrl: `${BASE}/carriers/twilio/${TOKEN}/answer` })).status,
    ).toBe(403);
    expect(
      (await post({ signedUrl: `http://calls.example/carriers/twilio/${TOKEN}/answer` })).status,
    ).toBe(403);
    expect(
      (await post({ query: '?a=1', signedUrl: `${BASE}/carriers/twilio/${TOKEN}/answer` })).status,
    ).toBe(403);
    nothingTold();
  });

  it('H3: signed for the host that its headers name is refused', async () => {
    const answer = await post({
      signedUrl: `https://evil.example/carriers/twilio/${TOKEN}/answer`,
      headers: { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' },
    });
    expect(answer.status).toBe(403);
    const injected = await server.app.inject({
      method: 'POST',
      url: `/carriers/twilio/${TOKEN}/answer`,
      headers: {
        host: 'evil.example',
        'content-type': 'application/x-www-form-urlencoded',
        'x-twilio-signature': sign(`https://evil.example/carriers/twilio/${TOKEN}/answer`, FIELDS),
      },
      payload: new URLSearchParams(FIELDS).toString(),
    });
    expect(injected.statusCode).toBe(403);
    nothingTold();
  });

  it.each([
    ['an added', 'Extra=1&'],
    ['a repeated', 'To=%2B15550100199&'],
  ])('H4: with %s field is refused', async (_name, more) => {
    expect((await post({ body: more + new URLSearchParams(FIELDS).toString() })).status).toBe(403);
    nothingTold();
  });

  it('H4: with a renamed field is refused', async () => {
    const body = new URLSearchParams(FIELDS).toString().replace('From=', 'Sender=');
    expect((await post({ body })).status).toBe(403);
    nothingTold();
  });

  it("H4: signed over every value of a repeated field passes, in Twilio's order", async () => {
    const path = `/carriers/twilio/${TOKEN}/status`;
    const fields = { ...FIELDS, CallStatus: 'ringing', Tag: ['b', 'a'] };
    const answer = await post({
      what: 'status',
      headers: { 'x-twilio-signature': sign(`${BASE}${path}`, fields) },
      body: `${new URLSearchParams({ ...FIELDS, CallStatus: 'ringing' }).toString()}&Tag=b&Tag=a`,
    });
    expect(answer.status).toBe(200);
  });

  it('H5: from an account that is not ours, or signed by another of ours, is refused', async () => {
    expect((await post({ fields: { AccountSid: `AC${'c'.repeat(32)}` } })).status).toBe(403);
    expect((await post({ authToken: OTHER_AUTH_TOKEN })).status).toBe(403);
    expect((await post({ fields: { AccountSid: OTHER_ACCOUNT } })).status).toBe(403);
    nothingTold();
  });

  it.each(['GET', 'PUT', 'DELETE', 'PATCH'])(
    'H11: by %s is refused as a method',
    async (method) => {
      const answer = await fetch(`${server.url}/carriers/twilio/${TOKEN}/answer`, { method });
      expect(answer.status).toBe(405);
      expect(answer.headers.get('allow')).toBe('POST');
      nothingTold();
    },
  );
});

describe('what the domain does not know', () => {
  it('H6: an unknown attempt is hung up', async () => {
    const answer = await post({ token: 'another-secret-another-secret-another-secret' });
    expect(answer).toMatchObject({ status: 200, text: HANG_UP });
  });

  it('H12: a second call of one attempt is hung up', async () => {
    const second = `CA${'2'.repeat(32)}`;
    expect(await post({ fields: { CallSid: second } })).toMatchObject({
      status: 200,
      text: HANG_UP,
    });
    expect(server.told.answered).toEqual([[TOKEN, second]]);
  });

  it('a signed request that names no call is refused', async () => {
    expect((await post({ fields: { CallSid: 'CA1' } })).status).toBe(400);
    nothingTold();
  });
});

describe('a status callback', () => {
  const status = (fields: Record<string, string>) => post({ what: 'status', fields });

  it('tells the attempt in our words', async () => {
    await status({ CallStatus: 'ringing', SequenceNumber: '1' });
    await status({
      CallStatus: 'failed',
      SequenceNumber: '2',
      SipResponseCode: '404',
      ErrorCode: '13224',
    });
    expect(server.told.reported).toEqual([
      [
        TOKEN,
        {
          carrier_call_id: CALL,
          sequence: 1,
          state: 'ringing',
          end_reason: null,
          code: null,
          sip_code: null,
        },
      ],
      [
        TOKEN,
        {
          carrier_call_id: CALL,
          sequence: 2,
          state: 'ended',
          end_reason: 'invalid_number',
          code: '13224',
          sip_code: 404,
        },
      ],
    ]);
  });

  it('H7: repeated, late and out of order is told as it came, with its place in the order', async () => {
    for (const [CallStatus, SequenceNumber] of [
      ['completed', '3'],
      ['ringing', '1'],
      ['completed', '3'],
    ] as const) {
      expect((await status({ CallStatus, SequenceNumber })).status).toBe(200);
    }
    expect(server.told.reported.map(([, report]) => [report.sequence, report.state])).toEqual([
      [3, 'ended'],
      [1, 'ringing'],
      [3, 'ended'],
    ]);
  });

  it.each(['-1', '999999999', 'NaN', '1e9', ''])(
    'H8: numbers like %p are ignored',
    async (nonsense) => {
      const answer = await status({
        CallStatus: 'completed',
        CallDuration: nonsense,
        SequenceNumber: nonsense,
        SipResponseCode: nonsense,
        ErrorCode: nonsense,
      });
      expect(answer.status).toBe(200);
      expect(server.told.reported).toEqual([
        [
          TOKEN,
          {
            carrier_call_id: CALL,
            sequence: 3,
            state: 'ended',
            end_reason: null,
            code: null,
            sip_code: null,
          },
        ],
      ]);
    },
  );

  it('H8: a form of 65 KiB is refused by size', async () => {
    expect((await status({ CallStatus: 'ringing', Padding: 'x'.repeat(65 * 1024) })).status).toBe(
      413,
    );
    nothingTold();
  });

  it('with an unknown status changes nothing', async () => {
    expect((await status({ CallStatus: 'dancing' })).status).toBe(200);
    nothingTold();
  });

  it('H10: an address of a recording in it goes nowhere', async () => {
    await status({ CallStatus: 'completed', RecordingUrl: 'http://169.254.169.254/x' });
    expect(JSON.stringify(server.told.reported)).not.toContain('169.254');
  });
});

describe('the verdict on who answered', () => {
  it.each([
    ['human', 'human'],
    ['machine_end_beep', 'voicemail'],
    ['machine_end_silence', 'voicemail'],
    ['machine_end_other', 'voicemail'],
    ['fax', 'fax'],
    ['unknown', 'unknown'],
    ['<script>alert(1)</script>', 'unknown'],
    ['constructor', 'unknown'],
  ])('H9: %s is %s', async (AnsweredBy, who) => {
    expect((await post({ what: 'detected', fields: { AnsweredBy } })).status).toBe(200);
    expect(server.told.detected).toEqual([[TOKEN, CALL, who]]);
  });
});

it('an error of the stream is taken and changes nothing', async () => {
  expect(
    (await post({ what: 'stream', fields: { StreamEvent: 'stream-error', StreamError: 'x' } }))
      .status,
  ).toBe(200);
  nothingTold();
});

it('other routes of the server keep their own way of reading bodies', () => {
  expect(server.app.hasContentTypeParser('application/x-www-form-urlencoded')).toBe(false);
  expect(server.app.hasContentTypeParser('application/json')).toBe(true);
});
