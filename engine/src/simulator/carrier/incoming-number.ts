// The account's one number as a resource: https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../../lib/clock.ts';
import { newSid } from './call.ts';
import { errorBody } from './refuse-call.ts';

export interface IncomingNumber {
  addRoutes(app: FastifyInstance): void;
  /** Where a call to this number asks what to do. Throws when nobody set that. */
  voiceUrlOf(phoneNumber: string): string;
}

export function createIncomingNumber(options: {
  accountSid: string;
  fromNumber: string;
  clock: Clock;
}): IncomingNumber {
  const { accountSid, fromNumber, clock } = options;
  const base = `/2010-04-01/Accounts/${accountSid}/IncomingPhoneNumbers`;
  const number = {
    sid: newSid('PN'),
    account_sid: accountSid,
    phone_number: fromNumber,
    friendly_name: fromNumber,
    capabilities: { voice: true, sms: false, mms: false, fax: false },
    voice_url: '',
    voice_method: 'POST',
    status: 'in-use',
    date_created: new Date(clock.now()).toUTCString(),
  };
  const notFound = errorBody({
    status: 404,
    code: 20_404,
    message: 'The requested resource was not found',
  });
  return {
    addRoutes(app) {
      app.get(`${base}.json`, (request, reply) => {
        const query = new URL(request.url, 'http://127.0.0.1').searchParams;
        const wanted = query.get('PhoneNumber')?.replace(/[^\d+]/g, '') ?? '';
        const found = fromNumber.includes(wanted) ? [number] : [];
        return reply.send({ incoming_phone_numbers: found, ...onePage(request.url) });
      });
      app.post<{ Params: { sid: string } }>(`${base}/:sid.json`, (request, reply) => {
        if (request.params.sid !== number.sid) return reply.code(404).send(notFound);
        const fields = request.body instanceof URLSearchParams ? request.body : undefined;
        number.voice_url = fields?.get('VoiceUrl') ?? number.voice_url;
        number.voice_method = fields?.get('VoiceMethod') ?? number.voice_method;
        return reply.send(number);
      });
    },
    voiceUrlOf(phoneNumber) {
      if (phoneNumber !== fromNumber) throw new Error('nobody has this number');
      if (number.voice_url === '') throw new Error('the number has no voice URL');
      return number.voice_url;
    },
  };
}

const onePage = (uri: string): Record<string, unknown> => ({
  ...{ page: 0, page_size: 50, start: 0, end: 0, uri, first_page_uri: uri },
  ...{ next_page_uri: null, previous_page_uri: null },
});
