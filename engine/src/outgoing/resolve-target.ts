import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Clock } from '../lib/clock.ts';
import type { EgressFailure } from '../lib/egress.ts';
import { fail, ok, type Result } from '../lib/result.ts';
import { type EgressRules, mayDial, type Target } from './egress-guard.ts';

export interface Address {
  address: string;
  family: number;
}
/** Turns a name into addresses; rejects when it cannot. */
export type Resolver = (host: string) => Promise<readonly Address[]>;

/** Asks the system, so that `/etc/hosts` and a container network's names count. */
export const systemResolver: Resolver = (host) => lookup(host, { all: true });

/** Returns the addresses that may be dialed for `target`, in the resolver's order: at least one, at most 16. */
export async function resolveTarget(
  target: Target,
  rules: EgressRules,
  { resolver, clock, timeoutMs }: { resolver: Resolver; clock: Clock; timeoutMs: number },
): Promise<Result<readonly Address[], EgressFailure>> {
  const family = isIP(target.host);
  const found = family === 0 ? await lookUp() : ok([{ address: target.host, family }]);
  if (!found.ok) return found;
  const allowed = found.value.filter(({ address }) => mayDial(address, target, rules));
  return allowed.length > 0 ? ok(allowed.slice(0, ADDRESSES_MAX)) : fail('blocked_destination');

  async function lookUp(): Promise<Result<readonly Address[], EgressFailure>> {
    const answered = new AbortController();
    const answer = resolver(target.host).then(
      (addresses) => (addresses.length > 0 ? ok(addresses) : fail('dns_error' as const)),
      () => fail('dns_error' as const),
    );
    const late = clock.sleep(timeoutMs, answered.signal).then(() => fail('timeout' as const));
    const first = await Promise.race([answer, late]);
    answered.abort();
    return first;
  }
}

const ADDRESSES_MAX = 16;
