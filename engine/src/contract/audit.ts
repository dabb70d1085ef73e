// The log of acts.
import { z } from 'zod';
import { MODES } from './vocabulary.ts';

export const AUDIT_ACTIONS = [
  'key.created',
  'key.revoked',
  'suppression.added',
  'suppression.removed',
  'suppressions.imported',
  'suppressions.exported',
  'person.exported',
  'person.erased',
  'recording.played',
  'recording.linked',
  'recording_links.revoked',
  'settings.changed',
  'number.changed',
  'call.refused',
  'audit.trimmed',
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

export const AuditEntry = z
  .object({
    sequence: z.int(),
    at: z.iso.datetime(),
    actor: z.string().meta({ description: 'Id of the key, or `engine`, `cli`, `link`.' }),
    mode: z.enum(MODES).nullable(),
    action: z.enum(AUDIT_ACTIONS),
    object: z.string().nullable().meta({ description: 'Id of what the act was about.' }),
    detail: z.record(z.string(), z.unknown()),
    previous_hash: z.string(),
    hash: z.string().meta({
      description:
        'Keyed hash over this row and the one before; `recado audit verify` checks them.',
    }),
  })
  .meta({ id: 'AuditEntry' });

export const AuditPage = z
  .object({ entries: z.array(AuditEntry), next_cursor: z.string().nullable() })
  .meta({ id: 'AuditPage' });
