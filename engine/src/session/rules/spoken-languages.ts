// The languages in which the engine itself speaks and understands. European and Brazilian Portuguese are two.
import { german } from './sentences/de.ts';
import { english } from './sentences/en.ts';
import { spanish } from './sentences/es.ts';
import { french } from './sentences/fr.ts';
import { italian } from './sentences/it.ts';
import { brazilianPortuguese } from './sentences/pt-br.ts';
import { europeanPortuguese } from './sentences/pt-pt.ts';
import type { Sentences } from './sentences/sentences.ts';

export const SPOKEN_LANGUAGES = ['en', 'pt-pt', 'pt-br', 'es', 'fr', 'de', 'it'] as const;
export type SpokenLanguage = (typeof SPOKEN_LANGUAGES)[number];

export const SENTENCES: Readonly<Record<SpokenLanguage, Sentences>> = {
  en: english,
  'pt-pt': europeanPortuguese,
  'pt-br': brazilianPortuguese,
  es: spanish,
  fr: french,
  de: german,
  it: italian,
};

/** Returns the language in which the engine speaks in a call of this BCP 47 tag: English where it has no sentences. */
export function spokenLanguage(language: string | null): SpokenLanguage {
  const tag = (language ?? 'en').toLowerCase();
  const base = tag.split('-')[0] ?? 'en';
  const known = (name: string): SpokenLanguage | undefined =>
    SPOKEN_LANGUAGES.find((one) => one === name);
  return known(tag) ?? known(base === 'pt' ? 'pt-pt' : base) ?? 'en';
}
