/** Returns what was said as plain words for patterns: lower case, without accents, typographic quotes or doubled spaces. */
export const plainWords = (said: string): string =>
  said
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[\u2018\u2019\u02BC]/gu, "'")
    .replace(/[\p{Cc}\p{Cf}]/gu, '')
    .toLowerCase()
    .replace(/\s+/gu, ' ')
    .trim();
