/** A value, or a failure that the caller must look at. Bugs throw; what can go wrong is returned. */
export type Result<T, F> = { ok: true; value: T } | { ok: false; failure: F };

export const ok = <T>(value: T): { ok: true; value: T } => ({ ok: true, value });
export const fail = <F>(failure: F): { ok: false; failure: F } => ({ ok: false, failure });

type Values<R> = { [K in keyof R]: R[K] extends Result<infer T, unknown> ? T : never };

/** Returns all values under their names, or the first failure. */
export function together<R extends Record<string, Result<unknown, F>>, F>(
  results: R & Record<string, Result<unknown, F>>,
): Result<Values<R>, F> {
  const values: Record<string, unknown> = {};
  for (const [name, result] of Object.entries(results)) {
    if (!result.ok) return result;
    values[name] = result.value;
  }
  return ok(values as Values<R>);
}
