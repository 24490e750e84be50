import { LOCALE } from './number.ts';

const rules = new Intl.PluralRules(LOCALE);

/** A number with its noun: `1 room`, `2 rooms`. */
export const plural = (count: number, one: string, other = `${one}s`): string =>
  `${count} ${rules.select(count) === 'one' ? one : other}`;
