// The `recado` command: its words and options. Each command is loaded only when it is used.
import { Command, InvalidArgumentError, Option } from 'commander';
import { createClock } from '../lib/clock.ts';
import type { CallOptions } from './call-request.ts';
import type { DemoOptions } from './demo.ts';
import { createTerminal } from './terminal.ts';

const terminal = createTerminal();
const program = new Command('recado')
  .description(
    'AI phone calls for workflows: call a person, have the conversation, get one structured result.',
  )
  .showHelpAfterError('(`recado --help` lists the commands)')
  .showSuggestionAfterError();

program
  .command('start')
  .description('run the engine as a server')
  .action(async () => finish(await (await import('./start.ts')).start(terminal)));

program
  .command('demo')
  .description('show one whole call on the simulated phone network')
  .option(
    '--number <number>',
    'test number to call; the last two digits choose what the person does',
    testNumber,
    '+12025550143',
  )
  .option('--fast', 'run the audio faster than real time', false)
  .addOption(
    new Option('--language <language>', 'language of the call')
      .choices(['en', 'pt-PT'])
      .default('en'),
  )
  .action(async (options: DemoOptions) =>
    finish(await (await import('./demo.ts')).demo(options, terminal)),
  );

program
  .command('call')
  .description('place a call at the running engine and follow it')
  .argument('<number>', 'phone number with country code, such as +12025550143')
  .requiredOption('--task <text>', 'what the call is for, in plain words')
  .option('--name <name>', "the person's name")
  .option('--language <language>', 'language of the call, such as en or pt-PT')
  .option('--on-behalf-of <name>', 'who the agent says it calls for')
  .option('--outcome <word>', 'a word to get back as the outcome; may be repeated', collect)
  .option(
    '--question <text>',
    'a question to ask, such as "yes_no: Will you come?"; may be repeated',
    collect,
  )
  .option('--variable <name=value>', 'a value for a {{name}} in the task; may be repeated', collect)
  .option('--reference <id>', "your record's id")
  .addOption(new Option('--recording <how>', 'record the call').choices(['off', 'notify']))
  .option('--json', 'print only the ended call, as JSON')
  .option('--no-follow', 'return as soon as the call is accepted')
  .action(async (number: string, options: CallOptions & { json?: boolean; follow: boolean }) =>
    finish(await (await import('./call.ts')).call(number, options, terminal)),
  );

const keys = program
  .command('keys')
  .description('make, list and revoke API keys on the data folder');
keys
  .command('create')
  .description('make a key and show it once')
  .option('--live', 'a key whose calls ring real phones', false)
  .option('--name <name>', 'a name to know it by', 'made by recado keys')
  .action(async (options: { live: boolean; name: string }) =>
    finish(await (await import('./keys.ts')).createKey(options, terminal)),
  );
keys
  .command('list')
  .description('list the keys, without their secrets')
  .option('--json', 'as JSON')
  .action(async (options: { json?: boolean }) =>
    finish(await (await import('./keys.ts')).listKeys(options, terminal)),
  );
keys
  .command('revoke')
  .description('make a key worthless, at once and for good')
  .argument('<id>', 'id of the key, from `recado keys list`')
  .action(async (id: string) => finish(await (await import('./keys.ts')).revokeKey(id, terminal)));

program
  .command('move')
  .description(
    'copy the store in the data folder to Postgres, row by row, while the engine is stopped',
  )
  .requiredOption('--to <url>', 'empty database: postgres://user:password@host:5432/database')
  .action(async (options: { to: string }) =>
    finish(await (await import('./move.ts')).move(options, terminal)),
  );

program
  .command('audit')
  .description('the log of acts on the data folder')
  .command('verify')
  .description('check that every act in the log is as it was written')
  .option('--json', 'as JSON')
  .action(async (options: { json?: boolean }) =>
    finish(await (await import('./audit.ts')).verifyAudit(options, terminal)),
  );

program
  .command('init')
  .description('set up real phone calls: asks, checks each answer, writes .env')
  .option('--yes', 'ask nothing: take what the environment, .env and these options say')
  .option('--organisation <name>', 'who the agent calls for')
  .option('--countries <list>', 'countries to call, such as PT,ES')
  .option('--spend-limit-day <amount>', 'most that all calls of one day may cost')
  .option('--public-url <url>', 'https address at which the internet reaches the engine')
  .option(
    '--account-sid <sid>',
    'Twilio account; its token is read from TWILIO_AUTH_TOKEN or asked for',
  )
  .option('--numbers <list>', 'Twilio numbers to call from, with commas')
  .action(async (options: Record<string, string | boolean>) =>
    finish(await (await import('./init.ts')).init(options, terminal)),
  );

program
  .command('doctor')
  .description('check this machine and the settings, and say what to fix')
  .action(async () => finish(await (await import('./doctor.ts')).doctor(terminal)));

await program.parseAsync().catch((error: unknown) => {
  // Ctrl-C at a question; only `init` asks, and it writes after the last one.
  if (error instanceof Error && error.name === 'ExitPromptError') {
    terminal.remark('Stopped; nothing was written.');
    return finish(130);
  }
  terminal.remark(
    `recado: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
  );
  finish(1);
});

function finish(exitCode: number): void {
  process.exitCode = exitCode;
  // Does nothing in a process that has nothing left to do; ends one in which something was left open.
  createClock().after(3_000, () => process.exit());
}

function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}

function testNumber(text: string): string {
  if (/^\+1\d{3}55501\d\d$/.test(text)) return text;
  throw new InvalidArgumentError(
    'The demonstration calls test numbers only: +1, any area code, 555-01 and two digits, such as +12025550143.',
  );
}
