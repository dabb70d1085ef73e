// The operations on calls.
import { z } from 'zod';
import { Call } from '../call.ts';
import type { Endpoint } from '../endpoint.ts';
import { PlaceCall } from '../place-call.ts';
import { CALL_STATUSES, OUTCOME_GROUPS } from '../vocabulary.ts';
import { BODY, count, flag, id, KEY, PLACING } from './operation-parts.ts';

const CallParams = z.strictObject({ id: id('call') });

export const CallList = z
  .object({
    calls: z.array(Call),
    next_cursor: z
      .string()
      .nullable()
      .meta({ description: 'Give it as `cursor` to get the next page.' }),
  })
  .meta({ id: 'CallList' });

export const CallCheck = z
  .object({
    allowed: z.boolean(),
    refusal: Call.shape.refusal,
    phone_number: z.string().nullable(),
    country: z.string().nullable(),
    language: z.string(),
    cost: Call.shape.cost,
    next_allowed_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'CallCheck' });

export const ListCallsQuery = z.strictObject({
  status: z.enum(CALL_STATUSES).optional(),
  outcome: z.string().max(60).optional(),
  outcome_group: z.enum(OUTCOME_GROUPS).optional(),
  reached: flag.optional(),
  source: z.string().max(60).optional(),
  phone_number: z.string().max(40).optional(),
  reference: z.string().max(255).optional(),
  tag: z.string().max(100).optional(),
  metadata_key: z.string().min(1).max(100).optional().meta({
    description:
      'Only calls whose metadata has this name; with `metadata_value` only those with this value.',
  }),
  metadata_value: z.string().max(4_000).optional(),
  batch: id('bat').optional(),
  agent: id('agt').optional(),
  created_after: z.iso.datetime({ offset: true }).optional(),
  created_before: z.iso.datetime({ offset: true }).optional(),
  limit: count(100, 25),
  cursor: z.string().max(200).optional(),
});

export const CALL_OPERATIONS = {
  placeCall: {
    method: 'POST',
    path: '/v1/calls',
    summary: 'Place an AI call',
    description:
      'Accepts a call. Once answered with 201 the call is on disk and will end with exactly one call.ended.',
    tag: 'calls',
    auth: 'key',
    headers: z.object({
      'idempotency-key': z.string().optional().meta({
        description:
          'Any text of yours. The same request sent again with it gives back the first call.',
      }),
    }),
    body: PlaceCall,
    replies: { 201: Call },
    problems: [
      ...PLACING,
      'idempotency_key_invalid',
      'idempotency_key_reused',
      'idempotency_key_in_progress',
    ],
  },
  checkCall: {
    method: 'POST',
    path: '/v1/calls/check',
    summary: 'Check a call without placing it',
    description: 'The same validation and rules as placing a call, with no effect.',
    tag: 'calls',
    auth: 'key',
    body: PlaceCall,
    replies: { 200: CallCheck },
    problems: PLACING,
  },
  listCalls: {
    method: 'GET',
    path: '/v1/calls',
    summary: 'List calls, newest first',
    tag: 'calls',
    auth: 'key',
    query: ListCallsQuery,
    replies: { 200: CallList },
    problems: [...KEY, 'invalid_request', 'invalid_cursor'],
  },
  getCall: {
    method: 'GET',
    path: '/v1/calls/{id}',
    summary: 'Get a call',
    tag: 'calls',
    auth: 'key',
    params: CallParams,
    query: z.strictObject({
      wait_seconds: z.coerce.number().min(0).max(25).default(0).meta({
        description: 'Wait up to this long for the call to end before answering.',
      }),
    }),
    replies: { 200: Call },
    problems: [...KEY, 'not_found', 'invalid_request'],
  },
  cancelCall: {
    method: 'POST',
    path: '/v1/calls/{id}/cancel',
    summary: 'Cancel a call',
    description: 'Before it is dialed it ends now; while it rings or talks it is hung up.',
    tag: 'calls',
    auth: 'key',
    params: CallParams,
    replies: { 200: Call },
    problems: [...KEY, 'not_found', 'call_already_ended'],
  },
  cancelByReference: {
    method: 'POST',
    path: '/v1/calls/cancel',
    summary: 'Cancel calls by reference',
    description:
      'Cancels every call with this reference that has not ended, such as when the appointment was canceled.',
    tag: 'calls',
    auth: 'key',
    body: z
      .strictObject({
        reference: z.string().min(1).max(255).meta({
          title: 'Reference',
          description: "Your record's id, as given when the call was placed.",
        }),
      })
      .meta({ id: 'CancelByReference' }),
    replies: {
      200: z
        .object({ calls: z.array(Call).meta({ description: 'The calls as they stand now.' }) })
        .meta({ id: 'CanceledCalls' }),
    },
    problems: [...BODY, ...KEY],
  },
  streamCall: {
    method: 'GET',
    path: '/v1/calls/{id}/events',
    summary: 'Follow a call live',
    description:
      'Server-sent events from the first stored event on; `Last-Event-ID` or `after` resumes. Ends after call.ended.',
    tag: 'calls',
    auth: 'key',
    params: CallParams,
    query: z.strictObject({ after: z.coerce.number().int().min(0).optional() }),
    headers: z.object({ 'last-event-id': z.string().max(30).optional() }),
    replies: { 200: null },
    produces: 'text/event-stream',
    problems: [...KEY, 'not_found'],
  },
  getRecording: {
    method: 'GET',
    path: '/v1/calls/{id}/recording',
    summary: 'Get the recording',
    description: 'A stereo WAV: the agent on the left, the person on the right.',
    tag: 'calls',
    auth: 'key',
    params: CallParams,
    replies: { 200: null },
    produces: 'audio/wav',
    problems: [...KEY, 'not_found', 'recording_not_available'],
  },
} as const satisfies Record<string, Endpoint>;
