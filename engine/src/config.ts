// Every setting of the engine, read once. Nobody else reads the environment.
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { z } from 'zod';
import { fail, ok, type Result } from './lib/result.ts';
import { amount, callPrices, type SpendingSettings, spendingOf } from './lib/spending-settings.ts';

const list = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  );
const optional = z
  .string()
  .trim()
  .transform((text) => (text === '' ? undefined : text))
  .optional();
const url = z.url().transform((text) => text.replace(/\/+$/, ''));

const postgresUrl = z
  .string()
  .regex(/^postgres(ql)?:\/\/\S+$/, 'Write postgres://user:password@host:5432/database.');

const Environment = z.object({
  DATA_DIR: z.string().default('./data'),
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(8090),
  PUBLIC_URL: optional.pipe(url.optional()),
  NODE_PUBLIC_URL: optional.pipe(url.optional()),
  LOG_LEVEL: z.enum(['silent', 'error', 'warn', 'info', 'debug']).default('warn'),
  ORGANISATION: z.string().trim().min(1).max(200).default('Example Clinic'),
  DEFAULT_COUNTRY: optional.pipe(
    z
      .string()
      .regex(/^[A-Za-z]{2}$/)
      .toUpperCase()
      .optional(),
  ),
  ALLOWED_COUNTRIES: list.pipe(
    z.array(
      z
        .string()
        .regex(/^[A-Za-z]{2}$/)
        .toUpperCase(),
    ),
  ),
  DEFAULT_LANGUAGE: z.enum(['en', 'pt-PT', 'pt-BR', 'es', 'fr', 'de', 'it']).default('en'),
  DEFAULT_VOICE: z.string().default('marin'),
  DEFAULT_RECORDING: z.enum(['off', 'notify']).default('off'),
  RING_SECONDS: z.coerce.number().int().min(10).max(120).default(40),
  MAX_DURATION_SECONDS: z.coerce.number().int().min(10).max(3_600).default(600),
  CALLS_PER_SECOND: z.coerce.number().min(0.1).max(1_000).default(1),
  MAX_LIVE_CALLS: z.coerce.number().int().min(1).max(10_000).default(50),
  MAX_LIVE_CALLS_PER_NUMBER: z.coerce.number().int().min(1).max(10_000).default(50),
  CALLS_PER_RECIPIENT_PER_DAY: z.coerce.number().int().min(1).max(50).default(3),
  REQUIRE_CONSENT_COUNTRIES: z
    .string()
    .default('US')
    .transform((text) => text.split(',').map((part) => part.trim().toUpperCase()))
    .transform((parts) => parts.filter((part) => part !== ''))
    .pipe(z.array(z.string().regex(/^[A-Z]{2}$/))),
  SPEND_CURRENCY: z
    .string()
    .regex(/^[A-Za-z]{3}$/)
    .toUpperCase()
    .default('USD'),
  SPEND_LIMIT_CALL: amount,
  SPEND_LIMIT_KEY_DAY: amount,
  SPEND_LIMIT_DAY: amount,
  SPEND_LIMIT_MONTH: amount,
  CALL_PRICES: callPrices,
  MODEL_PRICE_PER_MINUTE: amount,
  TEST_MODE_RULES: z.enum(['relaxed', 'full']).default('relaxed'),
  RETENTION_RECORDINGS_DAYS: z.coerce.number().int().min(0).max(3_650).default(30),
  RETENTION_TRANSCRIPTS_DAYS: z.coerce.number().int().min(0).max(3_650).default(90),
  RETENTION_RESULTS_DAYS: z.coerce.number().int().min(1).max(3_650).default(365),
  RETENTION_EVENTS_DAYS: z.coerce.number().int().min(1).max(3_650).default(30),
  RETENTION_AUDIT_DAYS: z.coerce.number().int().min(1).max(3_650).default(730),
  WEBHOOK_ALLOWED_HOSTS: list,
  WEBHOOK_ALLOWED_CIDRS: list,
  ATTENTION_URL: optional.pipe(z.url({ protocol: /^https?$/ }).optional()),
  ATTENTION_EMAIL: optional,
  SMTP_URL: optional.pipe(z.url({ protocol: /^smtps?$/ }).optional()),
  DRAIN_SECONDS: z.coerce.number().int().min(0).max(3_600).default(90),
  DATABASE_URL: optional.pipe(postgresUrl.optional()),
  DATABASE_LISTEN_URL: optional.pipe(postgresUrl.optional()),
  DATABASE_CONNECTIONS: z.coerce.number().int().min(2).max(200).default(10),
  METRICS_TOKEN: optional.pipe(z.string().min(16).optional()),
  // Standard names of OpenTelemetry: https://opentelemetry.io/docs/specs/otel/protocol/exporter/
  OTEL_EXPORTER_OTLP_ENDPOINT: optional.pipe(url.optional()),
  OTEL_EXPORTER_OTLP_HEADERS: optional.refine(
    (text) => text === undefined || /^([\w-]+=([^%,]|%[0-7][\da-f])*(,|$))+$/i.test(text),
    'Write name=value, several with commas, and special characters percent-encoded.',
  ),
  OTEL_SERVICE_NAME: z.string().trim().min(1).max(200).default('recado'),
  TWILIO_ACCOUNT_SID: optional.pipe(
    z
      .string()
      .regex(/^AC[0-9a-f]{32}$/)
      .optional(),
  ),
  TWILIO_AUTH_TOKEN: optional,
  TWILIO_NUMBERS: list.pipe(z.array(z.string().regex(/^\+[1-9]\d{6,14}$/))),
  // Numbers of yours that are verified with Twilio as caller ids, not bought there.
  TWILIO_CALLER_IDS: list.pipe(z.array(z.string().regex(/^\+[1-9]\d{6,14}$/))),
  TWILIO_BASE_URL: optional.pipe(url.optional()),
  OPENAI_API_KEY: optional,
  OPENAI_BASE_URL: optional.pipe(url.optional()),
  OPENAI_REALTIME_MODEL: z.string().default('gpt-realtime-2.1-mini'),
  OPENAI_TEXT_MODEL: z.string().default('gpt-5.6-luna'),
  RECADO_SECRET_KEY: optional.refine(
    (text) => text === undefined || Buffer.from(text, 'base64').length === 32,
    'Give 32 bytes in base64, such as `openssl rand -base64 32` prints.',
  ),
  RECADO_CLOCK_RATE: z.coerce.number().min(1).max(50).default(1),
  // With a rate: the moment at which the fast clock shows the real time, so that several processes agree.
  RECADO_CLOCK_ANCHOR: z.coerce.number().int().optional(),
  // Where a simulator that runs as its own process is; without it the engine brings its own.
  SIMULATOR: optional.pipe(
    z
      .string()
      .transform((text) => JSON.parse(text) as unknown)
      .pipe(
        z.object({
          carrier: z.object({
            url,
            accountSid: z.string(),
            authToken: z.string(),
            fromNumber: z.string(),
          }),
          model: z.object({ url, apiKey: z.string() }),
          callbackUrl: url.optional(),
        }),
      )
      .optional(),
  ),
});

export interface Config {
  dataDir: string;
  listenHost: string;
  listenPort: number;
  publicUrl: string | null;
  /** Where the carrier's media sockets reach this node and no other. */
  nodePublicUrl: string | null;
  logLevel: 'silent' | 'error' | 'warn' | 'info' | 'debug';
  organisation: string;
  /** True when the operator named the organisation; a live call must not speak for the example. */
  organisationSet: boolean;
  defaultCountry: string | null;
  allowedCountries: string[];
  defaultLanguage: string;
  defaultVoice: string;
  defaultRecording: 'off' | 'notify';
  ringSeconds: number;
  maxDurationSeconds: number;
  /** New calls per second with the carrier account. */
  callsPerSecond: number;
  liveCallsMax: number;
  liveCallsPerNumberMax: number;
  callsPerRecipientPerDay: number;
  requireConsentCountries: string[];
  spending: SpendingSettings;
  testModeRules: 'relaxed' | 'full';
  /** How many days things are kept; 0 removes them when the call ends. */
  retentionDays: Record<'recordings' | 'transcripts' | 'results' | 'events' | 'audit', number>;
  webhookAllowedHosts: string[];
  webhookAllowedCidrs: string[];
  /** Chat address that is told what needs attention. */
  attentionUrl: string | null;
  /** Who is told by e-mail, and through which server. */
  attentionEmail: { smtpUrl: string; to: string } | null;
  /** The store that several nodes share, and where to listen for their hints; null: SQLite in the data folder. */
  postgres: { url: string; listenUrl: string; connections: number } | null;
  /** How long live calls may go on after a signal to stop. */
  drainSeconds: number;
  /** Opens /metrics to whoever sends it; without it /metrics is there on loopback only. */
  metricsToken: string | null;
  /** Where traces go, and with which headers. */
  traces: { endpoint: string; headers: Record<string, string>; serviceName: string } | null;
  twilio: {
    accountSid: string;
    authToken: string;
    fromNumbers: string[];
    callerIds: string[];
    baseUrl: string | undefined;
  } | null;
  openai: {
    apiKey: string;
    baseUrl: string | undefined;
    realtimeModel: string;
    textModel: string;
  } | null;
  /** 32 bytes in base64; made on first start and kept in the data folder when not given. */
  secretKey: string | null;
  clockRate: number;
  clockAnchor: number | undefined;
  simulator: {
    carrier: { url: string; accountSid: string; authToken: string; fromNumber: string };
    model: { url: string; apiKey: string };
    /** Where it calls back, when that is not this process alone. */
    callbackUrl?: string | undefined;
  } | null;
}

/** Returns the settings, or each that is wrong with what to write instead. */
export function loadConfig(
  env: Readonly<Record<string, string | undefined>>,
): Result<Config, { name: string; detail: string }[]> {
  const read = Environment.safeParse(env);
  if (!read.success) {
    return fail(
      read.error.issues.map((issue) => ({ name: String(issue.path[0]), detail: issue.message })),
    );
  }
  const e = read.data;
  const contradiction = contradictionIn(e);
  if (contradiction) return fail([contradiction]);
  return ok({
    dataDir: resolve(e.DATA_DIR),
    listenHost: e.HOST,
    listenPort: e.PORT,
    publicUrl: e.PUBLIC_URL ?? null,
    nodePublicUrl: e.NODE_PUBLIC_URL ?? null,
    logLevel: e.LOG_LEVEL,
    organisation: e.ORGANISATION,
    organisationSet: env['ORGANISATION'] !== undefined,
    defaultCountry: e.DEFAULT_COUNTRY ?? null,
    allowedCountries: e.ALLOWED_COUNTRIES,
    defaultLanguage: e.DEFAULT_LANGUAGE,
    defaultVoice: e.DEFAULT_VOICE,
    defaultRecording: e.DEFAULT_RECORDING,
    ringSeconds: e.RING_SECONDS,
    maxDurationSeconds: e.MAX_DURATION_SECONDS,
    callsPerSecond: e.CALLS_PER_SECOND,
    liveCallsMax: e.MAX_LIVE_CALLS,
    liveCallsPerNumberMax: e.MAX_LIVE_CALLS_PER_NUMBER,
    callsPerRecipientPerDay: e.CALLS_PER_RECIPIENT_PER_DAY,
    requireConsentCountries: e.REQUIRE_CONSENT_COUNTRIES,
    spending: spendingOf(e),
    testModeRules: e.TEST_MODE_RULES,
    retentionDays: {
      recordings: e.RETENTION_RECORDINGS_DAYS,
      transcripts: e.RETENTION_TRANSCRIPTS_DAYS,
      results: e.RETENTION_RESULTS_DAYS,
      events: e.RETENTION_EVENTS_DAYS,
      audit: e.RETENTION_AUDIT_DAYS,
    },
    webhookAllowedHosts: e.WEBHOOK_ALLOWED_HOSTS,
    webhookAllowedCidrs: e.WEBHOOK_ALLOWED_CIDRS,
    attentionUrl: e.ATTENTION_URL ?? null,
    ...placesOf(e),
    drainSeconds: e.DRAIN_SECONDS,
    metricsToken: e.METRICS_TOKEN ?? null,
    traces: tracesOf(e),
    ...accountsOf(e),
    secretKey: e.RECADO_SECRET_KEY ?? null,
    clockRate: e.RECADO_CLOCK_RATE,
    clockAnchor: e.RECADO_CLOCK_ANCHOR,
    simulator: e.SIMULATOR ?? null,
  });
}

/** Returns the first pair of settings that do not go together. */
function contradictionIn(
  e: z.output<typeof Environment>,
): { name: string; detail: string } | undefined {
  if ((e.SMTP_URL === undefined) !== (e.ATTENTION_EMAIL === undefined)) {
    const name = e.SMTP_URL === undefined ? 'SMTP_URL' : 'ATTENTION_EMAIL';
    return { name, detail: 'Set both SMTP_URL and ATTENTION_EMAIL, or neither.' };
  }
  if (e.SPEND_CURRENCY !== 'USD' && e.MODEL_PRICE_PER_MINUTE === null) {
    const detail =
      'The models are priced in USD: with another SPEND_CURRENCY write their price of a minute.';
    return { name: 'MODEL_PRICE_PER_MINUTE', detail };
  }
  return undefined;
}

const placesOf = (
  e: z.output<typeof Environment>,
): Pick<Config, 'attentionEmail' | 'postgres'> => ({
  attentionEmail:
    e.SMTP_URL && e.ATTENTION_EMAIL ? { smtpUrl: e.SMTP_URL, to: e.ATTENTION_EMAIL } : null,
  postgres: e.DATABASE_URL
    ? {
        url: e.DATABASE_URL,
        listenUrl: e.DATABASE_LISTEN_URL ?? e.DATABASE_URL,
        connections: e.DATABASE_CONNECTIONS,
      }
    : null,
});

const accountsOf = (e: z.output<typeof Environment>): Pick<Config, 'twilio' | 'openai'> => ({
  twilio:
    e.TWILIO_ACCOUNT_SID && e.TWILIO_AUTH_TOKEN
      ? {
          accountSid: e.TWILIO_ACCOUNT_SID,
          authToken: e.TWILIO_AUTH_TOKEN,
          fromNumbers: [...e.TWILIO_NUMBERS, ...e.TWILIO_CALLER_IDS],
          callerIds: e.TWILIO_CALLER_IDS,
          baseUrl: e.TWILIO_BASE_URL,
        }
      : null,
  openai: e.OPENAI_API_KEY
    ? {
        apiKey: e.OPENAI_API_KEY,
        baseUrl: e.OPENAI_BASE_URL,
        realtimeModel: e.OPENAI_REALTIME_MODEL,
        textModel: e.OPENAI_TEXT_MODEL,
      }
    : null,
});

function tracesOf(e: z.output<typeof Environment>): Config['traces'] {
  if (e.OTEL_EXPORTER_OTLP_ENDPOINT === undefined) return null;
  const pairs = (e.OTEL_EXPORTER_OTLP_HEADERS ?? '').split(',').map((pair) => pair.split('='));
  const headers = pairs.flatMap(([name = '', ...value]) =>
    name.trim() === '' ? [] : [[name.trim(), decodeURIComponent(value.join('=').trim())] as const],
  );
  return {
    endpoint: e.OTEL_EXPORTER_OTLP_ENDPOINT,
    headers: Object.fromEntries(headers),
    serviceName: e.OTEL_SERVICE_NAME,
  };
}

/** Returns the settings that decide who is called and what is kept, as the log of acts may tell them: no secret is in it. */
export const toldSettings = (config: Config): Record<string, unknown> => ({
  organisation: config.organisation,
  default_country: config.defaultCountry,
  allowed_countries: config.allowedCountries,
  default_recording: config.defaultRecording,
  calls_per_recipient_per_day: config.callsPerRecipientPerDay,
  consent_countries: config.requireConsentCountries,
  test_mode_rules: config.testModeRules,
  retention_days: config.retentionDays,
  webhook_allowed_hosts: config.webhookAllowedHosts,
  webhook_allowed_cidrs: config.webhookAllowedCidrs,
  public_url: config.publicUrl,
  carrier: config.twilio?.accountSid.slice(-4) ?? null,
  model: config.openai?.realtimeModel ?? null,
});

/** Returns what is missing before live keys may be made. This version lacks rules that live calls need, so it is never empty. */
export function goLive(config: Config): string[] {
  const missing: string[] = [];
  if (!config.twilio) missing.push('Set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN.');
  if (config.twilio && config.twilio.fromNumbers.length === 0)
    missing.push('Set TWILIO_NUMBERS to a number of yours.');
  if (!config.openai) missing.push('Set OPENAI_API_KEY.');
  if (!config.publicUrl?.startsWith('https://'))
    missing.push('Set PUBLIC_URL to an https address of this engine.');
  if (config.allowedCountries.length === 0) missing.push('Set ALLOWED_COUNTRIES, such as PT,ES.');
  if (!config.organisationSet) missing.push('Set ORGANISATION to the name to call for.');
  if (config.spending.limits.day === null)
    missing.push(
      `Set SPEND_LIMIT_DAY to the most that calls may cost in one day, in ${config.spending.currency}.`,
    );
  missing.push(
    'This version lacks rules of the conversation: opt-out by key, messages on voicemail and what happens when people call back. Live calls come with them.',
  );
  return missing;
}

/** Returns the process's environment, over what `.env` in this folder says. */
export function readEnvironment(folder = '.'): Record<string, string | undefined> {
  const file = resolve(folder, '.env');
  const fromFile = existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {};
  return { ...fromFile, ...process.env };
}
