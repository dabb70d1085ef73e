// The list of suppressions as a CSV file: https://www.rfc-editor.org/rfc/rfc4180
import { stringify } from 'csv-stringify/sync';
import type { SuppressionRecord } from './ports.ts';

const COLUMNS = ['phone_number', 'reason', 'source', 'note', 'call_id', 'created_at'] as const;

/** Returns the first line of the file. */
export const csvHeader = (): string => rows([[...COLUMNS]]);

/** Returns the lines of these entries. A cell that a spreadsheet would run as a formula begins with an apostrophe. */
export const csvLines = (entries: readonly SuppressionRecord[]): string =>
  rows(
    entries.map((entry) => [
      entry.phone_number ?? 'erased',
      entry.reason,
      entry.source,
      entry.note ?? '',
      entry.call_id ?? '',
      new Date(entry.created_at).toISOString(),
    ]),
  );

// https://owasp.org/www-community/attacks/CSV_Injection
const rows = (cells: string[][]): string =>
  stringify(cells, { quoted: true, record_delimiter: '\r\n', escape_formulas: true });

/** Returns the cell as it was before the file was made safe for spreadsheets. */
export const unescapeCell = (cell: string): string =>
  /^'[=+\-@\t\r]/.test(cell) ? cell.slice(1) : cell;
