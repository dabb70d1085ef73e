// The operations on numbers that must not be called.
import { z } from 'zod';
import type { Endpoint } from '../endpoint.ts';
import {
  AddSuppression,
  Suppression,
  SuppressionCheck,
  SuppressionImport,
  SuppressionPage,
} from '../suppression.ts';
import { BODY, count, id, KEY } from './operation-parts.ts';

const NumberQuery = z.strictObject({
  phone_number: AddSuppression.shape.phone_number,
  country: AddSuppression.shape.country,
});

export const SUPPRESSION_OPERATIONS = {
  addSuppression: {
    method: 'POST',
    path: '/v1/suppressions',
    summary: 'Add a number that must not be called',
    description:
      'Counts at once and in both modes. A number that is there already comes back with 200.',
    tag: 'suppressions',
    auth: 'key',
    body: AddSuppression,
    replies: { 200: Suppression, 201: Suppression },
    problems: [...BODY, ...KEY, 'invalid_phone_number'],
  },
  checkSuppression: {
    method: 'GET',
    path: '/v1/suppressions/check',
    summary: 'Is this number one that must not be called',
    tag: 'suppressions',
    auth: 'key',
    query: NumberQuery,
    replies: { 200: SuppressionCheck },
    problems: [...KEY, 'invalid_request', 'invalid_phone_number'],
  },
  listSuppressions: {
    method: 'GET',
    path: '/v1/suppressions',
    summary: 'List numbers that must not be called, newest first',
    tag: 'suppressions',
    auth: 'key',
    query: z.strictObject({ limit: count(100, 25), cursor: z.string().max(200).optional() }),
    replies: { 200: SuppressionPage },
    problems: [...KEY, 'invalid_request', 'invalid_cursor'],
  },
  importSuppressions: {
    method: 'POST',
    path: '/v1/suppressions/import',
    summary: 'Import numbers that must not be called',
    description:
      'A CSV file of at most 1 MiB and 20,000 rows; its first line names the columns: `phone_number`, and `reason` and `note` where you have them. Rows that cannot be taken are told with their line, the others are taken. Sent again it adds nothing.',
    tag: 'suppressions',
    auth: 'key',
    query: z.strictObject({ country: AddSuppression.shape.country }),
    body: z.string().meta({ description: 'phone_number,reason,note …' }),
    consumes: 'text/csv',
    body_limit: { bytes: 1_048_576, keys: 0 },
    replies: { 200: SuppressionImport },
    problems: [
      ...KEY,
      'malformed_csv',
      'payload_too_large',
      'unsupported_media_type',
      'invalid_request',
    ],
  },
  exportSuppressions: {
    method: 'GET',
    path: '/v1/suppressions/export',
    summary: 'Export numbers that must not be called',
    description:
      'A CSV file (RFC 4180). Cells that a spreadsheet would run as a formula, numbers with their + among them, begin with an apostrophe, which the import takes off again.',
    tag: 'suppressions',
    auth: 'key',
    replies: { 200: null },
    produces: 'text/csv',
    problems: KEY,
  },
  removeSuppressionByNumber: {
    method: 'DELETE',
    path: '/v1/suppressions',
    summary: 'Take a number off the list',
    tag: 'suppressions',
    auth: 'key',
    query: NumberQuery,
    replies: { 204: null },
    problems: [...KEY, 'invalid_request', 'invalid_phone_number', 'not_found'],
  },
  removeSuppression: {
    method: 'DELETE',
    path: '/v1/suppressions/{id}',
    summary: 'Take an entry off the list',
    tag: 'suppressions',
    auth: 'key',
    params: z.strictObject({ id: id('sup') }),
    replies: { 204: null },
    problems: [...KEY, 'not_found'],
  },
} as const satisfies Record<string, Endpoint>;
