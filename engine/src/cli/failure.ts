import type { Terminal } from './terminal.ts';

/** Why a command did not work, and what the person can do about it. */
export interface CliFailure {
  what: string;
  fix: string;
}

/** Prints a failure with its fix, and returns the exit code. */
export function report(terminal: Terminal, failure: CliFailure): 1 {
  terminal.remark(`${terminal.paint.red('✖')} ${failure.what}`);
  terminal.remark(`  ${terminal.paint.bold('Fix:')} ${failure.fix}`);
  return 1;
}
