// The operations on the numbers that calls come from.
import { z } from 'zod';
import type { Endpoint } from '../endpoint.ts';
import { OwnNumber } from '../number.ts';
import { KEY } from './operation-parts.ts';

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
} as const satisfies Record<string, Endpoint>;
