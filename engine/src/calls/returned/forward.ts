// A returned call that a person of the operator takes. The policy judges the number like every other one that is dialed.
import type { ProblemFailure } from '../../contract/problem.ts';
import type { Mode, Network } from '../../contract/vocabulary.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Database, Queryable } from '../../lib/database.ts';
import type { Log } from '../../lib/log.ts';
import { readDestination } from '../destination.ts';
import { judgeCall } from '../policy.ts';
import { gatherFacts, type PolicyPorts } from '../policy-facts.ts';
import type { IncomingAnswer, IncomingCall } from './ports.ts';

export interface ForwardPorts extends PolicyPorts {
  clock: Clock;
}

/** Returns where the call goes; undefined when it may not. */
export async function forwardOf(
  to: string,
  { network, called }: IncomingCall,
  ports: ForwardPorts & { log: Log; database: Database },
): Promise<IncomingAnswer | undefined> {
  const refusal = await forwardRefusal(ports.database, { network, to }, ports);
  if (refusal) {
    ports.log.warn({ rule: refusal.code }, 'a returned call was not forwarded');
    return undefined;
  }
  // The number of ours: that of the caller is theirs to show, and may be spoofed.
  return { kind: 'forward', phone_number: to, caller_id: called };
}

/** Returns why calls may not be forwarded to this number; hours and frequency do not bind the operator's own people. */
export async function forwardRefusal(
  on: Queryable,
  { network, to }: { network: Network; to: string },
  ports: ForwardPorts,
): Promise<ProblemFailure | undefined> {
  const destination = readDestination(to, null);
  if (!destination.ok) return destination.failure;
  const facts = await gatherFacts(
    on,
    {
      ...{ call_id: null, mode: modeOf(network), network, at: ports.clock.now() },
      ...{ destination: destination.value, order: ANY_TIME, spend: { ok: true } },
    },
    ports,
  );
  const enforced = { hours: false, frequency: false, consent: false, spend: false };
  const verdict = judgeCall({ ...facts, enforced, own_phone: true, opening: OPEN });
  return verdict.kind === 'refuse' ? verdict.refusal : undefined;
}

const OPEN = { open: true } as const;

const ANY_TIME = {
  window: { not_after: null, timezone: null, calling_hours: null, on_closed: 'reject' },
  purpose: 'transactional',
  consent: null,
} as const;

const modeOf = (network: Network): Mode => (network === 'live' ? 'live' : 'test');
