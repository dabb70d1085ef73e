/** Returns a cursor that stands for the last row shown, so that new rows never shift a page. */
export const cursorOf = ({ created_at, id }: { created_at: number; id: string }): string =>
  Buffer.from(`${created_at}.${id}`).toString('base64url');

/** Returns where a page begins, or null when it is not a cursor of rows with this prefix. */
export function readCursor(
  cursor: string,
  prefix: string,
): { created_at: number; id: string } | null {
  const [at = '', id = ''] = Buffer.from(cursor, 'base64url').toString('latin1').split('.');
  const isOurs = /^\d{1,15}$/.test(at) && new RegExp(`^${prefix}_[0-9a-z]{26}$`).test(id);
  return isOurs ? { created_at: Number(at), id } : null;
}

/** Returns the place in a list that a cursor of numbers stands for, or null when it is none. */
export function readPlace(cursor: string | undefined): number | null {
  if (cursor === undefined) return 0;
  return /^\d{1,6}$/.test(cursor) ? Number(cursor) : null;
}
