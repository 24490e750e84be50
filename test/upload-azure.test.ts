import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BlobServiceClient, StorageSharedKeyCredential } from '@azure/storage-blob';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StoreTarget } from '../src-main/contract/settings.ts';
import { checkDestination } from '../src-main/upload/validate.ts';
import { presignReceipt } from '../src-main/upload/presign.ts';
import { uploadSession, type UploadSessionOptions, type UploadSessionResult } from '../src-main/upload/uploader.ts';
import { startAzurite, type Azurite } from './support/azurite.ts';
import { runCommand, settingsFile } from './support/recorder.ts';
import { readManifest, SessionManifest } from '../src-main/recording/manifest.ts';
import { destinationOf, makeSession, MIB, PEER_ID, STREAM_ID, tcpProxy, type TestSession } from './upload-fixtures.ts';

let azurite: Azurite;
let client: BlobServiceClient;
let target: StoreTarget;
const sessions: TestSession[] = [];
const CONTAINER = 'calls';

beforeAll(async () => {
  azurite = await startAzurite();
  client = new BlobServiceClient(azurite.endpoint, new StorageSharedKeyCredential(azurite.account, azurite.key));
  await client.createContainer(CONTAINER);
  target = {
    service: 'azure',
    bucket: CONTAINER,
    prefix: 'p/ü n',
    region: '',
    endpoint: azurite.endpoint,
    forcePathStyle: false,
    credentials: { kind: 'static', key: azurite.account, secret: azurite.key },
  };
}, 60_000);

afterAll(async () => {
  await Promise.all([azurite.close(), ...sessions.map((session) => session.remove())]);
});

async function session(sizes: { composite?: number; stream?: number }): Promise<TestSession> {
  const made = await makeSession(sizes);
  sessions.push(made);
  return made;
}

const run = (
  made: TestSession,
  store: StoreTarget,
  more: Partial<UploadSessionOptions> = {},
): Promise<UploadSessionResult> =>
  uploadSession({
    handle: made.handle,
    destination: destinationOf(store),
    emit: () => undefined,
    signal: new AbortController().signal,
    retry: { attempts: 4, firstDelayMs: 20, maxDelayMs: 200 },
    ...more,
  });

const remote = (key: string): Promise<Buffer> =>
  client.getContainerClient(CONTAINER).getBlobClient(key).downloadToBuffer();
const local = (made: TestSession, index: number): Promise<Buffer> =>
  readFile(join(made.dir, made.handle.session.outputs[index]!.file));

describe('azure', () => {
  it("puts files at SPEC's keys through the command line, proves them and signs links to them", async () => {
    const made = await session({ composite: 21 * MIB + 7, stream: 300_000 });
    await SessionManifest.create(made.dir, structuredClone(made.handle.session));
    const upload_info = {
      type: 'azure',
      location: CONTAINER,
      prefix: '/ä/b/',
      options: { endpoint: azurite.endpoint },
      credentials: { key: azurite.account, secret: azurite.key },
    };
    const settings = settingsFile({
      templates: [{ id: 't', name: 'T', recording: { enabled: true, upload_info } }],
    });
    const { code, stderr } = await runCommand(['upload', made.dir, '--settings', settings]);
    expect(code, stderr).toBe(0);
    const { uploads, session_id: id } = await readManifest(made.dir);
    const receipts = Object.fromEntries(uploads.map(({ output_id, receipt }) => [output_id, receipt!]));
    const folder = `ä/b/61101349d0f56e684b608c08/20210721/${id}`;
    expect(receipts['composite']).toMatchObject({
      path: `azure://${CONTAINER}/${folder}/Rec-${id}-1626898422000.mp4`,
      size_bytes: 21 * MIB + 7,
    });
    expect(receipts[STREAM_ID]!.key).toBe(`${folder}/${PEER_ID}/${STREAM_ID}/${STREAM_ID}.mp4`);
    const bytes = await local(made, 1);
    expect((await remote(receipts['composite']!.key)).equals(bytes)).toBe(true);
    expect((await remote(receipts[STREAM_ID]!.key)).equals(await local(made, 0))).toBe(true);
    expect((await runCommand(['verify', made.dir, '--settings', settings])).stderr).not.toMatch(
      /not what was uploaded/,
    );

    const { url, expiresAt } = await presignReceipt(destinationOf(target), receipts['composite']!);
    expect(Date.parse(expiresAt) - Date.now()).toBeGreaterThan(12 * 3_600_000 - 5000);
    const answer = await fetch(url);
    expect(answer.status).toBe(200);
    expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true);
    expect((await fetch(url.replace('sp=r', 'sp=rw'))).status).toBe(403);
    const sig = new URL(url).searchParams.get('sig')!;
    const changed = (sig.startsWith('A') ? 'B' : 'A') + sig.slice(1);
    expect((await fetch(url.replace(encodeURIComponent(sig), encodeURIComponent(changed)))).status).toBe(403);
    expect((await fetch((await presignReceipt(destinationOf(target), receipts['composite']!, -60)).url)).status).toBe(
      403,
    );
  }, 60_000);

  it('goes on where it was stopped with the blocks that are there, and replaces no other blob', async () => {
    const made = await session({ composite: 60 * MIB });
    const proxy = await tcpProxy(azurite.endpoint, () => null);
    const through = { ...target, endpoint: `${proxy.url}/${azurite.account}` };
    const stop = new AbortController();
    const first = run(made, through, { signal: stop.signal });
    while (proxy.bytesUp() < 30 * MIB) await new Promise((resolve) => setTimeout(resolve, 2));
    stop.abort();
    expect((await first).error?.code).toBe('CANCELLED');
    const atStop = proxy.bytesUp();
    const second = await run(made, through, { handle: made.reopen() });
    expect(second.error).toBeNull();
    expect(proxy.bytesUp() - atStop).toBeLessThan(55 * MIB);
    const { key } = second.uploads[0]!.receipt!;
    expect((await remote(key)).equals(await local(made, 0))).toBe(true);
    await proxy.close();

    await client.getContainerClient(CONTAINER).getBlockBlobClient(key).upload('other', 5);
    await made.handle.update((draft) => void (draft.uploads = []));
    expect((await run(made, target)).error).toMatchObject({ code: 'UPLOAD_CONFLICT' });
    expect((await remote(key)).toString()).toBe('other');
  }, 60_000);

  it('gets through connections that break', async () => {
    const made = await session({ composite: 30 * MIB, stream: 4 * MIB });
    const proxy = await tcpProxy(azurite.endpoint, (connection) =>
      connection % 3 === 2 ? null : (connection * 1_299_709) % (6 * MIB),
    );
    const { error, uploads } = await run(
      made,
      { ...target, endpoint: `${proxy.url}/${azurite.account}` },
      { retry: { attempts: 10, firstDelayMs: 20, maxDelayMs: 100 } },
    );
    expect(error).toBeNull();
    expect(proxy.resets()).toBeGreaterThan(0);
    for (const [index, output] of made.handle.session.outputs.entries()) {
      const { key } = uploads.find(({ output_id: id }) => id === output.output_id)!.receipt!;
      expect((await remote(key)).equals(await local(made, index))).toBe(true);
    }
    await proxy.close();
  }, 60_000);

  it('passes every check of a destination', async () => {
    const checks = await checkDestination(target, new AbortController().signal);
    expect(checks.map(({ name, error }) => [name, error])).toEqual(
      ['write', 'read', 'multipart', 'list-parts', 'abort', 'clock', 'delete'].map((name) => [name, null]),
    );
  });

  it.each([
    [
      'wrong account',
      { credentials: { key: 'nobodysaccount' } },
      'UPLOAD_CREDENTIALS',
      /storage account "nobodysaccount"/,
    ],
    [
      'wrong key',
      { credentials: { secret: 'd3Jvbmcta2V5LVNFQ1JFVA==' } },
      'UPLOAD_CREDENTIALS',
      /account key is wrong/,
    ],
    ['missing container', { bucket: 'no-such-container' }, 'UPLOAD_NO_BUCKET', /no container "no-such-container"/],
    ['nobody listens', { endpoint: 'http://127.0.0.1:9/x' }, 'UPLOAD_NETWORK', /127\.0\.0\.1:9/],
    ['a lost key', { credentials: { secret: '' } }, 'UPLOAD_CREDENTIALS', /cannot be decrypted/],
  ])('%s: says so, keeps all, and delivers when mended', async (_name, change, code, message) => {
    const made = await session({ composite: 1000, stream: 1000 });
    const bad = structuredClone(target);
    const { credentials, ...rest } = change as Partial<StoreTarget>;
    Object.assign(bad, rest);
    Object.assign(bad.credentials, credentials);
    if (credentials !== undefined && 'key' in credentials)
      bad.endpoint = azurite.endpoint.replace(azurite.account, credentials.key);
    const { error, uploads } = await run(made, bad);
    expect(error).toMatchObject({ code });
    expect(error!.message).toMatch(message);
    expect(error!.remedy).not.toBe('');
    expect(uploads.map(({ state }) => state)).toEqual(['failed', 'failed']);
    expect(JSON.stringify(made.handle.session)).not.toContain('SECRET');
    expect((await run(made, target)).error).toBeNull();
  });
});
