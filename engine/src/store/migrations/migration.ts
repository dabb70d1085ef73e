/** One change of the tables. Never edited once released; the next change is a new one. */
export interface Migration {
  name: string;
  statements: readonly string[];
}
