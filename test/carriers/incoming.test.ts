// A call to one of our numbers, as Twilio asks about it over HTTP.
import { incomingTwiml } from '../../engine/src/carriers/twilio/incoming.ts';
import {
  ACCOUNT,
  BASE,
  CALL,
  OTHER_ACCOUNT,
  sign,
  startTwilioServer,
  type TwilioServer,
} from './twilio-server.ts';

let server: TwilioServer;
beforeEach(async () => {
  server = await startTwilioServer();
});
afterEach(() => server.close());

const PATH = '/carriers/twilio/incoming';
const FIELDS = { AccountSid: ACCOUNT, CallSid: CALL, From: '+12025550100', To: '+12015550123' };

async function post(
  fields: Record<string, string> = FIELDS,
  signature = sign(`${BASE}${PATH}`, fields),
): Promise<{ status: number; text: string }> {
  const answer = await fetch(`${server.url}${PATH}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': signature,
    },
    body: new URLSearchParams(fields).toString(),
  });
  return { status: answer.status, text: await answer.text() };
}

it('is told with caller and number, and answered by what the engine says', async () => {
  const answer = await post();
  expect(answer.status).toBe(200);
  expect(answer.text).toBe(
    '<?xml version="1.0" encoding="UTF-8"?><Response><Say language="en-US">Please write to us.</Say><Hangup/></Response>',
  );
  expect(server.told.incoming).toEqual([
    { carrier_call_id: CALL, caller: FIELDS.From, called: FIELDS.To },
  ]);
});

it.each(['', 'anonymous', '+266696687;x=1', '<script>'])(
  'H9: a caller id such as %j is no number, and counts as hidden',
  async (From) => {
    await post({ ...FIELDS, From });
    expect(server.told.incoming).toEqual([
      { carrier_call_id: CALL, caller: null, called: FIELDS.To },
    ]);
  },
);

it('H1: without a right signature is refused', async () => {
  for (const signature of ['', 'AAAA', sign(`${BASE}${PATH}`, FIELDS, 'guess')])
    expect((await post(FIELDS, signature)).status).toBe(403);
  expect(server.told.incoming).toEqual([]);
});

it('H2: signed for another path is refused', async () => {
  expect((await post(FIELDS, sign(`${BASE}${PATH}/`, FIELDS))).status).toBe(403);
  expect(server.told.incoming).toEqual([]);
});

it('H5: signed with our token but naming another account is refused', async () => {
  expect((await post({ ...FIELDS, AccountSid: OTHER_ACCOUNT })).status).toBe(403);
  expect(server.told.incoming).toEqual([]);
});

it('H11: GET is not taken', async () => {
  expect((await fetch(`${server.url}${PATH}`)).status).toBe(405);
});

it.each([
  { ...FIELDS, CallSid: 'CA1' },
  { ...FIELDS, To: 'sip:someone@example.com' },
])('without a call or a number of ours in it is refused', async (fields) => {
  expect((await post(fields)).status).toBe(400);
  expect(server.told.incoming).toEqual([]);
});

it('is forwarded with our own number as caller id, and with an end', () => {
  const answer = { kind: 'forward', phone_number: '+351210000000', caller_id: FIELDS.To } as const;
  expect(incomingTwiml(answer, BASE)).toContain(
    `<Dial callerId="${FIELDS.To}" timeout="30" timeLimit="1800">+351210000000</Dial><Hangup/>`,
  );
});

it('cannot be given other verbs by the name of the organisation', () => {
  const text = 'from </Say><Dial>+19005550100</Dial>';
  const twiml = incomingTwiml({ kind: 'message', text, language: 'pt-PT' }, BASE);
  expect(twiml).toContain('&lt;/Say&gt;&lt;Dial&gt;');
  expect(twiml).not.toContain('<Dial>');
});
