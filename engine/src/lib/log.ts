import { type DestinationStream, type Logger, pino } from 'pino';
import { scrub } from './redact.ts';

export type Log = Pick<Logger, 'info' | 'warn' | 'error' | 'debug' | 'child'>;

/**
 * Returns a log that writes one JSON line per entry. Messages are fixed texts; values are fields.
 * Every string is scrubbed of numbers, keys and signatures before it is written, as a last line of defence.
 */
export function createLog(options: { level: string; destination?: DestinationStream }): Log {
  return pino(
    {
      level: options.level,
      base: null,
      formatters: { log: (fields) => scrub(fields) as Record<string, unknown> },
      hooks: {
        logMethod(args, method) {
          method.apply(
            this,
            args.map((arg) => (typeof arg === 'string' ? scrub(arg) : arg)) as never,
          );
        },
      },
    },
    options.destination ?? pino.destination(2),
  );
}

/** A log that drops everything. */
export const silentLog: Log = pino({ level: 'silent' });
