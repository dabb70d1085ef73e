// One SQL text for both stores. `$1` is a parameter; `{{skip_locked}}`, `{{serial}}` and `{{bytes}}` are the
// few places where the stores differ.

const SQLITE: Record<string, string> = {
  skip_locked: '',
  serial: 'INTEGER PRIMARY KEY AUTOINCREMENT',
  bytes: 'BLOB',
};

const translated = new Map<string, string>();
const TRANSLATED_MAX = 1_000;

/** Returns the text for SQLite: macros filled in, `$1` turned into `?1`. */
export function sqliteText(sql: string): string {
  const known = translated.get(sql);
  if (known !== undefined) return known;
  if (translated.size >= TRANSLATED_MAX) translated.clear();
  const text = sql
    .replace(/\{\{(\w+)\}\}/g, (_, name: string) => SQLITE[name] ?? '')
    .replace(/\$(\d+)/g, '?$1');
  translated.set(sql, text);
  return text;
}
