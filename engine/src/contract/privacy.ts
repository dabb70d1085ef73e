// What people may ask for: everything about them, and that it is gone. And links to recordings.
import { z } from 'zod';
import { Call } from './call.ts';
import { Suppression } from './suppression.ts';

const phoneNumber = z.string().min(1).max(40);

export const EraseRequest = z
  .strictObject({
    phone_number: phoneNumber.meta({
      title: 'Phone number',
      description: 'Whose data; as it was typed in the calls, or with country code.',
    }),
    country: z
      .string()
      .regex(/^[A-Za-z]{2}$/)
      .optional(),
  })
  .meta({ id: 'EraseRequest' });

export const ErasureReceipt = z
  .object({
    id: z.string(),
    erased_at: z.iso.datetime(),
    counts: z.object({
      calls: z.int(),
      attempts: z.int(),
      turns: z.int(),
      answers: z.int(),
      recordings: z.int(),
      events: z.int(),
      deliveries: z.int(),
      suppressions: z.int(),
    }),
  })
  .meta({ id: 'ErasureReceipt' });
export type ErasureReceipt = z.output<typeof ErasureReceipt>;

export const PersonExport = z
  .object({
    phone_number: z.string(),
    exported_at: z.iso.datetime(),
    suppression: Suppression.nullable(),
    calls: z.array(
      z.object({
        call: Call,
        request: z.record(z.string(), z.unknown()).meta({
          description: 'What was asked for, with defaults filled in.',
        }),
        answers: z.array(z.object({ field: z.string(), value: z.unknown(), quote: z.string() })),
      }),
    ),
    next_cursor: z.string().nullable(),
  })
  .meta({ id: 'PersonExport' });

export const ExportQuery = z.strictObject({
  phone_number: phoneNumber,
  country: z
    .string()
    .regex(/^[A-Za-z]{2}$/)
    .optional(),
  cursor: z.string().max(200).optional(),
});

export const LinkRequest = z
  .strictObject({
    expires_in_seconds: z.number().int().min(1).max(86_400).default(900).meta({
      description: 'How long the link works, at most a day.',
    }),
  })
  .meta({ id: 'LinkRequest' });

export const RecordingLink = z
  .object({ url: z.string(), expires_at: z.iso.datetime() })
  .meta({ id: 'RecordingLink', description: 'Whoever has the URL can hear the recording.' });
