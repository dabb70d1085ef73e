import type { Finding } from './checks.ts';
import type { Terminal } from './terminal.ts';

/** Prints a finding: a mark, what it is about, what was found, and the fix below it. */
export function showFinding(finding: Finding, { say, paint }: Terminal): void {
  const mark = { ok: paint.green('✔'), warn: paint.yellow('!'), bad: paint.red('✖') }[
    finding.state
  ];
  say(`${mark} ${finding.name.padEnd(13)}${finding.detail}`);
  if (finding.fix) say(`${' '.repeat(15)}${paint.dim('Fix:')} ${finding.fix}`);
}
