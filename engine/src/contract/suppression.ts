// Numbers that must not be called.
import { z } from 'zod';

export const SUPPRESSION_REASONS = ['opted_out', 'requested', 'imported', 'other'] as const;
export type SuppressionReason = (typeof SUPPRESSION_REASONS)[number];

export const Suppression = z
  .object({
    id: z.string(),
    phone_number: z.string().nullable().meta({
      description: 'E.164. Null once the person was erased: only a keyed hash is left.',
    }),
    reason: z.enum(SUPPRESSION_REASONS),
    source: z.string().meta({ description: 'Where it came from: `call`, `api`, `import` …' }),
    note: z.string().nullable(),
    call_id: z.string().nullable().meta({ description: 'The call in which the person said so.' }),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'Suppression' });
export type Suppression = z.output<typeof Suppression>;

const note = z
  .string()
  .max(500)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: because those are what is refused
  .regex(/^[^\u0000-\u001f\u007f]*$/, 'One line without control characters.');

export const AddSuppression = z
  .strictObject({
    phone_number: z.string().min(1).max(40).meta({
      title: 'Phone number',
      description: 'With country code, for example +351 912 345 678.',
    }),
    country: z
      .string()
      .regex(/^[A-Za-z]{2}$/)
      .optional()
      .meta({ title: 'Country', description: 'Of a number without country code, such as PT.' }),
    reason: z.enum(SUPPRESSION_REASONS).default('requested').meta({ title: 'Reason' }),
    note: note.optional().meta({ title: 'Note' }),
  })
  .meta({ id: 'AddSuppression' });
export type AddSuppression = z.output<typeof AddSuppression>;

export const SuppressionCheck = z
  .object({
    phone_number: z.string(),
    suppressed: z.boolean(),
    suppression: Suppression.nullable(),
  })
  .meta({ id: 'SuppressionCheck' });

export const SuppressionPage = z
  .object({
    suppressions: z.array(Suppression),
    next_cursor: z
      .string()
      .nullable()
      .meta({ description: 'Give it as `cursor` to get the next page.' }),
  })
  .meta({ id: 'SuppressionPage' });

export const SuppressionImport = z
  .object({
    rows: z.int().meta({ description: 'Rows read, without the header.' }),
    added: z.int(),
    known: z.int().meta({ description: 'Rows whose number was on the list already.' }),
    refused: z.int(),
    errors: z
      .array(z.object({ line: z.int(), code: z.string(), detail: z.string() }))
      .meta({ description: 'One per refused row, with its line in the file; at most 1,000.' }),
  })
  .meta({ id: 'SuppressionImport' });
export type SuppressionImport = z.output<typeof SuppressionImport>;
