import { afterAll, beforeAll, expect, it } from 'vitest';
import { COLOURS, startPublisher, TONES, type Publisher } from './support/publisher.ts';
import { startS3Store, type S3Store } from './support/s3-store.ts';
import { startSfu, type Sfu } from './support/sfu.ts';
import { startWebhookReceiver, type WebhookReceiver } from './support/webhook-receiver.ts';
import { shoot, startApp, type RunningApp } from './ui-fixtures.ts';

/**
 * A person records a call whose storage has a wrong secret, looks at all streams in sync, mends the secret, retries,
 * copies a link that downloads the file, and has the webhook told again: by clicking and typing alone.
 */

let sfu: Sfu;
let store: S3Store;
let receiver: WebhookReceiver;
let running: RunningApp;
/** By their place in the call; they start at once and are ready in any order. */
const publishers: Publisher[] = [];

beforeAll(async () => {
  [sfu, store, receiver] = await Promise.all([
    startSfu({ dialect: 'modern' }),
    startS3Store({ buckets: ['meetings'] }),
    startWebhookReceiver(),
  ]);
  running = await startApp();
  running.page.setDefaultTimeout(10_000);
  // A keyring is not what this is about.
  await running.app.evaluate(({ safeStorage }) => {
    if (!safeStorage.isEncryptionAvailable()) safeStorage.setUsePlainTextEncryption(true);
  });
});
afterAll(async () => {
  await Promise.allSettled(publishers.map((publisher) => publisher.stop()));
  await running?.close();
  await Promise.allSettled([sfu?.close(), store?.close(), receiver?.close()]);
});

const publish = async (name: string, index: number): Promise<void> => {
  publishers[index] = await startPublisher(sfu, 'monday', {
    ...{
      name,
      colour: COLOURS[index] ?? '#cc2020',
      toneHz: TONES[index] ?? 440,
      codec: index === 0 ? 'vp8' : 'h264',
    },
    ...{ width: 640, height: 360, fps: 30, durationS: 30 },
  });
};

const setUpStorage = async (secret: string): Promise<void> => {
  const { page } = running;
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  await page.getByRole('button', { name: 'Edit hosted storage' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Bucket', exact: true }).fill('meetings');
  await dialog.getByLabel('Endpoint').fill(store.endpoint);
  await dialog.getByLabel('Region').fill(store.region);
  await dialog.getByLabel('Bucket in the path').check({ force: true });
  await dialog.getByLabel('Access key').fill(store.key);
  await dialog.getByLabel('Secret key', { exact: true }).fill(secret);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
};

it('records into a storage whose secret is wrong, and says so', async () => {
  const { page } = running;
  await setUpStorage('not-the-secret');
  await page.getByRole('button', { name: 'Edit webhook' }).click();
  await page.getByRole('dialog').getByLabel('Address').fill(receiver.url);
  await page.getByRole('dialog').getByLabel('It may lie in a private network').check({ force: true });
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });

  await Promise.all([publish('Alice', 0), publish('Bob', 1)]);
  await page.getByRole('button', { name: 'Rooms', exact: true }).click();
  await page.getByLabel('Record a call').fill(sfu.url('monday'));
  await page.getByRole('button', { name: 'Record', exact: true }).click();
  await page.getByText('2 people in the call').waitFor({ timeout: 30_000 });
  await page.waitForTimeout(2500);
  await publishers[1]?.pauseVideo();
  await page.waitForTimeout(1500);
  await publishers[1]?.resumeVideo();
  await page.waitForTimeout(2500);
  await page.keyboard.press('r');
  await page.getByRole('dialog').getByRole('button', { name: 'Stop recording' }).click();
  await page.getByText('3 of 3 ready').waitFor({ timeout: 120_000 });
  await page.getByRole('button', { name: 'Queue', exact: false }).click();
  await page.getByText('Needs you').first().waitFor({ timeout: 60_000 });
  await page.getByRole('button', { name: /^Retry all \(1\)$/ }).waitFor({ timeout: 30_000 });
  await shoot(page, 'queue');
});

it('plays all streams side by side on one clock', async () => {
  const { page } = running;
  await page.getByRole('button', { name: 'Library', exact: true }).click();
  await page.getByRole('main').getByRole('listitem').getByRole('button').first().click();
  await page.getByText('All streams', { exact: true }).click();
  await page.locator('video').nth(1).waitFor({ state: 'attached' });
  expect(await page.locator('video').count()).toBe(2);
  await page.getByRole('button', { name: /^Bob: Camera off, / }).waitFor();
  await page.keyboard.press('Space');
  /** Session time of each video that plays, where it is drawn: file time and where the file begins. */
  const spread = (): Promise<{ times: number[]; muted: boolean[] }> =>
    page.evaluate(`(async () => {
      const id = (await window.rollcall.listSessions()).value[0].sessionId;
      const { lanes } = (await window.rollcall.getLanes(id)).value;
      const videos = [...document.querySelectorAll('video')];
      return {
        times: videos.map((video) => {
          const lane = lanes.find((each) => video.src.endsWith(each.file.path));
          return video.paused ? -1 : lane.file.startMs + video.currentTime * 1000;
        }),
        muted: videos.map((video) => video.muted),
      };
    })()`);
  await expect.poll(async () => Math.min(...(await spread()).times), { timeout: 10_000 }).toBeGreaterThan(1500);
  for (let sample = 0; sample < 8; sample += 1) {
    await page.waitForTimeout(250);
    const { times } = await spread();
    if (times.includes(-1)) break; // One of them is over.
    expect(sample === 0 || Math.abs((times[0] ?? 0) - (times[1] ?? 0)) <= 50, `lanes at ${times.join(' and ')}`).toBe(
      true,
    );
  }
  await page.getByRole('button', { name: /^Solo Bob/ }).click();
  expect((await spread()).muted.filter((each) => !each)).toHaveLength(1);
  await page.getByRole('button', { name: /^Bob: Camera off, / }).hover();
  await page
    .getByRole('tooltip')
    .getByText(/Camera off, 00:00:0\d–00:00:0\d/)
    .waitFor();
  await shoot(page, 'review-streams');
});

it('delivers after the secret is mended; the link downloads the file; the webhook is told again', async () => {
  const { page, app } = running;
  expect(receiver.requests.every(({ json }) => JSON.stringify(json).includes('fail'))).toBe(true);
  await setUpStorage(store.secret);
  await page.getByRole('button', { name: 'Queue', exact: false }).click();
  await page.getByRole('button', { name: /^Retry all/ }).click();
  await page.getByText('Nothing is on its way').waitFor({ timeout: 60_000 });

  await page.getByRole('button', { name: 'Library', exact: true }).click();
  await page.getByRole('main').getByRole('listitem').getByRole('button').first().click();
  await page.getByText('3 of 3', { exact: false }).first().waitFor();
  await page.getByRole('button', { name: 'Details of Whole meeting' }).click();
  await page.getByText('SHA-256').waitFor();
  await page.getByRole('button', { name: 'Copy link to Whole meeting' }).click();
  await page.getByText(/Link copied\. It works until/).waitFor();
  const link = await app.evaluate(async ({ clipboard }) => clipboard.readText());
  const answer = await fetch(link);
  expect(answer.status).toBe(200);
  expect((await answer.arrayBuffer()).byteLength).toBeGreaterThan(10_000);

  const success = (): number =>
    receiver.requests.filter(({ json }) => JSON.stringify(json).includes('"recording.success"')).length;
  expect(success()).toBe(1);
  await page.getByRole('button', { name: 'Replay recording.success' }).click();
  await page.getByText('The webhook answered 204.').waitFor();
  expect(success()).toBe(2);
  await shoot(page, 'review-delivered');
});
