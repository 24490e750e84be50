import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { z } from 'zod';
import { channelArgs } from '../src-main/contract/ipc.ts';
import { malformedArguments } from './support/malformed.ts';
import { startApp, type RunningApp } from './ui-fixtures.ts';

/** A window that has gone mad: it asks everything that there is to ask with what does not fit. Nothing may come of it. */

/** In all, over every channel. */
const PAYLOADS = 10_000;
const AT_ONCE = 100;
const SEED = Number(process.env['ROLLCALL_FUZZ_SEED'] ?? 20261122);
let running: RunningApp;

beforeAll(async () => {
  running = await startApp((library) => {
    const dir = join(library, '0'.repeat(24), '20261122', '0123456789abcdef01234567');
    mkdirSync(join(dir, 'tracks'), { recursive: true });
    writeFileSync(join(dir, 'session.json'), '{}');
    writeFileSync(join(dir, 'tracks', 'x.mkv'), 'media');
  });
});
afterAll(() => running?.close());

/** Every file of the library and the settings, by name and content. */
function files(): string[] {
  const list = (dir: string): string[] =>
    readdirSync(dir).flatMap((name) => {
      const path = join(dir, name);
      return statSync(path).isDirectory() ? list(path) : [path];
    });
  const settings = readdirSync(running.user)
    .filter((name) => name.endsWith('.json'))
    .map((name) => join(running.user, name));
  return [...list(running.library), ...settings].map(
    (path) => `${relative(running.user, path)} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`,
  );
}

it(`answers ${PAYLOADS} malformed payloads over every channel with an error, and does nothing`, async () => {
  const { app, page } = running;
  // Anything that leaves the app's own window would be a deed.
  await app.evaluate(({ dialog, shell, clipboard }) => {
    const deeds: string[] = [];
    Object.assign(globalThis, { deeds });
    for (const [owner, names] of [
      [dialog, ['showOpenDialog', 'showSaveDialog', 'showMessageBox']],
      [shell, ['openPath', 'showItemInFolder', 'openExternal', 'trashItem']],
      [clipboard, ['writeText']],
    ] as const) {
      for (const name of names) Object.assign(owner, { [name]: () => deeds.push(name) });
    }
  });
  const before = files();
  expect(before.length).toBeGreaterThan(1);

  const channels = Object.entries(channelArgs) as unknown as [string, z.ZodType][];
  const each = Math.ceil(PAYLOADS / channels.length);
  const accepted: string[] = [];
  for (const [index, [name, schema]] of channels.entries()) {
    const payloads = malformedArguments(schema, each, SEED + index);
    for (let from = 0; from < payloads.length; from += AT_ONCE) {
      accepted.push(...(await page.evaluate<string[]>(askAll(name, payloads.slice(from, from + AT_ONCE)))));
    }
  }
  expect(accepted).toEqual([]);
  expect(files()).toEqual(before);
  expect(await app.evaluate(() => (globalThis as unknown as { deeds: string[] }).deeds)).toEqual([]);
  // And goes on as before.
  expect(await page.evaluate<boolean>('window.rollcall.getSnapshot().then((answer) => answer.ok)')).toBe(true);
  expect(await page.evaluate<boolean>("'polluted' in {}")).toBe(false);
});

/** Code that asks `name` with each of `payloads` and tells those that were not refused for their shape. */
const askAll = (name: string, payloads: readonly string[]): string => `(async () => {
  const payloads = [${payloads.map((text) => `() => ${text}`).join(',\n')}];
  const answers = await Promise.all(payloads.map(async (make) => {
    try {
      const answer = await window.rollcall.${name}(...make());
      return !answer.ok && answer.error.code === 'INTERNAL' && answer.error.message.includes('do not fit');
    } catch (error) {
      return /could not be cloned|not iterable|circular|Invalid|recursion/i.test(String(error)) ? true : String(error);
    }
  }));
  return answers.flatMap((answer, index) =>
    answer === true ? [] : ['${name} ' + String(payloads[index]).slice(0, 200) + ': ' + String(answer)]);
})()`;
