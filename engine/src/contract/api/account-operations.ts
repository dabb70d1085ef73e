// Who am I, and is the engine well.
import { Account, Health } from '../account.ts';
import type { Endpoint } from '../endpoint.ts';
import { KEY } from './operation-parts.ts';

export const ACCOUNT_OPERATIONS = {
  getAccount: {
    method: 'GET',
    path: '/v1/account',
    summary: 'Who am I',
    tag: 'account',
    auth: 'key',
    replies: { 200: Account },
    problems: KEY,
  },
  getHealth: {
    method: 'GET',
    path: '/healthz',
    summary: 'Is the engine alive',
    tag: 'health',
    auth: 'none',
    replies: { 200: Health },
    problems: [],
  },
  getReadiness: {
    method: 'GET',
    path: '/readyz',
    summary: 'Can the engine take calls',
    tag: 'health',
    auth: 'none',
    replies: { 200: Health, 503: Health },
    problems: [],
  },
} as const satisfies Record<string, Endpoint>;
