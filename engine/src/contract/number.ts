import { z } from 'zod';
import { ON_RETURNED_CALL } from './vocabulary.ts';

const onReturnedCall = z.enum(ON_RETURNED_CALL).meta({
  title: 'When people call back',
  description:
    'continue: the agent goes on with the call of that person. forward: your own number rings. message: one sentence says who called.',
});
const forwardTo = z.string().meta({
  description:
    'Your own number that calls are forwarded to, with + and country code; needed for forward.',
  examples: ['+351210000000'],
});

export const OwnNumber = z
  .object({
    phone_number: z.string().meta({ description: 'A number that calls can come from.' }),
    kind: z.enum(['owned', 'verified']).meta({
      description:
        'owned: a number of your carrier account. verified: your own number, shown as caller id.',
    }),
    country: z.string().nullable(),
    on_returned_call: onReturnedCall,
    forward_to: forwardTo.nullable(),
  })
  .meta({ id: 'OwnNumber' });
export type OwnNumber = z.output<typeof OwnNumber>;

export const UpdateNumber = z
  .strictObject({
    on_returned_call: onReturnedCall.optional(),
    forward_to: forwardTo.max(50).nullable().optional(),
  })
  .meta({ id: 'UpdateNumber' });
export type UpdateNumber = z.output<typeof UpdateNumber>;
