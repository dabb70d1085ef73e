import { z } from 'zod';
import { MODES } from './vocabulary.ts';

export const Account = z
  .object({
    organisation: z.string(),
    mode: z.enum(MODES),
    key_id: z.string(),
    key_name: z.string(),
    webhook_secret: z
      .string()
      .meta({ description: "Signs events sent to a call's own webhook_url." }),
    default_country: z.string().nullable(),
    allowed_countries: z.array(z.string()),
    default_language: z.string(),
    version: z.string(),
    simulated: z
      .boolean()
      .meta({ description: 'True when calls of this key ring only the simulated phone network.' }),
  })
  .meta({ id: 'Account' });
export type Account = z.output<typeof Account>;

export const Health = z
  .object({
    status: z.enum(['ok', 'unavailable']),
    version: z.string(),
    missing: z.array(z.string()).optional().meta({
      description:
        'What keeps the engine from taking work: draining, store, migrations, worker, disk.',
    }),
  })
  .meta({ id: 'Health' });
