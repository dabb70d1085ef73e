// The operations on the numbers that calls come from.
import { z } from 'zod';
import type { Endpoint } from '../endpoint.ts';
import { OwnNumber, UpdateNumber } from '../number.ts';
import { BODY, KEY } from './operation-parts.ts';

export const NUMBER_OPERATIONS = {
  listNumbers: {
    method: 'GET',
    path: '/v1/numbers',
    summary: 'List the numbers that calls can come from',
    description:
      "Without from_number a call comes from the number that the person was called from before, else from one of the person's country, else from the first.",
    tag: 'numbers',
    auth: 'key',
    replies: { 200: z.object({ numbers: z.array(OwnNumber) }).meta({ id: 'NumberList' }) },
    problems: KEY,
  },
  updateNumber: {
    method: 'PATCH',
    path: '/v1/numbers/{phone_number}',
    summary: 'Say what happens when people call a number back',
    description:
      'Calls reach the engine once the voice URL of the number leads to it: `recado init` sets that.',
    tag: 'numbers',
    auth: 'key',
    params: z.object({ phone_number: z.string().regex(/^\+[1-9]\d{6,14}$/) }),
    body: UpdateNumber,
    replies: { 200: OwnNumber },
    problems: [
      ...BODY,
      ...KEY,
      'not_found',
      'invalid_phone_number',
      'country_not_allowed',
      'number_class_blocked',
      'emergency_number_blocked',
      'loop_blocked',
      'recipient_suppressed',
      'test_number_only',
    ],
  },
} as const satisfies Record<string, Endpoint>;
