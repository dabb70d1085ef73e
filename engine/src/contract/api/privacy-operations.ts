// What is held on one person, that it is gone, and links to recordings.
import { z } from 'zod';
import type { Endpoint } from '../endpoint.ts';
import {
  EraseRequest,
  ErasureReceipt,
  ExportQuery,
  LinkRequest,
  PersonExport,
  RecordingLink,
} from '../privacy.ts';
import { BODY, id, KEY } from './operation-parts.ts';

export const PRIVACY_OPERATIONS = {
  erasePerson: {
    method: 'POST',
    path: '/v1/privacy/erasure',
    summary: 'Erase what is held on a person',
    description:
      'Recordings, words, results and whatever names the person are deleted; ids, times, cost and the outcome group stay, and so does the hash of a suppression. Calls that wait are canceled first. Sent again it answers the same receipt, unless there was something new.',
    tag: 'privacy',
    auth: 'key',
    body: EraseRequest,
    replies: { 200: ErasureReceipt },
    problems: [...BODY, ...KEY, 'invalid_phone_number', 'call_in_progress'],
  },
  exportPerson: {
    method: 'GET',
    path: '/v1/privacy/export',
    summary: 'Export what is held on a person',
    tag: 'privacy',
    auth: 'key',
    query: ExportQuery,
    replies: { 200: PersonExport },
    problems: [...KEY, 'invalid_request', 'invalid_phone_number', 'invalid_cursor'],
  },
  linkRecording: {
    method: 'POST',
    path: '/v1/calls/{id}/recording_link',
    summary: 'Make a link to a recording',
    description: 'Whoever has the link can hear the recording, without a key, until it expires.',
    tag: 'calls',
    auth: 'key',
    params: z.strictObject({ id: id('call') }),
    body: LinkRequest,
    replies: { 201: RecordingLink },
    problems: [...BODY, ...KEY, 'not_found', 'recording_not_available'],
  },
  revokeRecordingLinks: {
    method: 'DELETE',
    path: '/v1/recording_links',
    summary: 'Make every link to a recording worthless',
    description: 'All links of the mode of the key that were made until now.',
    tag: 'calls',
    auth: 'key',
    replies: { 204: null },
    problems: KEY,
  },
  getLinkedRecording: {
    method: 'GET',
    path: '/v1/recordings/{id}/{token}',
    summary: 'Get a recording by its link',
    tag: 'calls',
    auth: 'none',
    params: z.strictObject({ id: id('call'), token: z.string().max(100) }),
    replies: { 200: null },
    produces: 'audio/wav',
    problems: ['not_found', 'link_invalid', 'recording_not_available', 'unavailable'],
  },
} as const satisfies Record<string, Endpoint>;
