import { z } from 'zod';

export const OwnPhone = z
  .object({
    id: z.string(),
    phone_number: z.string(),
    verified_at: z.iso
      .datetime()
      .nullable()
      .meta({ description: 'null until the code that was spoken on this phone has been given.' }),
    code_expires_at: z.iso.datetime().nullable(),
    call_id: z.string().nullable().meta({ description: 'The call that speaks the code.' }),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'OwnPhone' });
export type OwnPhone = z.output<typeof OwnPhone>;

export const AddOwnPhone = z
  .strictObject({
    phone_number: z
      .string()
      .max(40)
      .meta({
        title: 'Phone number',
        description: 'A phone of yours. It is called at once and a code of six digits is spoken.',
        examples: ['+351912345678'],
      }),
    country: z
      .string()
      .regex(/^[A-Za-z]{2}$/)
      .optional()
      .meta({ title: 'Country', description: 'For a number without country code, such as PT.' }),
    language: z.string().max(40).optional().meta({
      title: 'Language',
      description: 'The language that the code is spoken in.',
    }),
  })
  .meta({ id: 'AddOwnPhone' });

export const VerifyOwnPhone = z
  .strictObject({
    code: z.string().min(1).max(20).meta({
      title: 'Code',
      description: 'The six digits that were spoken on the phone. Spaces do not matter.',
    }),
  })
  .meta({ id: 'VerifyOwnPhone' });
