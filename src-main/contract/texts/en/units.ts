import { plural } from './plural.ts';

/** Numbers and times as people read them. */
export const units = {
  /** BCP 47: how dates and large numbers are written. */
  locale: 'en-GB',
  mbitS: (value: string) => `${value} Mbit/s`,
  kbitS: (value: number) => `${value} kbit/s`,
  lessThanAMinute: 'less than a minute',
  min: (minutes: number) => `${minutes} min`,
  hoursMinutes: (hours: number, minutes: number) => (minutes === 0 ? `${hours} h` : `${hours} h ${minutes} min`),
  days: (count: string) => `${count} days`,
  aDay: 'a day',
  aYear: 'a year',
  today: 'Today',
  yesterday: 'Yesterday',
  people: (count: number) => plural(count, 'person', 'people'),
  skew: (sign: string, ms: number) => `skew ${sign}${ms} ms`,
};
