// What concerns the people who are called: who must not be, what is held on them and for how long, and the log of acts.
import type { Jobs, Retention } from '../calls/ports.ts';
import type { Config } from '../config.ts';
import type { Clock } from '../lib/clock.ts';
import type { Database } from '../lib/database.ts';
import type { Seal } from '../lib/seal.ts';
import { forgetAtEnd } from '../privacy/forget-at-end.ts';
import type { RetentionCounter } from '../privacy/ports.ts';
import { createAuditLog } from '../store/audit.ts';
import { keptTexts } from '../store/kept-texts.ts';
import { createPrivacyStore } from '../store/privacy.ts';
import type { Recordings } from '../store/recordings.ts';
import { retentionStore } from '../store/retention.ts';
import { createSuppressionList } from '../store/suppressions.ts';

export function openPeople(options: {
  config: Config;
  database: Database;
  seal: Seal;
  clock: Clock;
  recordings: Recordings;
  jobs: Jobs;
  retentionCounter: RetentionCounter;
}) {
  const { config, database, seal, clock, recordings, jobs, retentionCounter } = options;
  const removeRecording = recordings.remove;
  const retention_days = config.retentionDays;
  const retention: Retention = {
    atEnd: (tx, callId, told) =>
      forgetAtEnd(tx, callId, told, { retentionStore, retention_days, jobs, clock }),
  };
  return {
    suppressions: createSuppressionList({ seal, clock }),
    audit: createAuditLog({ seal, clock }),
    privacy: createPrivacyStore({ database, seal }),
    fingerprint: seal.fingerprint,
    ...{ retention, retentionStore, retention_days, retentionCounter },
    ...{ keptTexts, removeRecording },
  };
}
