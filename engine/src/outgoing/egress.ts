// The one way out to URLs that users gave. Invariant: a connection is made only to an address that the guard
// judged in the same send; a failure says its class and nothing of the network behind it.
import type { Clock } from '../lib/clock.ts';
import type { Egress } from '../lib/egress.ts';
import { type EgressSettings, judgeUrl, REFUSAL_TEXTS, readRules } from './egress-guard.ts';
import { exchange } from './exchange.ts';
import { type Resolver, resolveTarget, systemResolver } from './resolve-target.ts';

export interface EgressTimeouts {
  /** For one name look-up. */
  lookupMs: number;
  /** Until the connection stands. */
  connectMs: number;
  /** For everything together. */
  totalMs: number;
}

export interface EgressOptions extends EgressSettings {
  clock: Clock;
  lookup?: Resolver;
  timeouts?: Partial<EgressTimeouts>;
}

const TIMEOUTS: EgressTimeouts = { lookupMs: 3_000, connectMs: 3_000, totalMs: 15_000 };

/** Returns the guarded way out. Throws when a setting cannot be read. */
export function createEgress(options: EgressOptions): Egress {
  const rules = readRules(options);
  const { clock } = options;
  const timeouts = { ...TIMEOUTS, ...options.timeouts };
  const lookup = {
    resolver: options.lookup ?? systemResolver,
    clock,
    timeoutMs: timeouts.lookupMs,
  };

  return {
    async send(request) {
      const judged = judgeUrl(request.url, rules);
      if (!judged.ok) return { ok: false, failure: 'blocked_destination' };

      const ending = new AbortController();
      const total = clock.after(timeouts.totalMs, () => ending.abort());
      const found = await resolveTarget(judged.value, rules, lookup);
      const connect = clock.after(timeouts.connectMs, () => ending.abort());
      try {
        if (!found.ok) return found;
        return await exchange({
          url: judged.value.url,
          addresses: found.value,
          request,
          signal: ending.signal,
          onConnected: () => connect.cancel(),
          nowMs: () => clock.now(),
        });
      } finally {
        total.cancel();
        connect.cancel();
      }
    },

    async judge(url) {
      const judged = judgeUrl(url, rules);
      if (!judged.ok) {
        const code = judged.failure === 'loop' ? 'webhook_loop' : 'webhook_url_forbidden';
        return { code, detail: REFUSAL_TEXTS[judged.failure] };
      }
      const found = await resolveTarget(judged.value, rules, lookup);
      // A name that cannot be resolved now may be tomorrow, and is judged again at each try.
      if (found.ok || found.failure !== 'blocked_destination') return undefined;
      return { code: 'webhook_url_forbidden', detail: REFUSAL_TEXTS.private };
    },
  };
}
