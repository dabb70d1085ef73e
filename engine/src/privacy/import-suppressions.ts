// Reads a CSV file of numbers into the list. A row that cannot be taken is told with its line; the others are taken.
import { Readable } from 'node:stream';
import { CsvError, type Info, parse } from 'csv-parse';
import { readDestination } from '../calls/destination.ts';
import type { ProblemFailure } from '../contract/problem.ts';
import { AddSuppression, type SuppressionImport } from '../contract/suppression.ts';
import type { Clock } from '../lib/clock.ts';
import { fail, ok, type Result } from '../lib/result.ts';
import type { NewSuppression } from './ports.ts';
import type { Actor, SuppressPorts } from './suppress.ts';
import { unescapeCell } from './suppressions-csv.ts';

export const IMPORT_ROWS_MAX = 20_000;
const ERRORS_MAX = 1_000;
// Long files are read in pieces, so that the sound of live calls never waits for one.
const PIECE_CHARS = 16 * 1_024;
const ROWS_PER_TURN = 100;
const CELL_CHARS_MAX = 4_096;

export interface ImportPorts extends SuppressPorts {
  clock: Clock;
}

/** Adds the numbers of the file. Sent again, it adds nothing and says so. */
export async function importSuppressions(
  text: string,
  { country, actor }: { country: string | null; actor: Actor },
  ports: ImportPorts,
): Promise<Result<SuppressionImport, ProblemFailure>> {
  const read = await readRows(text, country, ports.clock);
  if (!read.ok) return read;
  const { entries, report } = read.value;
  const added = await ports.database.transaction(async (tx) => {
    const count = await ports.suppressions.addAll(tx, entries);
    await ports.audit.record(tx, {
      ...{ actor: actor.id, mode: actor.mode, action: 'suppressions.imported', object: null },
      detail: { rows: report.rows, added: count, refused: report.refused },
    });
    return count;
  });
  return ok({ ...report, added, known: entries.length - added });
}

type Report = Pick<SuppressionImport, 'rows' | 'refused' | 'errors'>;

async function readRows(
  text: string,
  country: string | null,
  clock: Clock,
): Promise<Result<{ entries: NewSuppression[]; report: Report }, ProblemFailure>> {
  const report: Report = { rows: 0, refused: 0, errors: [] };
  const entries: NewSuppression[] = [];
  try {
    for await (const { record, info } of rowsOf(text)) {
      if (report.rows === IMPORT_ROWS_MAX) return malformed(`At most ${IMPORT_ROWS_MAX} rows.`);
      report.rows += 1;
      const entry = readRow(record, country);
      if (entry.ok) entries.push(entry.value);
      else refuse(report, info.lines, entry.failure);
      if (report.rows % ROWS_PER_TURN === 0) await clock.sleep(0);
    }
  } catch (error) {
    if (error instanceof CsvError) return malformed(whyMalformed(error));
    if (error instanceof MissingColumn) return malformed(error.message);
    throw error;
  }
  return ok({ entries, report });
}

type Row = Partial<Record<string, string>>;
class MissingColumn extends Error {}

const rowsOf = (file: string): AsyncIterable<{ record: Row; info: Info }> => {
  // Inside a cell the package counts both characters of a line break as lines.
  const text = file.replaceAll('\r\n', '\n');
  const pieces = function* (): Generator<string> {
    for (let at = 0; at < text.length; at += PIECE_CHARS) yield text.slice(at, at + PIECE_CHARS);
  };
  return Readable.from(pieces()).pipe(
    parse({
      bom: true,
      columns: readHeader,
      info: true,
      max_record_size: CELL_CHARS_MAX,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    }),
  );
};

function readHeader(cells: string[]): string[] {
  const names = cells.map((cell) => cell.trim().toLowerCase());
  if (!names.includes('phone_number'))
    throw new MissingColumn(
      'The first line must name the columns: phone_number, and reason and note where you have them.',
    );
  return names;
}

function readRow(
  row: Row,
  country: string | null,
): Result<NewSuppression, { code: string; detail: string }> {
  const number = unescapeCell(row['phone_number'] ?? '');
  if (number === '') return fail({ code: 'required', detail: 'There is no phone number.' });
  if (number === 'erased')
    return fail({ code: 'erased', detail: 'The number of this entry was erased.' });
  const read = readDestination(number, country);
  if (!read.ok) return fail({ code: 'invalid_phone_number', detail: read.failure.detail ?? '' });
  const reason = AddSuppression.shape.reason.safeParse(row['reason'] || 'imported');
  if (!reason.success) return fail({ code: 'invalid_value', detail: 'There is no such reason.' });
  const note = AddSuppression.shape.note.safeParse(unescapeCell(row['note'] ?? ''));
  if (!note.success)
    return fail({ code: 'invalid_value', detail: 'A note is one line of at most 500 characters.' });
  const { phone_number } = read.value;
  return ok({ phone_number, reason: reason.data, source: 'import', note: note.data || null });
}

function refuse(report: Report, line: number, why: { code: string; detail: string }): void {
  report.refused += 1;
  if (report.errors.length < ERRORS_MAX) report.errors.push({ line, ...why });
}

const malformed = (detail: string): Result<never, ProblemFailure> =>
  fail({ code: 'malformed_csv', detail });

// The messages of the package quote the file.
const whyMalformed = (error: CsvError): string => {
  const at = typeof error['lines'] === 'number' ? ` Line ${error['lines']}.` : '';
  return `The file could not be read as CSV (${error.code.toLowerCase()}).${at}`;
};
