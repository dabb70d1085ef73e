// `recado demo`: one call from request to signed result on the simulated phone network, with nothing set up.
import { createWriteStream, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import type { Client } from '../client/index.ts';
import { type Config, loadConfig, readEnvironment } from '../config.ts';
import { type Clock, createClock } from '../lib/clock.ts';
import { newSecret } from '../lib/id.ts';
import { createLog } from '../lib/log.ts';
import { connect } from './ask-engine.ts';
import { DEMO_LANGUAGES, type DemoLanguage, demoRequest } from './demo-request.ts';
import { report } from './failure.ts';
import { followCall } from './follow-call.ts';
import { commandName } from './settings.ts';
import { type Call, namesOf, resultLines, turnLine } from './show-call.ts';
import { startEngine } from './start.ts';
import { printable, type Terminal } from './terminal.ts';
import {
  type ReceivedWebhook,
  startWebhookReceiver,
  type WebhookReceiver,
} from './webhook-receiver.ts';

export interface DemoOptions {
  number: string;
  fast: boolean;
  language: DemoLanguage;
}

const FAST_RATE = 10;
const SIMULATED =
  'Simulated call: real protocols, real audio, scripted voices. No AI model and no phone network.';
const WEBHOOK_WITHIN_MS = 30_000;

/** Runs the demonstration and returns the exit code. */
export async function demo(options: DemoOptions, terminal: Terminal): Promise<number> {
  const { paint, say } = terminal;
  say(paint.yellow(SIMULATED));
  terminal.live('Starting the engine …');
  const folder = demoFolder();
  const config = demoConfig(folder, options);
  const clock = createClock({ rate: config.clockRate });
  const log = createLog({
    level: 'warn',
    destination: createWriteStream(join(folder, 'engine.log'), { mode: 0o600 }),
  });
  const running = await startEngine(config, { clock, log });
  if (!running.ok) return report(terminal, running.failure);

  const { engine, url, firstKey } = running.value;
  let secret = '';
  const receiver = await startWebhookReceiver(clock, () => secret);
  try {
    const client = connect(url, firstKey ?? '');
    secret = (await client.getAccount()).webhook_secret;
    const call = await placeAndFollow({ client, clock, receiver, options, terminal });
    const received = await receiver.first(WEBHOOK_WITHIN_MS);
    for (const line of webhookLines(received, receiver.url, paint)) say(line);
    for (const line of recordingLines(await engine.recordingPath(call.id), call, paint)) say(line);
    say();
    say(paint.yellow(SIMULATED));
    if (received?.verified.ok !== true) return report(terminal, noWebhook(folder));
    say(paint.dim(`Next: \`${nextCommand()}\` runs the engine as a server.`));
    return 0;
  } catch (error) {
    return report(terminal, {
      what: `The demonstration broke off: ${error instanceof Error ? error.message : String(error)}`,
      fix: `Look into ${shown(join(folder, 'engine.log'))}, then try again; \`${commandName(readEnvironment())} doctor\` checks this machine.`,
    });
  } finally {
    await receiver.close();
    await engine.stop();
  }
}

interface Stage {
  client: Client;
  clock: Clock;
  receiver: WebhookReceiver;
  options: DemoOptions;
  terminal: Terminal;
}

async function placeAndFollow({
  client,
  clock,
  receiver,
  options,
  terminal,
}: Stage): Promise<Call> {
  const { paint, say } = terminal;
  const request = demoRequest({ ...options, webhookUrl: receiver.url, now: clock.now() });
  say();
  say(paint.bold('POST /v1/calls'));
  for (const line of JSON.stringify(request, null, 2).split('\n')) say(paint.dim(`  ${line}`));
  say();
  const placed = await client.placeCall({ body: request });
  const names = namesOf(request.caller_name);
  const call = await followCall(client, placed.id, clock, {
    status(status) {
      if (STATUS_TEXTS[status]) say(paint.dim(`  …   ${STATUS_TEXTS[status]}`));
    },
    turn(turn) {
      say(turnLine(turn, names, paint));
      terminal.live('in conversation …');
    },
  });
  terminal.live('');
  say();
  for (const line of resultLines(call, paint)) say(line);
  say();
  say(paint.bold('Structured result'));
  for (const line of JSON.stringify(structured(call), null, 2).split('\n')) say(`  ${line}`);
  say();
  return call;
}

/** What a workflow reads of the call first; the whole call has more. */
const structured = (call: Call) => ({
  status: call.status,
  outcome: call.outcome,
  outcome_group: call.outcome_group,
  outcome_evidence: call.outcome_evidence,
  successful: call.successful,
  reached: call.reached,
  end_reason: call.end_reason,
  result: call.result,
  summary: call.summary,
  duration_seconds: call.duration_seconds,
  simulated: call.simulated,
  metadata: call.metadata,
});

const STATUS_TEXTS: Partial<Record<Call['status'], string>> = {
  dialing: 'dialing',
  ringing: 'ringing',
  in_progress: 'answered; the agent says who is calling before anything else',
  finalizing: 'hung up; the result is read from what was said',
};

function webhookLines(
  received: ReceivedWebhook | undefined,
  url: string,
  paint: Terminal['paint'],
): string[] {
  const label = paint.bold('Webhook    ');
  if (!received) return [`${label}${paint.red('✖ nothing arrived')} at ${url}`];
  if (!received.verified.ok)
    return [`${label}${paint.red(`✖ signature not verified: ${received.verified.failure}`)}`];
  const { type } = received.verified.value;
  return [
    `${label}${type} received at ${url}`,
    `           id ${printable(received.id)}, ${received.bytes} bytes, signature ${paint.green('✔ verified')}`,
  ];
}

function recordingLines(path: string | undefined, call: Call, paint: Terminal['paint']): string[] {
  const label = paint.bold('Recording  ');
  if (path)
    return [
      `${label}${shown(path)}`,
      paint.dim('           stereo WAV: the agent on the left, the person on the right'),
    ];
  return [`${label}none: ${call.reached === true ? 'nothing was recorded' : 'nobody talked'}`];
}

const noWebhook = (folder: string) => ({
  what: 'The signed webhook did not arrive on loopback, or did not verify.',
  fix: `Check that this machine lets programs connect to 127.0.0.1, and look into ${shown(join(folder, 'engine.log'))}.`,
});

// What is set up on this machine must not change the demonstration, so only its own settings are read.
function demoConfig(folder: string, { fast, language }: DemoOptions): Config {
  const config = loadConfig({
    DATA_DIR: folder,
    HOST: '127.0.0.1',
    PORT: '0',
    DEFAULT_LANGUAGE: language,
    ORGANISATION: DEMO_LANGUAGES[language].organisation,
    RECADO_CLOCK_RATE: String(fast ? FAST_RATE : 1),
  });
  if (!config.ok) throw new Error(JSON.stringify(config.failure));
  return config.value;
}

/** Returns a new folder that outlives the demonstration, so that its recording can be played. */
function demoFolder(): string {
  const name = join('demo', newSecret(6));
  const wanted = resolve(readEnvironment()['DATA_DIR'] ?? './data', name);
  try {
    mkdirSync(wanted, { recursive: true, mode: 0o700 });
    return wanted;
  } catch {
    const instead = join(tmpdir(), 'recado', name);
    mkdirSync(instead, { recursive: true, mode: 0o700 });
    return instead;
  }
}

function shown(path: string): string {
  const near = relative(process.cwd(), path);
  return near.startsWith('..') ? path : near;
}

const nextCommand = (): string =>
  readEnvironment()['npm_lifecycle_event'] === undefined ? 'recado start' : 'npm start';
