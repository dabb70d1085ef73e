// A list of fields that any form can be made from: what a call by an agent takes, and what its result holds.
import { z } from 'zod';

export const FIELD_TYPES = [
  'text',
  'number',
  'yes_no',
  'choice',
  'date',
  'time',
  'date_time',
  'money',
  'list',
] as const;
export type FieldType = (typeof FIELD_TYPES)[number];

export const Field = z
  .object({
    key: z.string().meta({
      description:
        'Of a variable its name; of a result its path, where address.city is the city in address.',
    }),
    label: z.string(),
    type: z.enum(FIELD_TYPES),
    required: z.boolean().meta({
      description:
        'Of a variable: a call must give it. A result is never required: it may be null.',
    }),
    default: z.union([z.string(), z.number()]).nullable(),
    help: z.string().nullable(),
    choices: z.array(z.string()).nullable(),
  })
  .meta({ id: 'Field' });
export type Field = z.output<typeof Field>;

export const FieldList = z
  .object({
    variables: z.array(Field).meta({ description: 'What a call gives in `variables`.' }),
    results: z.array(Field).meta({ description: 'What comes back in `result`.' }),
    outcomes: z.array(z.string()).meta({
      description: "The agent's own words to branch on, beside those of Recado.",
    }),
  })
  .meta({ id: 'FieldList' });
export type FieldList = z.output<typeof FieldList>;
