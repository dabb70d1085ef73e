import type { Problem } from '../contract/problem.ts';

/** Thrown when the engine answers with an error. `problem.code` is what to branch on. */
export class RecadoProblem extends Error {
  override readonly name = 'RecadoProblem';
  readonly status: number;
  /** The engine's RFC 9457 document; undefined when something between us and the engine answered. */
  readonly problem: Problem | undefined;

  constructor(status: number, problem: Problem | undefined) {
    super(textOf(status, problem));
    this.status = status;
    this.problem = problem;
  }

  /** The engine's error code, such as `invalid_phone_number`. */
  get code(): Problem['code'] | undefined {
    return this.problem?.code;
  }
}

function textOf(status: number, problem: Problem | undefined): string {
  if (!problem) return `The engine could not be asked (HTTP ${status}).`;
  const fields = (problem.errors ?? []).map(
    (error) => `${error.pointer || 'body'}: ${error.detail ?? error.code}`,
  );
  return [problem.detail ? `${problem.title}: ${problem.detail}` : problem.title, ...fields].join(
    '\n',
  );
}
