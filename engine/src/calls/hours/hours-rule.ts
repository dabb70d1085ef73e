// A row of the table of calling hours, and the words that it is written in.
export type Purpose = 'transactional' | 'marketing';

/** Local wall-clock times, HH:MM; `to` is the first minute outside and may be 24:00. */
export interface CallingHours {
  from: string;
  to: string;
}

export interface HoursRule {
  /** ISO 3166 country; null for everywhere. */
  country: string | null;
  /** Postal code of a US state. */
  state?: string;
  purpose: Purpose;
  /** On days (1 is Monday) that no window names nobody is called. */
  windows: readonly { days: readonly number[]; hours: readonly CallingHours[] }[];
  closed_on_holidays: boolean;
  /** Public page that says so. */
  source: string;
  /** Month in which the source was read. */
  as_of: string;
  /** The source reports the rule and is not the rule itself. */
  second_hand?: true;
}
