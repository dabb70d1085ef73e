// Tells the other nodes of one Postgres store that there is something to look at, after it was committed. A hint only:
// whoever misses it finds the same by looking once a second. Needs a connection of its own that no pooler shares out.
import { Client } from 'pg';
import { z } from 'zod';
import type { Clock, Timer } from '../lib/clock.ts';
import type { Database } from '../lib/database.ts';
import type { Log } from '../lib/log.ts';

export interface Hints {
  /** A job was queued. */
  queued(): void;
  /** Something was recorded for this call. */
  recorded(callId: string): void;
  stop(): Promise<void>;
}

export interface HintsOptions {
  database: Database;
  /** Address to listen at: of the server itself, not of a transaction pooler. */
  url: string;
  nodeId: string;
  clock: Clock;
  log: Log;
  /** Another node queued a job. */
  onQueued(): void;
  /** Another node recorded something for this call. */
  onRecorded(callId: string): void;
}

/** What a store does that has no other nodes. */
export const noHints: Hints = {
  queued: () => undefined,
  recorded: () => undefined,
  stop: async () => undefined,
};

/** Starts to tell and to listen. Returns at once; while nothing can be heard the other nodes just look by themselves. */
export function startHints(options: HintsOptions): Hints {
  const teller = createTeller(options);
  const listener = new Listener(options);
  return {
    queued: () => teller.add(),
    recorded: (callId) => teller.add(callId),
    async stop() {
      await teller.stop();
      await listener.stop();
    },
  };
}

const CHANNEL = 'recado';
// One message for all that is committed within this time, because each NOTIFY takes a lock of the whole server.
const GATHER_MS = 5;
// A message has 8000 bytes at most: https://www.postgresql.org/docs/current/sql-notify.html
const CALLS_MAX = 200;

const Message = z.object({
  from: z.string(),
  queued: z.boolean(),
  calls: z.array(z.string()).max(CALLS_MAX),
});

function createTeller({ database, nodeId, clock, log }: HintsOptions) {
  const calls = new Set<string>();
  let queued = false;
  let timer: Timer | undefined;
  let sending: Promise<void> = Promise.resolve();
  let isStopped = false;

  function tell(): void {
    timer = undefined;
    const text = JSON.stringify({ from: nodeId, queued, calls: [...calls] });
    calls.clear();
    queued = false;
    sending = sending
      .then(() => database.query('SELECT pg_notify($1, $2)', [CHANNEL, text]))
      .then(
        () => undefined,
        (error: unknown) => log.debug({ error }, 'other nodes could not be told'),
      );
  }
  return {
    add(callId?: string): void {
      if (isStopped) return;
      if (callId === undefined) queued = true;
      else if (calls.size < CALLS_MAX) calls.add(callId);
      timer ??= clock.after(GATHER_MS, tell);
    },
    stop(): Promise<void> {
      isStopped = true;
      timer?.cancel();
      return sending;
    },
  };
}

const CONNECT_MS = 5_000;
const AGAIN_MS = 1_000;
const AGAIN_MS_MAX = 30_000;

class Listener {
  readonly #options: HintsOptions;
  #client: Client | undefined;
  #again: Timer | undefined;
  #losses = 0;
  #isStopped = false;

  constructor(options: HintsOptions) {
    this.#options = options;
    void this.#connect();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#again?.cancel();
    await this.#client?.end().catch(() => undefined);
  }

  async #connect(): Promise<void> {
    const client = new Client({
      connectionString: this.#options.url,
      connectionTimeoutMillis: CONNECT_MS,
      query_timeout: CONNECT_MS,
      keepAlive: true,
      application_name: 'recado hints',
    });
    this.#client = client;
    client.on('notification', ({ payload }) => this.#hear(payload ?? ''));
    client.on('error', () => this.#lose(client));
    client.on('end', () => this.#lose(client));
    try {
      await client.connect();
      await client.query(`LISTEN ${CHANNEL}`);
      this.#losses = 0;
      // What was told meanwhile was not heard.
      this.#options.onQueued();
    } catch {
      this.#lose(client);
    }
  }

  #lose(client: Client): void {
    if (this.#client !== client || this.#isStopped) return;
    this.#client = undefined;
    client.end().catch(() => undefined);
    if (this.#losses === 0)
      this.#options.log.warn('no hints of other nodes are heard; work is looked for once a second');
    const waitMs = Math.min(AGAIN_MS * 2 ** this.#losses++, AGAIN_MS_MAX);
    this.#again = this.#options.clock.after(waitMs, () => void this.#connect());
  }

  #hear(text: string): void {
    const message = readMessage(text);
    if (!message || message.from === this.#options.nodeId) return;
    if (message.queued) this.#options.onQueued();
    for (const callId of message.calls) this.#options.onRecorded(callId);
  }
}

function readMessage(text: string): z.output<typeof Message> | undefined {
  try {
    return Message.parse(JSON.parse(text));
  } catch {
    // Another program may use the same channel.
    return undefined;
  }
}
