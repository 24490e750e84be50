import { LOCALE, number } from './number.ts';
import { plural } from './plural.ts';

/** Numbers and times as people read them. */
export const units = {
  /** BCP 47: how dates and numbers are written, and the language of the window's page. */
  locale: LOCALE,
  /** Each a thousand of the one before. */
  bytes: ['B', 'kB', 'MB', 'GB', 'TB'],
  amount: (value: string, unit: string) => `${value} ${unit}`,
  megabitsPerSecond: (value: string) => `${value} Mbit/s`,
  kilobitsPerSecond: (value: number) => `${value} kbit/s`,
  underAMinute: 'less than a minute',
  minutes: (minutes: number) => `${minutes} min`,
  hoursMinutes: (hours: number, minutes: number) => (minutes === 0 ? `${hours} h` : `${hours} h ${minutes} min`),
  days: (count: number) => `${number(count)} days`,
  today: 'Today',
  yesterday: 'Yesterday',
  dateTime: (day: string, time: string) => `${day}, ${time}`,
  people: (count: number) => plural(count, 'person', 'people'),
  skew: (sign: string, ms: number) => `skew ${sign}${ms} ms`,
};
