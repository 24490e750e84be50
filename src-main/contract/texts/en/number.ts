/** BCP 47: how dates and numbers are written. */
export const LOCALE = 'en-GB';

const grouped = new Intl.NumberFormat(LOCALE);

/** A whole number, however large: `5,000`. */
export const number = (value: number): string => grouped.format(value);
