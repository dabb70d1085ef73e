import { axiosTransport } from '../client/axios.ts';
import { type Client, createClient, RecadoProblem } from '../client/index.ts';
import type { CliFailure } from './failure.ts';

/** Returns a client of the engine at `url`. */
export const connect = (url: string, apiKey: string): Client =>
  createClient(axiosTransport({ url, apiKey }));

/** Returns what a person can do about an error of the client. Throws on an error that is a bug. */
export function explain(error: unknown, url: string): CliFailure {
  if (error instanceof RecadoProblem) return { what: error.message, fix: fixOf(error) };
  const code = (error as { code?: unknown }).code;
  if (typeof code === 'string' && (error as { isAxiosError?: unknown }).isAxiosError === true) {
    return {
      what: `No engine answers at ${url} (${code}).`,
      fix: 'Start it with `recado start`, or set RECADO_URL to where it runs.',
    };
  }
  throw error;
}

function fixOf({ status, code, problem }: RecadoProblem): string {
  const known = code && FIXES[code];
  if (known) return known;
  if (!problem)
    return 'Check that RECADO_URL is the address of a Recado engine and not of something before it.';
  if (status === 422) return 'Correct what is named above and run the command again.';
  return `Look for ${problem.instance} in the engine's log.`;
}

const FIXES: Partial<Record<NonNullable<RecadoProblem['code']>, string>> = {
  unauthenticated:
    'Set RECADO_API_KEY to a key of this engine; `recado keys create`, run where the engine keeps its data, makes one.',
  invalid_phone_number: 'Write the number with its country code, such as +12025550143.',
  country_not_allowed: 'Add the country to ALLOWED_COUNTRIES in .env and start the engine again.',
  emergency_number_blocked: 'Call another number; no setting allows this one.',
  number_class_blocked:
    'Call a landline or mobile number; numbers that cost extra are never called.',
  loop_blocked: 'Call a number that is not one of this engine.',
  test_number_only: 'Use a test key (rk_test_…) for test numbers.',
  live_mode_not_ready: '`recado doctor` lists what live calls still need.',
  carrier_not_configured: 'Run `recado init` to set up a carrier, or use a test key (rk_test_…).',
  unresolved_variable: 'Fill every {{place}} in the task: --variable name=value.',
  not_supported_yet: 'Leave the field out.',
  not_found: 'Use a key of the same mode, test or live, as the call.',
  too_many_requests: 'Wait a minute and try again.',
  unavailable: 'Wait a moment and try again; `recado doctor` tells what is wrong.',
};
