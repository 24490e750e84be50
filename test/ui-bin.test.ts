import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sampleSession } from '../build/bench/sample-session.ts';
import { startApp, type RunningApp } from './ui-fixtures.ts';

/** Recordings go to the system's bin by hand, and by a rule that is asked about first. */

const sessions = [0, 1, 2].map(sampleSession);
const folderOf = ({ room, start_date: date, session_id: id }: (typeof sessions)[number]): string =>
  join(room.id, date, id);
/** Where this user's bin is. */
const data = mkdtempSync(join(tmpdir(), 'rollcall-bin-'));
const binned = (): string[] => {
  const files = join(data, 'Trash', 'files');
  return existsSync(files) ? readdirSync(files) : [];
};
let running: RunningApp;

beforeAll(async () => {
  running = await startApp(
    (library) => {
      for (const session of sessions) {
        const folder = join(library, folderOf(session));
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, 'session.json'), JSON.stringify(session));
      }
    },
    { env: { XDG_DATA_HOME: data } },
  );
  running.page.setDefaultTimeout(8000);
});
afterAll(async () => {
  await running?.close();
  rmSync(data, { recursive: true, force: true });
});

it('one goes by hand, whole, and the others stay', async () => {
  const { page, library } = running;
  const [first] = sessions;
  await page.getByRole('button', { name: 'Library', exact: true }).click();
  await page.getByText(first!.room.name).first().click();
  await page.getByRole('button', { name: 'Move to the bin…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText(/delivered: the files stay in their storage/).waitFor();
  await dialog.getByRole('button', { name: 'Move to the bin' }).click();
  await page.getByText('1 recording moved to the bin.').waitFor();
  expect(binned()).toEqual([first!.session_id]);
  const moved = join(data, 'Trash', 'files', first!.session_id, 'session.json');
  expect(JSON.parse(readFileSync(moved, 'utf8'))).toEqual(first);
  expect(existsSync(join(library, folderOf(first!)))).toBe(false);
  await page.getByText(sessions[1]!.room.name).first().waitFor();
  expect(await page.getByText(first!.room.name).count()).toBe(0);
});

it('a rule is kept only once it has been said what it takes', async () => {
  const { page, user, library } = running;
  const kept = (): string => readFileSync(join(user, 'rollcall.json'), 'utf8');
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  const choose = async (label: string): Promise<void> => {
    await page.getByRole('combobox', { name: 'Delivered recordings' }).click();
    await page.getByRole('option', { name: label }).click();
  };
  const dialog = page.getByRole('dialog');
  await choose('To the bin after a year');
  await dialog.getByText(/that old/).waitFor();
  await dialog.getByRole('button', { name: 'Do not change' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByText('Stay on this computer until you move them to the bin.').waitFor();
  expect(kept()).not.toContain('delivered_days');

  await choose('To the bin after 30 days');
  await dialog.getByRole('button', { name: 'Move to the bin after 30 days' }).click();
  await page.getByText(/bin 30 days after their delivery/).waitFor();
  expect(kept()).toMatch(/"delivered_days":\s*30/);
  await choose('Keep on this computer');
  await page.getByText('Stay on this computer until you move them to the bin.').waitFor();
  expect(kept()).not.toMatch(/"delivered_days"/);
  expect(existsSync(join(library, folderOf(sessions[1]!)))).toBe(true);
});
