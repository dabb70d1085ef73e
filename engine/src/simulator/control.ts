// Steers a simulator that runs as a process of its own, over its standard input and output: one JSON object a line.
// Questions carry an `id` and get one answer with it; what the carrier sees comes unasked as `{"sight": …}`.
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { z } from 'zod';
import { CREATE_FAULTS } from './faults.ts';
import type { CreateSeen, Sight, SimulatedCall, Simulator } from './index.ts';

/** A call as it is told over the channel: what happened to it, without what was said. */
export type CallSeen = Pick<
  SimulatedCall,
  | 'sid'
  | 'to'
  | 'from'
  | 'url'
  | 'behaviour'
  | 'status'
  | 'createdAt'
  | 'answeredAt'
  | 'endedAt'
  | 'callbacksLeft'
> & { events: string[] };

export type ControlLine =
  | { id: number; calls: CallSeen[]; creates: CreateSeen[] }
  | { id: number; done: true }
  | { id: number; error: string }
  | { sight: Sight };

const count = z.number().int().min(0);
const Question = z.union([
  /** Replaces all faults of the carrier. */
  z.strictObject({
    id: count,
    faults: z.strictObject({
      creates: z
        .strictObject({
          numbers: z.record(z.string(), z.array(z.enum(CREATE_FAULTS))).optional(),
          share: z.number().min(0).max(1).optional(),
          seed: count.optional(),
        })
        .optional(),
      holds: z.record(z.string(), z.enum(['request', 'response'])).optional(),
      callsPerSecond: z.number().positive().optional(),
      callbacksOutOfOrder: z.boolean().optional(),
      dropMediaAfterMs: z.number().positive().optional(),
    }),
  }),
  z.strictObject({ id: count, release: z.string() }),
  z.strictObject({ id: count, ask: z.literal('calls') }),
]);

/** Answers questions until the input ends; then `onEnd` is told. */
export function serveControl(
  simulator: Simulator,
  { input, output, onEnd }: { input: Readable; output: Writable; onEnd(): void },
): void {
  const write = (line: ControlLine): void => void output.write(`${JSON.stringify(line)}\n`);
  const lines = createInterface({ input });
  lines.on('line', (line) => write(answer(simulator, line)));
  lines.once('close', onEnd);
}

export const writeSight = (output: Writable, sight: Sight): void =>
  void output.write(`${JSON.stringify({ sight } satisfies ControlLine)}\n`);

function answer(simulator: Simulator, line: string): ControlLine {
  const read = Question.safeParse(json(line));
  if (!read.success) return { id: -1, error: read.error.message };
  const question = read.data;
  const { id } = question;
  if ('ask' in question) {
    const calls = simulator.calls().map(callSeen);
    return { id, calls, creates: simulator.creates() };
  }
  if ('release' in question) simulator.release(question.release);
  else simulator.faults.carrier = definedOf(question.faults);
  return { id, done: true };
}

function callSeen(call: SimulatedCall): CallSeen {
  const { sid, to, from, url, behaviour, status, createdAt, answeredAt, endedAt } = call;
  return {
    sid,
    to,
    from,
    url,
    behaviour,
    status,
    createdAt,
    answeredAt,
    endedAt,
    callbacksLeft: call.callbacksLeft,
    events: call.events.map(({ at, event, detail }) =>
      [new Date(at).toISOString(), event, detail].filter(Boolean).join(' '),
    ),
  };
}

const definedOf = <T extends object>(record: T) =>
  Object.fromEntries(
    Object.entries(record).filter(([, value]) => value !== undefined),
  ) as Simulator['faults']['carrier'];

function json(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
