import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readNotes, removeNote, saveNote } from './notes.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'rollcall-notes-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));
const now = new Date('2026-11-22T10:00:00Z');

it('keeps notes in the order of their times, and takes one away', async () => {
  expect(await readNotes(dir)).toEqual([]);
  await saveNote(dir, { id: null, tMs: 5000, text: ' later ' }, now);
  const [first, second] = await saveNote(dir, { id: null, tMs: 1000, text: '' }, now);
  expect([first?.t_ms, second?.text]).toEqual([1000, 'later']);
  await saveNote(dir, { id: second?.id ?? null, tMs: 5000, text: 'changed' }, new Date(0));
  expect((await readNotes(dir)).map(({ text, created_at }) => [text, created_at])).toEqual([
    ['', now.toISOString()],
    ['changed', now.toISOString()],
  ]);
  expect(await removeNote(dir, first?.id ?? '')).toHaveLength(1);
});

it('loses none of many that are written at once', async () => {
  await Promise.all(Array.from({ length: 20 }, (_, index) => saveNote(dir, { id: null, tMs: index, text: 'x' }, now)));
  expect(await readNotes(dir)).toHaveLength(20);
});

it('never writes over notes that it cannot read', async () => {
  const file = join(dir, 'notes.json');
  writeFileSync(file, '{"version":9,"notes":"from the future"}');
  await expect(saveNote(dir, { id: null, tMs: 0, text: 'x' }, now)).rejects.toMatchObject({ code: 'SESSION_INVALID' });
  expect(readFileSync(file, 'utf8')).toContain('from the future');
});
