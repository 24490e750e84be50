import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RollcallEvent } from '../src-main/contract/events.ts';
import type { Destination, StoreTarget } from '../src-main/contract/settings.ts';
import { readManifest, SessionManifest } from '../src-main/recording/manifest.ts';
import { presignReceipt } from '../src-main/upload/presign.ts';
import { UPLOAD_RETRY } from '../src-main/upload/retry.ts';
import { uploadSession, type UploadSessionOptions, type UploadSessionResult } from '../src-main/upload/uploader.ts';
import { startSwift, type ObjectStore } from './support/swift.ts';
import { destinationOf, makeSession, MIB, PEER_ID, STREAM_ID, tcpProxy, type TestSession } from './upload-fixtures.ts';

let swift: ObjectStore;
const BUCKET = `rollcall-upload-${Date.now()}`;
const QUICK = { attempts: 4, firstDelayMs: 20, maxDelayMs: 200 };
let client: S3Client;
let target: StoreTarget;
const sessions: TestSession[] = [];

beforeAll(async () => {
  swift = await startSwift();
  target = {
    bucket: BUCKET,
    prefix: 'p',
    region: 'us-east-1',
    endpoint: swift.endpoint,
    forcePathStyle: true,
    credentials: { kind: 'static', key: 'test:tester', secret: 'testing' },
  };
  client = new S3Client({
    region: 'us-east-1',
    endpoint: swift.endpoint,
    forcePathStyle: true,
    credentials: { accessKeyId: 'test:tester', secretAccessKey: 'testing' },
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
  await client.send(new CreateBucketCommand({ Bucket: BUCKET }));
}, 180_000);

afterAll(async () => {
  client.destroy();
  await swift.close();
  await Promise.all(sessions.map((session) => session.remove()));
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
    retry: QUICK,
    ...more,
  });

const remote = async (key: string): Promise<Buffer> => {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key: key }));
  return Buffer.from(await Body!.transformToByteArray());
};
const local = (made: TestSession, index: number): Promise<Buffer> =>
  readFile(join(made.dir, made.handle.session.outputs[index]!.file));
const openUploads = async (): Promise<number> =>
  (await client.send(new ListMultipartUploadsCommand({ Bucket: BUCKET }))).Uploads?.length ?? 0;

describe('uploadSession', () => {
  it("puts a small and a large file at SPEC's keys, byte for byte, and proves it", async () => {
    const made = await session({ composite: 21 * MIB + 7, stream: 300_000 });
    const events: RollcallEvent[] = [];
    const result = await run(made, target, { emit: (event) => events.push(event) });
    expect(result.error).toBeNull();
    const { session_id: id } = made.handle.session;
    const folder = `p/61101349d0f56e684b608c08/20210721/${id}`;
    const composite = `${folder}/Rec-${id}-1626898422000.mp4`;
    const stream = `${folder}/${PEER_ID}/${STREAM_ID}/${STREAM_ID}.mp4`;
    expect((await remote(composite)).equals(await local(made, 1))).toBe(true);
    expect((await remote(stream)).equals(await local(made, 0))).toBe(true);
    const receipts = Object.fromEntries(result.uploads.map((upload) => [upload.receipt!.key, upload.receipt!]));
    expect(receipts[composite]).toMatchObject({
      path: `s3://${BUCKET}/${composite}`,
      size_bytes: 21 * MIB + 7,
      sha256: createHash('sha256')
        .update(await local(made, 1))
        .digest('hex'),
    });
    expect(receipts[composite]!.etag).toMatch(/^[0-9a-f]{32}-5$/);
    expect(receipts[stream]!.etag).toBe(
      createHash('md5')
        .update(await local(made, 0))
        .digest('hex'),
    );
    expect(
      events
        .filter((event) => event.event === 'upload' && event.state === 'delivered')
        .map((event) => event.event === 'upload' && event.key)
        .sort(),
    ).toEqual([stream, composite].sort());
    expect(await openUploads()).toBe(0);
  });

  it('sends nothing again that is there, and replaces nothing that differs', async () => {
    const made = await session({ composite: 9 * MIB, stream: 1000 });
    expect((await run(made, target)).error).toBeNull();
    // A session.json that knows nothing of it, as after a crash before the receipt was written.
    await made.handle.update((draft) => void (draft.uploads = []));
    const proxy = await tcpProxy(swift.endpoint, () => null);
    expect((await run(made, { ...target, endpoint: proxy.url })).uploads.map(({ state }) => state)).toEqual([
      'delivered',
      'delivered',
    ]);
    expect(proxy.bytesUp()).toBeLessThan(20_000);
    await proxy.close();

    const key = made.handle.session.uploads[0]!.receipt!.key;
    await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: 'something else' }));
    await made.handle.update((draft) => void (draft.uploads = []));
    const again = await run(made, target);
    expect(again.error?.code).toBe('UPLOAD_CONFLICT');
    expect((await remote(key)).toString()).toBe('something else');
    expect(again.uploads.map(({ state }) => state).sort()).toEqual(['delivered', 'failed']);
  });

  it('goes on where a stopped run was, without sending a finished part again', async () => {
    const made = await session({ composite: 80 * MIB });
    const proxy = await tcpProxy(swift.endpoint, () => null);
    const through = { ...target, endpoint: proxy.url };
    const stop = new AbortController();
    const first = run(made, through, { signal: stop.signal });
    while (proxy.bytesUp() < 50 * MIB) await new Promise((resolve) => setTimeout(resolve, 5));
    stop.abort();
    expect((await first).error?.code).toBe('CANCELLED');
    const atStop = proxy.bytesUp();
    const reopened = made.reopen();
    expect(reopened.session.uploads[0]).toMatchObject({ state: 'pending', multipart: { part_size_bytes: 5 * MIB } });
    const second = await run(made, through, { handle: reopened });
    expect(second.error).toBeNull();
    expect(second.uploads[0]!.multipart).toBeNull();
    expect((await remote(second.uploads[0]!.receipt!.key)).equals(await local(made, 0))).toBe(true);
    // What was in flight at the stop (at most 6 parts) goes twice, nothing else.
    expect(proxy.bytesUp() - atStop).toBeLessThan(80 * MIB);
    expect(proxy.bytesUp()).toBeLessThan((80 + 6 * 8 + 1) * MIB);
    await proxy.close();
  }, 60_000);

  it('survives kill -9 at any moment', async () => {
    const made = await session({ composite: 60 * MIB, stream: 9 * MIB });
    await SessionManifest.create(made.dir, structuredClone(made.handle.session));
    const proxy = await tcpProxy(swift.endpoint, () => null);
    const through = { ...target, endpoint: proxy.url };
    const upload = (): ChildProcess =>
      spawn(
        process.execPath,
        ['--import', 'tsx', join(import.meta.dirname, 'upload-child.ts'), made.dir, JSON.stringify(through)],
        {
          stdio: ['ignore', 'ignore', 'inherit'],
          env: { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
        },
      );
    for (const bytes of [1, 13, 24, 33, 50]) {
      const child = upload();
      const ended = once(child, 'exit');
      while (proxy.bytesUp() < bytes * MIB && child.exitCode === null)
        await new Promise((resolve) => setTimeout(resolve, 1));
      child.kill('SIGKILL');
      await ended;
    }
    expect(await once(upload(), 'exit')).toEqual([0, null]);
    const { outputs, uploads } = await readManifest(made.dir);
    for (const [index, output] of outputs.entries()) {
      const receipt = uploads.find(({ output_id: id }) => id === output.output_id)!.receipt!;
      expect((await remote(receipt.key)).equals(await local(made, index))).toBe(true);
    }
    expect(await openUploads()).toBe(0);
    await proxy.close();
  }, 90_000);

  it('begins anew where the store forgot the upload', async () => {
    const made = await session({ composite: 17 * MIB });
    const output = made.handle.session.outputs[0]!;
    await made.handle.update((draft) => {
      const key = `p/61101349d0f56e684b608c08/20210721/${draft.session_id}/${output.file}`;
      const multipart = {
        upload_id: 'Zm9yZ290dGVu',
        bucket: BUCKET,
        endpoint: swift.endpoint,
        key,
        part_size_bytes: 8 * MIB,
        sha256: output.sha256!,
      };
      draft.uploads = [
        { output_id: 'composite', state: 'uploading', attempts: 1, multipart, receipt: null, error: null },
      ];
    });
    const result = await run(made, target);
    expect(result.error).toBeNull();
    expect((await remote(result.uploads[0]!.receipt!.key)).equals(await local(made, 0))).toBe(true);
  });

  it('gets through a connection that breaks again and again', async () => {
    const made = await session({ composite: 40 * MIB, stream: 5 * MIB });
    // Five connections of six break somewhere within their first 9 MiB. A sound one is kept for all that follows, so the
    // first comes late enough for breaks that the upload has to get through.
    const proxy = await tcpProxy(swift.endpoint, (connection) =>
      connection % 6 === 5 ? null : (connection * 1_299_709) % (9 * MIB),
    );
    const warnings: RollcallEvent[] = [];
    const result = await run(
      made,
      { ...target, endpoint: proxy.url },
      {
        retry: { ...UPLOAD_RETRY, firstDelayMs: 20 },
        emit: (event) => event.event === 'warning' && warnings.push(event),
      },
    );
    expect(result.error).toBeNull();
    expect(proxy.resets()).toBeGreaterThan(2);
    expect(warnings.length).toBeGreaterThan(2);
    for (const [index, output] of made.handle.session.outputs.entries()) {
      const upload = result.uploads.find(({ output_id: id }) => id === output.output_id)!;
      expect((await remote(upload.receipt!.key)).equals(await local(made, index))).toBe(true);
    }
    await proxy.close();
  }, 60_000);

  it('notices a file that is not the recorded one, or not there', async () => {
    const made = await session({ composite: 1000, stream: 1000 });
    await writeFile(join(made.dir, made.handle.session.outputs[1]!.file), 'other bytes');
    const result = await run(made, target);
    expect(result.error).toMatchObject({ code: 'UPLOAD_SOURCE' });
    expect(result.uploads.map(({ output_id: id, state }) => [id, state])).toEqual([
      [STREAM_ID, 'delivered'],
      ['composite', 'failed'],
    ]);
  });

  it('waits where hosted storage is not configured, and delivers when it is', async () => {
    const made = await session({ composite: 1000 });
    const waiting = await run(made, target, { destination: { kind: 'hosted', configured: false } });
    expect(waiting).toMatchObject({ error: null, uploads: [{ state: 'waiting' }] });
    const later = await run(made, target, { destination: { kind: 'hosted', configured: true, store: target } });
    expect(later).toMatchObject({ error: null, uploads: [{ state: 'delivered' }] });
  });
});

describe('a destination that is wrong', () => {
  const SECRET = 'a-wrong-SECRET';
  it.each([
    [
      'wrong key',
      { credentials: { kind: 'static', key: 'test:nobody', secret: SECRET } },
      'UPLOAD_CREDENTIALS',
      /access key|secret key/,
    ],
    [
      'wrong secret',
      { credentials: { kind: 'static', key: 'test:tester', secret: SECRET } },
      'UPLOAD_CREDENTIALS',
      /secret key is wrong/,
    ],
    ['missing bucket', { bucket: 'no-such-bucket-here' }, 'UPLOAD_NO_BUCKET', /no bucket "no-such-bucket-here"/],
    ['wrong region', { region: 'eu-west-1' }, 'UPLOAD_WRONG_REGION', /not in eu-west-1/],
    ['nobody listens', { endpoint: 'http://127.0.0.1:9' }, 'UPLOAD_NETWORK', /127\.0\.0\.1:9/],
    ['unknown host', { endpoint: 'http://store.invalid' }, 'UPLOAD_NETWORK', /store\.invalid/],
  ] as const)('%s', async (_name, change, code, message) => {
    const made = await session({ composite: 1000, stream: 1000 });
    const result = await run(made, { ...target, ...change });
    expect(result.error).toMatchObject({ code });
    expect(result.error!.message).toMatch(message);
    expect(result.error!.remedy).not.toBe('');
    expect(result.uploads.map(({ state, error }) => [state, error?.code])).toEqual([
      ['failed', code],
      ['failed', code],
    ]);
    expect(JSON.stringify(made.handle.session)).not.toContain(SECRET);
    // The settings mended, the same session goes through.
    expect((await run(made, target)).error).toBeNull();
  });
});

describe('hosted storage with a credentials endpoint', () => {
  it('signs with what the endpoint gives for the token, and says when it gives nothing', async () => {
    const asked: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      asked.push(request.headers.authorization);
      const known = request.headers.authorization === 'Bearer T0KEN';
      response.writeHead(known ? 200 : 403, { 'content-type': 'application/json' });
      const expiration = new Date(Date.now() + 3_600_000).toISOString();
      response.end(
        known
          ? JSON.stringify({
              AccessKeyId: 'test:tester',
              SecretAccessKey: 'testing',
              Token: 't',
              Expiration: expiration,
            })
          : '{}',
      );
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/credentials`;
    const hosted = (token: string): Destination => ({
      kind: 'hosted',
      configured: true,
      store: { ...target, credentials: { kind: 'endpoint', url, token } },
    });
    const made = await session({ composite: 9 * MIB });
    const refused = await run(made, target, { destination: hosted('wr0ng-T0KEN') });
    expect(refused.error).toMatchObject({ code: 'UPLOAD_CREDENTIALS' });
    expect(JSON.stringify(made.handle.session)).not.toContain('wr0ng-T0KEN');
    const { error, uploads } = await run(made, target, { destination: hosted('Bearer T0KEN') });
    expect(error).toBeNull();
    expect(asked.filter((authorization) => authorization === 'Bearer T0KEN')).toHaveLength(1);
    // The link lives no longer than the credentials that signed it.
    const { expiresAt } = await presignReceipt(hosted('Bearer T0KEN'), uploads[0]!.receipt!);
    expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(3_600_000);
    server.closeAllConnections();
    server.close();
  });
});

describe('presignReceipt', () => {
  it('makes a link to the same bytes, which a changed character breaks', async () => {
    const made = await session({ stream: 4321 });
    const { uploads } = await run(made, target);
    const { url, expiresAt } = await presignReceipt(destinationOf(target), uploads[0]!.receipt!);
    expect(Buffer.from(await (await fetch(url)).arrayBuffer()).equals(await local(made, 0))).toBe(true);
    expect(Date.parse(expiresAt) - Date.now()).toBeGreaterThan(11.9 * 3_600_000);
    expect(url).toContain('X-Amz-Expires=43200');
    expect((await fetch(`${url.slice(0, -1)}${url.endsWith('0') ? '1' : '0'}`)).status).toBe(403);
    await expect(presignReceipt(destinationOf({ ...target, bucket: 'another' }), uploads[0]!.receipt!)).rejects.toThrow(
      /No link can be signed/,
    );
  });
});
