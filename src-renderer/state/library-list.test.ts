import { expect, it } from 'vitest';
import { sessions } from '../gallery/fixtures.ts';
import { findSessions, libraryRows } from './library-list.ts';
import { firstVisible, offsetsOf } from './windowing.ts';

const all = [...sessions(5000).values()];

it('finds by room, person, state and date, in any order and without accents', () => {
  expect(
    findSessions(all, '9 class delivered').every((each) => each.roomName === 'Class 9' && each.state === 'delivered'),
  ).toBe(true);
  expect(findSessions(all, '9 class delivered').length).toBeGreaterThan(0);
  expect(findSessions(all, 'hiro').every((each) => each.people.includes('Hiro'))).toBe(true);
  expect(findSessions(all, 'needs you').every((each) => each.state === 'failed')).toBe(true);
  const first = all[0];
  expect(findSessions(all, first?.startedAt.slice(0, 10) ?? '')[0]).toBe(first);
  expect(findSessions(all, 'zebra')).toEqual([]);
});

it('puts a heading above each day', () => {
  const rows = libraryRows(all.slice(0, 20), new Date());
  expect(rows[0]).toMatchObject({ kind: 'day' });
  expect(rows.filter((row) => row.kind === 'session')).toHaveLength(20);
  expect(new Set(rows.map((row) => row.key)).size).toBe(rows.length);
});

it('puts so many pictures side by side, a day after the other', () => {
  const rows = libraryRows(all.slice(0, 20), new Date(), 3);
  const tiles = rows.flatMap((row) => (row.kind === 'tiles' ? [row.summaries] : []));
  expect(tiles.flat()).toEqual(all.slice(0, 20));
  expect(Math.max(...tiles.map(({ length }) => length))).toBeLessThanOrEqual(3);
  // A row is filled before another is begun, within its day.
  rows.forEach((row, index) => {
    const next = rows[index + 1];
    if (row.kind === 'tiles' && next?.kind === 'tiles') expect(row.summaries).toHaveLength(3);
  });
  expect(new Set(rows.map((row) => row.key)).size).toBe(rows.length);
});

it('finds the row at a height', () => {
  const offsets = offsetsOf([10, 20, 30], (height) => height);
  expect(offsets).toEqual([0, 10, 30, 60]);
  expect([0, 9, 10, 29, 30, 59, 60, 999].map((y) => firstVisible(offsets, y))).toEqual([0, 0, 1, 1, 2, 2, 2, 2]);
  expect(firstVisible([0], 0)).toBe(0);
});
