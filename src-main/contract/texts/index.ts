import { en } from './en/index.ts';

/**
 * The one catalogue of texts that people read in the app. A text without variables is a string; one with variables is a
 * function, so that a language decides its own order of words and its own plurals. A translation is a further folder
 * beside `en` whose object is a `Texts`, entered in `LANGUAGES`: the compiler names what it lacks.
 */
export type Texts = typeof en;

const LANGUAGES: Readonly<Record<string, Texts>> = { en };

/** The catalogue for a BCP 47 tag such as `de-CH`; English where there is none. */
export function textsFor(tag: string): Texts {
  const [language = ''] = tag.toLowerCase().split('-');
  return LANGUAGES[language] ?? en;
}

/** The texts in the language of the app. Known when the module loads, so constants may be made of them. */
export const texts: Texts = textsFor(Intl.DateTimeFormat().resolvedOptions().locale);
