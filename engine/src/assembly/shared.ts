// What every part of the engine is joined with.
import { createRequire } from 'node:module';
import type { Settings } from '../calls/ports.ts';
import type { Config } from '../config.ts';
import type { Clock } from '../lib/clock.ts';
import type { Database } from '../lib/database.ts';
import type { Log } from '../lib/log.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';

export const VERSION = (createRequire(import.meta.url)('../../package.json') as { version: string })
  .version;

export interface Shared {
  config: Config;
  clock: Clock;
  log: Log;
  nodeId: string;
  telemetry: Telemetry;
  database: Database;
  /** Addresses and numbers are filled in once the port is known. */
  settings: Changeable<Settings>;
}

export type Changeable<T> = { -readonly [K in keyof T]: T[K] };

/** Addresses on which only this machine reaches us. */
export const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];
