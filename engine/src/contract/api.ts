// The table of the public API: every operation, its input, its replies and its problems.
import { ACCOUNT_OPERATIONS } from './api/account-operations.ts';
import { AGENT_OPERATIONS } from './api/agent-operations.ts';
import { AUDIT_OPERATIONS } from './api/audit-operations.ts';
import { BATCH_OPERATIONS } from './api/batch-operations.ts';
import { CALL_OPERATIONS } from './api/call-operations.ts';
import { NUMBER_OPERATIONS } from './api/number-operations.ts';
import { OWN_PHONE_OPERATIONS } from './api/own-phone-operations.ts';
import { PRIVACY_OPERATIONS } from './api/privacy-operations.ts';
import { SUPPRESSION_OPERATIONS } from './api/suppression-operations.ts';
import { WAIT_OPERATIONS } from './api/wait-operations.ts';
import { WEBHOOK_OPERATIONS } from './api/webhook-operations.ts';

export { ListCallsQuery } from './api/call-operations.ts';

export const API = {
  ...NUMBER_OPERATIONS,
  ...OWN_PHONE_OPERATIONS,
  ...CALL_OPERATIONS,
  ...AGENT_OPERATIONS,
  ...BATCH_OPERATIONS,
  ...WAIT_OPERATIONS,
  ...WEBHOOK_OPERATIONS,
  ...SUPPRESSION_OPERATIONS,
  ...PRIVACY_OPERATIONS,
  ...AUDIT_OPERATIONS,
  ...ACCOUNT_OPERATIONS,
} as const;

export type Api = typeof API;
export type Operation = keyof Api;
