// The log of acts.
import { z } from 'zod';
import { AuditPage } from '../audit.ts';
import type { Endpoint } from '../endpoint.ts';
import { count, KEY } from './operation-parts.ts';

export const AUDIT_OPERATIONS = {
  listAudit: {
    method: 'GET',
    path: '/v1/audit',
    summary: 'List the log of acts, newest first',
    description: 'A test key sees the acts of test keys, a live key sees all.',
    tag: 'audit',
    auth: 'key',
    query: z.strictObject({ limit: count(100, 25), cursor: z.string().max(200).optional() }),
    replies: { 200: AuditPage },
    problems: [...KEY, 'invalid_request', 'invalid_cursor'],
  },
} as const satisfies Record<string, Endpoint>;
