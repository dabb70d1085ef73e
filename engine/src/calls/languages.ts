// Languages that the engine itself can speak its fixed sentences in.

export const LANGUAGES = ['en', 'pt-PT', 'pt-BR', 'es', 'fr', 'de', 'it'] as const;
export type Language = (typeof LANGUAGES)[number];

const NAMES: Record<string, Language> = {
  english: 'en',
  portuguese: 'pt-PT',
  português: 'pt-PT',
  'brazilian portuguese': 'pt-BR',
  'português do brasil': 'pt-BR',
  spanish: 'es',
  español: 'es',
  french: 'fr',
  français: 'fr',
  german: 'de',
  deutsch: 'de',
  italian: 'it',
  italiano: 'it',
};

/** Returns the language that a tag or a name means (`pt`, `pt-BR`, `es-MX`, `Portuguese`), or undefined. */
export function languageOf(text: string): Language | undefined {
  const lower = text.trim().toLowerCase();
  const named = Object.hasOwn(NAMES, lower) ? NAMES[lower] : undefined;
  if (named) return named;
  const exact = LANGUAGES.find((language) => language.toLowerCase() === lower);
  if (exact) return exact;
  const [base, ...rest] = lower.split('-');
  if (rest.some((part) => !/^[a-z0-9]{2,8}$/.test(part))) return undefined;
  return base === 'pt' ? 'pt-PT' : LANGUAGES.find((language) => language === base);
}
