import type { ProblemCode, ProblemFailure } from '../../contract/problem.ts';

/** Returns a mistake of the builder at these fields, such as `schedule/at`. */
export const problemAt = (
  code: ProblemCode,
  fields: readonly string[],
  detail: string,
): ProblemFailure => ({
  code,
  detail: `${fields.map((field) => field.replaceAll('/', '.')).join(', ')}: ${detail}`,
  errors: fields.map((field) => ({ pointer: `/${field}`, code, detail })),
});
