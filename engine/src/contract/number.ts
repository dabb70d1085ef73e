import { z } from 'zod';

export const OwnNumber = z
  .object({
    phone_number: z.string().meta({ description: 'A number that calls can come from.' }),
    kind: z.enum(['owned', 'verified']).meta({
      description:
        'owned: a number of your carrier account. verified: your own number, shown as caller id.',
    }),
    country: z.string().nullable(),
  })
  .meta({ id: 'OwnNumber' });
export type OwnNumber = z.output<typeof OwnNumber>;
