// The port to counting and timing. The list of what is counted is closed, and so are the names of labels:
// no number, name, id or word of a caller can become one.

/** What is counted: name -> what it means and its labels. */
export const COUNTERS = {
  recado_calls_placed_total: { help: 'Calls accepted.', labels: ['mode'] },
  recado_calls_ended_total: { help: 'Calls that have ended.', labels: ['mode', 'outcome_group'] },
  recado_attempts_ended_total: {
    help: 'Attempts that have ended.',
    labels: ['network', 'end_reason'],
  },
  recado_refusals_total: {
    help: 'Requests and calls that a rule refused.',
    labels: ['rule'],
  },
  recado_delivery_tries_total: {
    help: 'Tries to deliver an event, by the status or failure that came back.',
    labels: ['result', 'settlement'],
  },
  recado_retention_removed_total: {
    help: 'Rows and files removed because their time was over or somebody asked.',
    labels: ['kind'],
  },
  recado_spans_dropped_total: { help: 'Trace spans that could not be sent.', labels: [] },
} as const;

/** What is timed, in seconds. */
export const TIMINGS = {
  recado_http_request_seconds: {
    help: 'Time to answer a request; routes are patterns.',
    labels: ['method', 'route', 'status'],
  },
  recado_job_seconds: { help: 'Time of one run of a job.', labels: ['kind', 'result'] },
  recado_carrier_request_seconds: {
    help: 'Time of one request to the carrier.',
    labels: ['network', 'request', 'result'],
  },
  recado_model_open_seconds: {
    help: 'Time until a session with the speech model was ready.',
    labels: ['network', 'result'],
  },
  recado_reading_seconds: {
    help: 'Time to read a conversation for its result.',
    labels: ['network', 'result'],
  },
  recado_store_statement_seconds: {
    help: 'Time of one statement or transaction of the store, waiting for its turn included.',
    labels: ['statement'],
  },
} as const;

export type CounterName = keyof typeof COUNTERS;
export type TimingName = keyof typeof TIMINGS;
type Labels<Row> = Row extends { labels: readonly (infer L extends string)[] }
  ? Readonly<Record<L, string>>
  : never;

export interface Meter {
  count<N extends CounterName>(name: N, labels: Labels<(typeof COUNTERS)[N]>, by?: number): void;
  /** Notes how long something took. */
  time<N extends TimingName>(name: N, seconds: number, labels: Labels<(typeof TIMINGS)[N]>): void;
}

/** A meter that counts nothing. */
export const noMeter: Meter = { count: () => undefined, time: () => undefined };
