import type { ChaosReport } from './chaos.ts';

/** Returns a report as lines for people. */
export function tableOf(store: string, report: ChaosReport): string {
  const { findings, missed, stories } = report;
  const row = (name: string, value: string | number, note = ''): string =>
    `  ${name.padEnd(46)} ${String(value).padStart(7)}  ${note}`.trimEnd();
  return [
    `${store}: ${report.calls} calls in ${report.seconds} s, seed ${report.seed}`,
    row('kills', report.kills),
    row('pauses', report.pauses),
    row('moments met (point × fault)', report.met.length),
    row('moments that never came', missed.length, missed.join(', ')),
    row('placing asked again', report.placing_repeated),
    row('a phone rang on after its attempt, seconds at most', report.rang_on_seconds_max),
    ...findings.map(({ rule, figure, must_be, broken }) =>
      row(
        rule,
        figure,
        broken.length === 0 ? must_be : `BROKEN (must be ${must_be}): ${broken.join(' ')}`,
      ),
    ),
    row('end reasons', '', JSON.stringify(report.end_reasons)),
    ...stories,
  ].join('\n');
}
