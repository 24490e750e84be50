import { expect, it } from 'vitest';
import { formatBytes, formatClock, formatDay, formatLength, formatRate, formatSpan, initials } from './format.ts';

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [999_600, '1.0 MB'],
  [1_912_000_000, '1.9 GB'],
  [82_000_000_000, '82.0 GB'],
  [412_000_000_000, '412 GB'],
])('%i bytes', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

it.each([
  [0, '00:00:00'],
  [2_537_900, '00:42:17'],
  [36_000_000, '10:00:00'],
])('a clock of %i ms', (ms, text) => expect(formatClock(ms)).toBe(text));

it.each([
  [400, '0:00'],
  [2_537_000, '42:17'],
  [4_360_000, '1:12:40'],
])('a length of %i ms', (ms, text) => expect(formatLength(ms)).toBe(text));

it.each([
  [30_000, 'less than a minute'],
  [480_000, '8 min'],
  [40_800_000, '11 h 20 min'],
  [3_600_000, '1 h'],
  [4 * 86_400_000, '4 days'],
])('a span of %i ms', (ms, text) => expect(formatSpan(ms)).toBe(text));

it('rates', () => {
  expect(formatRate(41_000)).toBe('41 kbit/s');
  expect(formatRate(1_480_000)).toBe('1.5 Mbit/s');
});

it('days', () => {
  const now = new Date('2026-11-22T12:00:00');
  expect(formatDay(new Date('2026-11-22T00:01:00').toISOString(), now)).toBe('Today');
  expect(formatDay(new Date('2026-11-21T23:59:00').toISOString(), now)).toBe('Yesterday');
  expect(formatDay(new Date('2026-11-20T10:00:00').toISOString(), now)).toBe('Friday 20 November');
  expect(formatDay(new Date('2026-05-03T10:00:00').toISOString(), now)).toBe('3 May');
  expect(formatDay(new Date('2025-05-03T10:00:00').toISOString(), now)).toBe('3 May 2025');
});

it.each([
  ['Alice Okonkwo', 'AO'],
  ['Bob', 'B'],
  ['Dr. Max von Hohenstein (Vienna)', 'DH'],
  ['🎧', '🎧'],
  ['', '?'],
])('initials of "%s"', (name, text) => expect(initials(name)).toBe(text));
