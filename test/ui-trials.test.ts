import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BlobServiceClient, StorageSharedKeyCredential } from '@azure/storage-blob';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startAzurite, type Azurite } from './support/azurite.ts';
import { startSwift, type ObjectStore } from './support/swift.ts';
import { startWebhookReceiver, type WebhookReceiver } from './support/webhook-receiver.ts';
import { shoot, startApp, type RunningApp } from './ui-fixtures.ts';

/** Destinations and webhooks are tried from their forms before anything is saved: real stores, a real receiver. */

const SIGNING_SECRET = `whsec_${Buffer.from('a secret that signs test events').toString('base64')}`;
let running: RunningApp;
let store: ObjectStore;
let azurite: Azurite;
let receiver: WebhookReceiver;

beforeAll(async () => {
  [store, azurite, receiver] = await Promise.all([startSwift(), startAzurite(), startWebhookReceiver()]);
  await makeBuckets();
  running = await startApp();
  running.page.setDefaultTimeout(15_000);
  // What a keyring would do, on a machine without one.
  await running.app.evaluate(({ safeStorage }) => safeStorage.setUsePlainTextEncryption(true));
  await running.page.getByRole('button', { name: 'Settings', exact: true }).click();
});
afterAll(async () => {
  await running?.close();
  await Promise.all([store?.close(), azurite?.close(), receiver?.close()]);
});

async function makeBuckets(): Promise<void> {
  const { key: accessKeyId, secret: secretAccessKey, endpoint, region, forcePathStyle } = store;
  const s3 = new S3Client({ endpoint, region, forcePathStyle, credentials: { accessKeyId, secretAccessKey } });
  await s3.send(new CreateBucketCommand({ Bucket: 'meetings' }));
  s3.destroy();
  const credential = new StorageSharedKeyCredential(azurite.account, azurite.key);
  await new BlobServiceClient(azurite.endpoint, credential).createContainer('calls');
}

const kept = (): string => readFileSync(join(running.user, 'rollcall.json'), 'utf8');

it('tries a destination as uploads use it, and keeps nothing of it', async () => {
  const { page } = running;
  const dialog = page.getByRole('dialog');
  await page.getByRole('button', { name: /hosted storage$/ }).click();
  const attempt = dialog.getByRole('button', { name: 'Try this destination' });
  expect(await attempt.isDisabled()).toBe(true);
  await dialog.getByRole('textbox', { name: 'Bucket', exact: true }).fill('meetings');
  await dialog.getByLabel('Region').fill(store.region);
  await dialog.getByLabel('Endpoint').fill(store.endpoint);
  await dialog.getByLabel('Bucket in the path').check();
  await dialog.getByLabel('Access key').fill(store.key);
  await dialog.getByLabel('Secret key', { exact: true }).fill(store.secret);
  await attempt.click();
  await dialog.getByText(/meetings.* takes uploads\./).waitFor();
  expect(await dialog.getByRole('listitem').count()).toBe(7);
  expect(await dialog.getByRole('listitem').getByText('Good').count()).toBe(7);
  await shoot(page, 'trial-destination');
  expect(kept()).not.toContain('meetings');

  // What was found holds for what was tried.
  await dialog.getByLabel('Folder in the bucket').fill('spring');
  await dialog.getByText(/takes uploads\./).waitFor({ state: 'detached' });
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
});

it('tries with the secret that is kept, and says what a wrong one is', async () => {
  const { page } = running;
  const dialog = page.getByRole('dialog');
  await page.getByRole('button', { name: /hosted storage$/ }).click();
  await dialog.getByRole('button', { name: 'Try this destination' }).click();
  await dialog.getByText(/meetings.* takes uploads\./).waitFor();
  await dialog.getByLabel('Secret key', { exact: true }).fill('not-the-secret');
  await dialog.getByRole('button', { name: 'Try this destination' }).click();
  await dialog.getByText(/meetings.* would not take uploads\./).waitFor();
  await dialog
    .getByRole('listitem')
    .filter({ hasText: 'Write a file' })
    .getByText(/secret/i)
    .first()
    .waitFor();
  await shoot(page, 'trial-wrong-secret');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
});

it('knows Azure’s service by its own words, tries it, and leaves it what it is when it is edited', async () => {
  const { page } = running;
  const dialog = page.getByRole('dialog');
  await page.getByRole('button', { name: 'Add template' }).click();
  await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('Classes');
  await dialog.getByRole('switch', { name: 'A bucket of its own' }).click({ force: true });
  await dialog.getByLabel('Service').selectOption('azure');
  await dialog.getByRole('textbox', { name: 'Container', exact: true }).fill('calls');
  await dialog.getByLabel('Endpoint').fill(azurite.endpoint);
  await dialog.getByLabel('Storage account').fill(azurite.account);
  await dialog.getByLabel('Account key', { exact: true }).fill(azurite.key);
  await dialog.getByRole('button', { name: 'Try this destination' }).click();
  await dialog.getByText(/calls.* takes uploads\./).waitFor();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  expect(kept()).toMatch(/"type":\s*"azure"/);
  await page.getByRole('button', { name: 'Edit… template Classes' }).click();
  expect(await dialog.getByLabel('Service').inputValue()).toBe('azure');
  await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('Lectures');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Lectures', { exact: true }).waitFor();
  expect(kept()).toMatch(/"type":\s*"azure"/);
});

it('sends a test event that verifies, where the form lets it go, and says what was answered', async () => {
  const { page } = running;
  const dialog = page.getByRole('dialog');
  await page.getByRole('button', { name: /… webhook$/ }).click();
  await dialog.getByLabel('Address').fill(`${receiver.url}/hook`);
  const attempt = dialog.getByRole('button', { name: 'Send a test event' });
  await attempt.click();
  await dialog.getByText(/did not answer the test event/).waitFor();
  await dialog
    .getByText(/private network/)
    .last()
    .waitFor();
  expect(receiver.requests).toHaveLength(0);

  await dialog.getByLabel('It may lie in a private network').check();
  await dialog.getByLabel('Signing secret', { exact: true }).fill(SIGNING_SECRET);
  await attempt.click();
  await dialog.getByText(/took the test event \(204\)/).waitFor();
  const [request] = await receiver.waitFor(1);
  const headers = Object.fromEntries(Object.entries(request!.headers).map(([name, value]) => [name, String(value)]));
  expect(new Webhook(SIGNING_SECRET).verify(request!.body, headers)).toMatchObject({
    version: '2.0',
    type: 'webhook.test',
  });
  await shoot(page, 'trial-webhook');

  receiver.respondWith(500);
  await attempt.click();
  await dialog.getByText(/answered the test event with 500/).waitFor();
  expect(kept()).not.toContain('/hook');
});
