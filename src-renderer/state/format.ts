import { texts } from '../../src-main/contract/texts/index.ts';

/** Numbers and times as people read them, with units. Pure. */

// Made once: a formatter costs as much to make as thousands of numbers to format.
const decimals = (digits: number): Intl.NumberFormat =>
  new Intl.NumberFormat(texts.units.locale, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    useGrouping: false,
  });
const [whole, tenths] = [decimals(0), decimals(1)];
const percent = new Intl.NumberFormat(texts.units.locale, { style: 'percent' });

/** `1.4`. Rounded by its binary value, as `toFixed` does; Intl would round its shortest decimal. */
export const formatTenths = (value: number): string => tenths.format(Number(value.toFixed(1)));

/** Decimal units, as disks and stores count: `1.9 GB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < texts.units.bytes.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const number = unit === 0 || value >= 99.95 ? whole.format(Number(value.toFixed(0))) : formatTenths(value);
  return texts.units.amount(number, texts.units.bytes[unit] ?? '');
}

/** `1.4 Mbit/s` */
export const formatRate = (bitsPerSecond: number): string =>
  bitsPerSecond >= 999_500
    ? texts.units.megabitsPerSecond(formatTenths(bitsPerSecond / 1e6))
    : texts.units.kilobitsPerSecond(Math.round(bitsPerSecond / 1000));

const two = (value: number): string => String(value).padStart(2, '0');

/** A clock that never changes its width within an hour: `00:42:17`. */
export function formatClock(durationMs: number): string {
  const seconds = Math.max(0, Math.floor(durationMs / 1000));
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** A length in as few digits as it needs: `42:17`, `1:12:40`. */
export function formatLength(durationMs: number): string {
  const seconds = Math.max(0, Math.round(durationMs / 1000));
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** How fast an upload goes and how long it still takes, as far as both are known: `2.1 MB/s · 4 min left`. */
export function formatPace(bytesPerS: number | null | undefined, etaS: number | null | undefined): string | null {
  if (bytesPerS == null) return null;
  const words = texts.progress;
  const rate = words.rate(formatBytes(bytesPerS));
  if (etaS == null) return rate;
  return words.rateAndLeft(rate, etaS < 60 ? words.secondsLeft(etaS) : words.left(formatSpan(etaS * 1000)));
}

/** A span that need not be exact: `11 h 20 min`, `8 min`, `3 days`. */
export function formatSpan(durationMs: number): string {
  const minutes = Math.floor(durationMs / 60_000);
  if (minutes < 1) return texts.units.underAMinute;
  if (minutes < 60) return texts.units.minutes(minutes);
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return texts.units.hoursMinutes(hours, minutes % 60);
  return texts.units.days(Math.floor(hours / 24));
}

export const formatPercent = (fraction: number): string =>
  percent.format(Math.floor(Math.min(1, Math.max(0, fraction)) * 100) / 100);

/** Days of the local calendar, in a row. */
export const dayNumber = (date: Date): number =>
  Math.floor((date.getTime() - date.getTimezoneOffset() * 60_000) / 86_400_000);

const formatter = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat(texts.units.locale, options);
const weekdayDay = formatter({ weekday: 'long', day: 'numeric', month: 'long' });
const dayOfYear = formatter({ day: 'numeric', month: 'long' });
const fullDay = formatter({ day: 'numeric', month: 'long', year: 'numeric' });
const shortDay = formatter({ day: 'numeric', month: 'short', year: 'numeric' });
const timeOfDay = formatter({ hour: '2-digit', minute: '2-digit' });

/** The heading that a day's sessions stand under: `Today`, `Yesterday`, `Friday 20 November`, `3 May 2025`. */
export function formatDay(iso: string, now: Date): string {
  const date = new Date(iso);
  const days = dayNumber(now) - dayNumber(date);
  if (days === 0) return texts.units.today;
  if (days === 1) return texts.units.yesterday;
  if (date.getFullYear() !== now.getFullYear()) return fullDay.format(date);
  return (days > 1 && days < 7 ? weekdayDay : dayOfYear).format(date);
}

/** `14:05` */
export const formatTime = (iso: string): string => timeOfDay.format(new Date(iso));

/** `22 Nov 2026, 14:05` */
export const formatDateTime = (iso: string): string =>
  texts.units.dateTime(shortDay.format(new Date(iso)), formatTime(iso));

/** `Friday 20 November`, whatever day it is: what a date is searched by. */
export const formatWeekday = (iso: string): string => weekdayDay.format(new Date(iso));

/** Up to two letters that stand for a name. */
export function initials(name: string): string {
  const words = name.split(/\s+/).filter((word) => /^[\p{L}\p{N}]/u.test(word));
  const first = [...(words[0] ?? name.trim())][0] ?? '?';
  const last = words.length > 1 ? ([...(words.at(-1) ?? '')][0] ?? '') : '';
  return (first + last).toUpperCase();
}

/** `3 people`, `1 person` */
export const people = (count: number): string => texts.units.people(count);

/** How far the picture is behind the sound, with its sign: `skew +4 ms`. */
export const formatSkew = (ms: number): string => texts.units.skew(ms < 0 ? '−' : '+', Math.abs(Math.round(ms)));

/** Frames that never arrived, in percent of all and as their number: `0.0 %`, `1.2 % (14)`. */
export const formatLoss = (lost: number, all: number): string =>
  texts.health.share(formatTenths(all === 0 ? 0 : (lost / all) * 100), lost);
