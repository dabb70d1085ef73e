// A call as lines of text for people. Pure: the caller prints them.
import type { Client } from '../client/index.ts';
import { printable, type Terminal } from './terminal.ts';

export type Call = Awaited<ReturnType<Client['getCall']>>;
export type Turn = Call['transcript'][number];

/** Returns the line of one turn: when it began, who spoke, what was said. */
export function turnLine(turn: Turn, names: Names, paint: Terminal['paint']): string {
  const width = Math.max(names.agent.length, names.recipient.length);
  const speaker = names[turn.speaker].padEnd(width);
  const colour = turn.speaker === 'agent' ? paint.cyan : paint.green;
  const cut = turn.interrupted ? paint.dim(' (interrupted)') : '';
  return `${paint.dim(minutes(turn.started_ms))}  ${colour(speaker)}  ${printable(turn.text)}${cut}`;
}

export interface Names {
  agent: string;
  recipient: string;
}

/** Returns how the two are named in a transcript; the recipient by the first of their names. */
export function namesOf(recipientName: string | null | undefined): Names {
  const first = printable(recipientName ?? '')
    .trim()
    .split(/\s+/)[0];
  return { agent: 'Agent', recipient: first ? first.slice(0, 20) : 'Person' };
}

/** Returns what came of an ended call. */
export function resultLines(call: Call, paint: Terminal['paint']): string[] {
  return [
    `${label('Outcome', paint)}${colourOf(call, paint)(paint.bold(call.outcome ?? 'not known'))}${paint.dim(`  ${whyOf(call)}`)}`,
    ...optional(
      'Because',
      call.outcome_evidence && `“${printable(call.outcome_evidence.quote)}”`,
      paint,
    ),
    ...optional(
      'Refused',
      call.refusal && `${call.refusal.rule}: ${printable(call.refusal.detail)}`,
      paint,
    ),
    ...optional('Summary', call.summary && printable(call.summary), paint),
    ...call.next_steps.flatMap((step) => optional('Next', printable(step), paint)),
    ...jsonLines(call, paint),
  ];
}

function whyOf(call: Call): string {
  const seconds = call.duration_seconds === null ? '' : `, ${Math.round(call.duration_seconds)} s`;
  return `(${call.outcome_group ?? 'no group'}; ended by ${call.end_reason ?? 'nothing known'}${seconds})`;
}

function jsonLines(call: Call, paint: Terminal['paint']): string[] {
  if (call.result === null) return optional('Result', RESULT_TEXTS[call.result_status], paint);
  const [first = '', ...rest] = JSON.stringify(call.result, null, 2).split('\n');
  return [
    `${label('Result', paint)}${first}`,
    ...rest.map((line) => `${' '.repeat(LABEL)}${line}`),
  ];
}

const RESULT_TEXTS: Record<Call['result_status'], string | undefined> = {
  ok: undefined,
  not_requested: undefined,
  pending: 'not read yet',
  invalid: 'what was said did not fit the result asked for',
  unavailable: 'could not be read',
};

const LABEL = 11;
const label = (text: string, paint: Terminal['paint']): string => paint.bold(text.padEnd(LABEL));

const optional = (
  name: string,
  text: string | null | undefined | false,
  paint: Terminal['paint'],
): string[] => (text ? [`${label(name, paint)}${text}`] : []);

function colourOf(call: Call, paint: Terminal['paint']): (text: string) => string {
  if (call.outcome_group === 'answered') return paint.green;
  return call.outcome_group === 'problem' ? paint.red : paint.yellow;
}

/** Returns 0:07 for 7,400 ms. */
function minutes(ms: number): string {
  const seconds = Math.max(Math.floor(ms / 1000), 0);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
