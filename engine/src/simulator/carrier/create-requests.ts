// Requests to create a call, with everything that can go wrong between question and answer.
// Each is written down, so that a test can count what a lost answer hides.
import type { Clock } from '../../lib/clock.ts';
import { type CreateFault, type Faults, faultsOfCreate } from '../faults.ts';
import type { CallRequest, Sight } from './call.ts';
import type { CallBook, MadeCall } from './call-book.ts';
import type { RestError } from './refuse-call.ts';

/** One request to create a call, as a test may see it. */
export interface CreateSeen {
  readonly to: string;
  /** Where the call asks what to do: it names the attempt. */
  readonly url: string;
  readonly at: number;
  readonly faults: readonly CreateFault[];
  /** The call that was made, if one was. */
  readonly sid: string | null;
  /** HTTP status of the answer, `dropped`, or null while there is none. */
  readonly answer: number | 'dropped' | null;
}

export interface CreateRequests {
  /** Resolves with what to answer; `dropped` means that the connection breaks instead. */
  answer(
    request: Omit<CallRequest, 'faults'>,
  ): Promise<MadeCall | { error: RestError } | 'dropped'>;
  /** Lets the held requests for this number go on; later ones are not held. */
  release(phoneNumber: string): void;
  seen(): CreateSeen[];
}

const SLOW_RESPONSE_MS = 40_000;
const CALLBACK_WAIT_MS = 10_000;
const HOLD_MS = 10_000; // Real time, whatever the clock's rate: a kill takes as long as it takes.
const TOO_MANY_TIMES = 2;
const SEEN_KEPT = 20_000;
const BROKEN: RestError = { status: 500, code: 20_500, message: 'A failure made on purpose' };
const TOO_MANY: RestError = { status: 429, code: 20_429, message: 'Too many requests' };

type Writable<T> = { -readonly [K in keyof T]: T[K] };

export function createRequests(parts: {
  book: CallBook;
  clock: Clock;
  faults: Faults;
  watch(sight: Sight): void;
  /** Aborts when the carrier closes. */
  stopping: AbortSignal;
}): CreateRequests {
  const { book, clock, faults } = parts;
  const seen: Writable<CreateSeen>[] = [];
  const counts = new Map<string, number>();
  const held = new Map<string, Set<() => void>>();
  const released = new Set<string>();

  async function hold(to: string, where: 'request' | 'response'): Promise<void> {
    if (released.has(to) || faults.carrier.holds?.[to] !== where) return;
    const wait = new AbortController();
    const release = (): void => wait.abort();
    const others = held.get(to) ?? new Set();
    held.set(to, others.add(release));
    parts.stopping.addEventListener('abort', release, { once: true });
    await clock.sleep(HOLD_MS * clock.rate, wait.signal);
    others.delete(release);
    parts.stopping.removeEventListener('abort', release);
  }

  return {
    async answer(request) {
      const { to } = request;
      const count = (counts.get(to) ?? 0) + 1;
      counts.set(to, count);
      const wrong = faultsOfCreate(faults.carrier.creates, to, count);
      const create: Writable<CreateSeen> = {
        to,
        url: request.fields.get('Url') ?? '',
        at: clock.now(),
        faults: [...wrong],
        sid: null,
        answer: null,
      };
      if (seen.push(create) > SEEN_KEPT) seen.shift();
      const tell = (event: string): void =>
        parts.watch({ at: clock.now(), to, event, sid: create.sid, detail: create.url });

      tell('create_received');
      await hold(to, 'request');
      const done = refusedOnPurpose(wrong, count) ?? book.create({ ...request, faults: wrong });
      if ('call' in done) create.sid = done.call.sid;
      tell('create_done');
      await beforeAnswer(wrong, done, clock, parts.stopping);
      await hold(to, 'response');
      const answer = answerOf(wrong, done);
      create.answer = statusOf(answer);
      tell('create_answered');
      return answer;
    },
    release(phoneNumber) {
      released.add(phoneNumber);
      for (const go of held.get(phoneNumber) ?? []) go();
    },
    seen: () => [...seen],
  };
}

type Done = MadeCall | { error: RestError };

function refusedOnPurpose(wrong: ReadonlySet<CreateFault>, count: number): Done | undefined {
  if (wrong.has('too_many_requests') && count <= TOO_MANY_TIMES) return { error: TOO_MANY };
  return wrong.has('fail_before_create') ? { error: BROKEN } : undefined;
}

async function beforeAnswer(
  wrong: ReadonlySet<CreateFault>,
  done: Done,
  clock: Clock,
  stopping: AbortSignal,
): Promise<void> {
  if ('error' in done) return;
  if (wrong.has('slow_response')) await clock.sleep(SLOW_RESPONSE_MS, stopping);
  if (!wrong.has('callback_before_response')) return;
  const told = new AbortController();
  const late = clock.sleep(CALLBACK_WAIT_MS, AbortSignal.any([stopping, told.signal]));
  await Promise.race([done.firstCallback, late]);
  told.abort();
}

function answerOf(wrong: ReadonlySet<CreateFault>, done: Done): Done | 'dropped' {
  if ('error' in done) return done;
  if (wrong.has('drop_response')) return 'dropped';
  return wrong.has('fail_after_create') ? { error: BROKEN } : done;
}

const CREATED = 201;

function statusOf(answer: Done | 'dropped'): number | 'dropped' {
  if (answer === 'dropped') return answer;
  return 'error' in answer ? answer.error.status : CREATED;
}
