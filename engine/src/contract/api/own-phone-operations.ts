// The operations on the operator's own phones, which may be called at any hour and as often as they like.
import { z } from 'zod';
import type { Endpoint } from '../endpoint.ts';
import { AddOwnPhone, OwnPhone, VerifyOwnPhone } from '../own-phone.ts';
import { BODY, id, KEY, PLACING } from './operation-parts.ts';

const Params = z.strictObject({ id: id('phn') });

export const OWN_PHONE_OPERATIONS = {
  addOwnPhone: {
    method: 'POST',
    path: '/v1/own_phones',
    summary: 'Add a phone of your own',
    description:
      'Up to five. The phone rings and a code is spoken; once you give it back the phone is exempt from the rules on hours, frequency and duplicates.',
    tag: 'numbers',
    auth: 'key',
    body: AddOwnPhone,
    replies: { 201: OwnPhone },
    problems: [...new Set([...PLACING, 'too_many_own_phones' as const])],
  },
  listOwnPhones: {
    method: 'GET',
    path: '/v1/own_phones',
    summary: 'List your own phones',
    tag: 'numbers',
    auth: 'key',
    replies: { 200: z.object({ own_phones: z.array(OwnPhone) }).meta({ id: 'OwnPhoneList' }) },
    problems: KEY,
  },
  verifyOwnPhone: {
    method: 'POST',
    path: '/v1/own_phones/{id}/verify',
    summary: 'Give the code that was spoken on a phone of yours',
    description: 'Five tries within fifteen minutes.',
    tag: 'numbers',
    auth: 'key',
    params: Params,
    body: VerifyOwnPhone,
    replies: { 200: OwnPhone },
    problems: [...BODY, ...KEY, 'not_found', 'code_not_valid'],
  },
  removeOwnPhone: {
    method: 'DELETE',
    path: '/v1/own_phones/{id}',
    summary: 'Remove a phone of your own',
    tag: 'numbers',
    auth: 'key',
    params: Params,
    replies: { 204: null },
    problems: [...KEY, 'not_found'],
  },
} as const satisfies Record<string, Endpoint>;
