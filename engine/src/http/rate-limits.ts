// Counters in memory, of this process only: failed keys per address, placed calls per key.
import ipaddr from 'ipaddr.js';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

export interface RateLimitOptions {
  failedKeysPerMinute?: number;
  placingPerSecond?: number;
  placingPerHour?: number;
}

export interface RateLimits {
  /** Counts a failed key of `ip`; returns the seconds to wait once there were too many. */
  countFailedKey(ip: string): Promise<number | undefined>;
  /** Counts a call placed with `keyId`; returns the seconds to wait once there were too many. */
  countPlacing(keyId: string): Promise<number | undefined>;
}

export function createRateLimits(options: RateLimitOptions = {}): RateLimits {
  const failedKeys = new RateLimiterMemory({
    points: options.failedKeysPerMinute ?? 20,
    duration: 60,
  });
  const perSecond = new RateLimiterMemory({ points: options.placingPerSecond ?? 10, duration: 1 });
  const perHour = new RateLimiterMemory({ points: options.placingPerHour ?? 300, duration: 3_600 });
  return {
    countFailedKey: (ip) => count(failedKeys, networkOf(ip)),
    countPlacing: async (keyId) => (await count(perSecond, keyId)) ?? (await count(perHour, keyId)),
  };
}

async function count(limiter: RateLimiterMemory, key: string): Promise<number | undefined> {
  try {
    await limiter.consume(key);
    return undefined;
  } catch (error) {
    if (error instanceof RateLimiterRes) return Math.max(1, Math.ceil(error.msBeforeNext / 1_000));
    throw error;
  }
}

/** Returns the address, or the /64 of an IPv6 address, because one subscriber holds a whole /64. */
function networkOf(ip: string): string {
  if (!ipaddr.isValid(ip)) return 'unknown';
  const address = ipaddr.process(ip);
  return address instanceof ipaddr.IPv6 ? address.parts.slice(0, 4).join(':') : address.toString();
}
