import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startFaultProxy, type FaultProxy } from './support/fault-proxy.ts';
import { startS3Store, type S3Store } from './support/s3-store.ts';
import { startApp, type RunningApp } from './ui-fixtures.ts';
import { makeSession, MIB } from './upload-fixtures.ts';

/** An upload over a slow connection: the window says how far it is, how fast and how long it still takes, and moves. */

const BYTES_PER_S = 1_500_000;
let running: RunningApp;
let store: S3Store;
let network: FaultProxy;

beforeAll(async () => {
  store = await startS3Store({ buckets: ['meetings'] });
  network = await startFaultProxy(store.endpoint, {
    ...{ resets: 0, resetWithinBytes: 1, errors: 0, truncated: 0, outages: [] },
    slow: [[0, Infinity]],
    slowBytesPerSecond: BYTES_PER_S,
  });
  running = await startApp(async (library) => {
    const { dir, handle, remove } = await makeSession({ composite: 14 * MIB, stream: 2 * MIB });
    const { room, start_date: date, session_id: sessionId } = handle.session;
    const to = join(library, room.id, date, sessionId);
    mkdirSync(to, { recursive: true });
    cpSync(dir, to, { recursive: true });
    const uploads = handle.session.outputs.map(({ output_id }) => {
      return { output_id, state: 'waiting', attempts: 0, multipart: null, receipt: null, error: null };
    });
    writeFileSync(join(to, 'session.json'), JSON.stringify({ ...handle.session, uploads }));
    await remove();
  });
  running.page.setDefaultTimeout(30_000);
  await running.app.evaluate(({ safeStorage }) => safeStorage.setUsePlainTextEncryption(true));
  const change = (value: object): Promise<unknown> =>
    running.page.evaluate(`window.rollcall.changeSettings(${JSON.stringify(value)})`);
  const { region, key, secret } = store;
  const options = { endpoint: network.url, region, force_path_style: true };
  await change({ kind: 'hosted', value: { location: 'meetings', options, credentials: { key, secret } } });
});
afterAll(async () => {
  await running?.close();
  await network?.close();
  await store?.close();
});

it('moves in Queue with rate and time left, is the same file by file in Review, and ends as delivered', async () => {
  const { page } = running;
  await page
    .getByRole('navigation')
    .getByRole('button', { name: /^Queue/ })
    .click();
  await page.getByRole('button', { name: 'Retry Monday' }).click();
  const pace = page.getByText(/^[\d.]+ [kM]B\/s · \d+ s left$/).first();
  await pace.waitFor();
  const bytesPerS = async (): Promise<number> => {
    const [, amount = '0', unit = ''] = /^([\d.]+) ([kM]B)/.exec((await pace.textContent()) ?? '') ?? [];
    return Number(amount) * (unit === 'MB' ? 1e6 : 1e3);
  };
  // What this system's own buffers take at the start looks like speed; it wears off.
  await expect.poll(bytesPerS, { timeout: 20_000 }).toBeLessThan(BYTES_PER_S * 2);

  const seen = new Set<string>();
  const percent = page.getByText(/^Uploading \d+%$/).first();
  await expect
    .poll(async () => seen.add((await percent.textContent()) ?? '').size, { timeout: 30_000, interval: 200 })
    .toBeGreaterThan(2);

  await page
    .getByRole('button', { name: /Monday/ })
    .first()
    .click();
  const files = page.getByRole('listitem').filter({ hasText: 'Whole meeting' });
  await files.getByText(/^[\d.]+ [kM]B\/s/).waitFor();
  await files.getByText('Delivered', { exact: true }).waitFor({ timeout: 60_000 });
  await page.getByText(/[kM]B\/s/).waitFor({ state: 'detached' });
});
