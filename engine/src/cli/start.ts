import { join, relative } from 'node:path';
import type { Config } from '../config.ts';
import { createEngine, type Engine, VERSION } from '../engine.ts';
import { fail, ok, type Result } from '../lib/result.ts';
import { type CliFailure, report } from './failure.ts';
import { commandName, localUrl, readSettings } from './settings.ts';
import type { Terminal } from './terminal.ts';

/** `recado start`: runs the engine until a signal ends it, and returns the exit code. */
export async function start(terminal: Terminal): Promise<number> {
  const settings = readSettings();
  if (!settings.ok) return report(terminal, settings.failure);
  const { config, env } = settings.value;
  const signals = awaitSignals(terminal);
  const running = await startEngine(config);
  if (!running.ok) return report(terminal, running.failure);

  const { engine, url, firstKey } = running.value;
  for (const line of welcome({
    url,
    firstKey,
    config,
    command: commandName(env),
    paint: terminal.paint,
  })) {
    terminal.say(line);
  }
  await signals;
  terminal.say(
    'Stopping: nobody is dialed any more, and live calls go on to their end. Press Ctrl-C again to stop at once.',
  );
  await engine.drain();
  await engine.stop();
  terminal.say('Stopped.');
  return 0;
}

export interface RunningEngine {
  engine: Engine;
  url: string;
  firstKey: string | undefined;
}

type Options = Parameters<typeof createEngine>[1];

/** Returns a started engine, or why it does not start with what to do about it. */
export async function startEngine(
  config: Config,
  options: Options = {},
): Promise<Result<RunningEngine, CliFailure>> {
  let engine: Engine | undefined;
  try {
    engine = await createEngine(config, options);
    const { url, first_key: firstKey } = await engine.start();
    return ok({ engine, url, firstKey });
  } catch (error) {
    // What half of it runs must not keep the process alive; the first error is the one to tell.
    await engine?.stop().catch(() => undefined);
    return fail(explainStart(error, config));
  }
}

function explainStart(error: unknown, config: Config): CliFailure {
  const { code, message } = error as { code?: unknown; message?: unknown };
  const what = `The engine did not start: ${String(message ?? error)}`;
  if (code === 'EADDRINUSE') {
    return {
      what: `Something else already listens on ${localUrl(config)}.`,
      fix: 'Stop it if it is an engine of yours, or choose another port: PORT=8091.',
    };
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return {
      what,
      fix: `Make ${config.dataDir} writable for this user, or set DATA_DIR to another folder.`,
    };
  }
  if (config.postgres && /^(STORE_|28|3D)/.test(String(code))) {
    return {
      what,
      fix: 'Look at DATABASE_URL: its server must be up, and its user be let in to its database.',
    };
  }
  if (/lock/i.test(String(message))) {
    return {
      what,
      fix: `Another engine uses ${config.dataDir}. Stop it, or set DATA_DIR to another folder.`,
    };
  }
  return { what, fix: 'Run `recado doctor`: it looks at each part and says what is wrong.' };
}

interface Welcome {
  url: string;
  firstKey: string | undefined;
  config: Config;
  command: string;
  paint: Terminal['paint'];
}

function welcome({ url, firstKey, config, command, paint }: Welcome): string[] {
  const keyFile = relative(process.cwd(), join(config.dataDir, 'first-key'));
  const first = firstKey
    ? [
        `First API key  ${paint.bold(firstKey)}`,
        paint.dim(`  Shown this once, and kept in ${keyFile} for the command line.`),
      ]
    : [];
  return [
    `${paint.green('✔')} Recado ${VERSION} runs at ${paint.bold(url)}`,
    ...first,
    '',
    paint.bold('Next:'),
    '  1. Place a simulated call, with no account anywhere:',
    `       ${command} call +12025550143 --task "Confirm the appointment on Friday at 14:00."`,
    '     or by API:',
    `       curl -sS ${url}/v1/calls -H "Authorization: Bearer $(cat ${keyFile})" \\`,
    `         -H "Content-Type: application/json" \\`,
    `         -d '{"phone_number": "+12025550143", "task": "Confirm the appointment on Friday at 14:00."}'`,
    `  2. Read what the API can do: ${url}/docs`,
    `  3. Call a real phone: ${command} init`,
    '',
    paint.dim('Ctrl-C stops the engine.'),
  ];
}

/** Resolves at the first signal to stop; a second one ends the process at once. */
function awaitSignals(terminal: Terminal): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        if (asked) {
          terminal.remark('Stopped at once.');
          process.exit(130);
        }
        asked = true;
        resolve();
      });
    }
  });
}
