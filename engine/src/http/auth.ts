// Who is asking: a bearer key in the Authorization header and nowhere else.
import type { ProblemFailure } from '../contract/problem.ts';
import type { Mode } from '../contract/vocabulary.ts';
import type { Clock } from '../lib/clock.ts';
import { equalSecrets } from '../lib/id.ts';
import { fail, ok, type Result } from '../lib/result.ts';
import { parseKey } from './api-key.ts';
import type { RateLimits } from './rate-limits.ts';

/** A key as the store keeps it. `revoked_at` is milliseconds since 1970; in the future it is the key's end date. */
export interface StoredKey {
  id: string;
  hash: string;
  mode: Mode;
  name: string;
  revoked_at: number | null;
}

/** The holder of a key. */
export interface Caller {
  key_id: string;
  key_name: string;
  public_id: string;
  mode: Mode;
}

/** Returns the key of `caller` as verbs take it. */
export const keyOf = (caller: Caller): { id: string; mode: Mode } => ({
  id: caller.key_id,
  mode: caller.mode,
});

export interface Credentials {
  authorization: string | undefined;
  /** Path and query as they were sent. */
  url: string;
  /** Address of the socket; `X-Forwarded-For` is never believed. */
  ip: string;
}

export interface Authenticator {
  authenticate(credentials: Credentials): Promise<Result<Caller, ProblemFailure>>;
  /** False once the key was revoked; asked again and again while a stream is open. */
  stillValid(caller: Caller): Promise<boolean>;
}

export interface AuthenticatorOptions {
  findKey(publicId: string): Promise<StoredKey | undefined>;
  /** Told when somebody sent a key in a URL, where proxies and logs have seen it. */
  keyLeaked?(publicId: string): void;
  clock: Clock;
  limits: RateLimits;
}

export function createAuthenticator({
  findKey,
  keyLeaked,
  clock,
  limits,
}: AuthenticatorOptions): Authenticator {
  const isCurrent = (key: StoredKey): boolean =>
    key.revoked_at === null || key.revoked_at > clock.now();

  async function findCaller(authorization: string | undefined): Promise<Caller | undefined> {
    const parsed = parseKey(/^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1] ?? '');
    if (!parsed) return undefined;
    const stored = await findKey(parsed.public_id);
    // Compared also when there is no such key, because the time taken would tell which ids exist.
    const same = equalSecrets(parsed.hash, stored?.hash ?? '');
    if (!stored || !same || stored.mode !== parsed.mode || !isCurrent(stored)) return undefined;
    return {
      key_id: stored.id,
      key_name: stored.name,
      public_id: parsed.public_id,
      mode: stored.mode,
    };
  }

  // Only failures are counted and refused: behind a proxy many callers share one address, and
  // one wrong key must not lock out the others.
  async function refuse(
    ip: string,
    failure: ProblemFailure,
  ): Promise<Result<never, ProblemFailure>> {
    const seconds = await limits.countFailedKey(ip);
    return fail(
      seconds === undefined ? failure : { code: 'too_many_requests', retry_after_seconds: seconds },
    );
  }

  return {
    async authenticate({ authorization, url, ip }) {
      const leaked = keyInUrl(url);
      if (leaked !== undefined) {
        const parsed = parseKey(leaked);
        if (parsed) keyLeaked?.(parsed.public_id);
        return refuse(ip, {
          code: 'api_key_in_url',
          detail:
            'Send the key in the Authorization header, and make a new one: this one may have been logged.',
        });
      }
      const caller = await findCaller(authorization);
      return caller ? ok(caller) : refuse(ip, { code: 'unauthenticated' });
    },
    async stillValid(caller) {
      const stored = await findKey(caller.public_id);
      return stored !== undefined && stored.id === caller.key_id && isCurrent(stored);
    },
  };
}

/** Returns the first query value that looks like one of our keys. */
function keyInUrl(url: string): string | undefined {
  const start = url.indexOf('?');
  if (start < 0) return undefined;
  const values = [...new URLSearchParams(url.slice(start + 1)).values()];
  return values
    .find((value) => /^(Bearer\s+)?rk_(test|live)_/i.test(value))
    ?.replace(/^Bearer\s+/i, '');
}
