import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { expect, it, vi } from 'vitest';
import type { ErrorCode } from '../src-main/contract/errors.ts';
import type { RollcallEvent } from '../src-main/contract/events.ts';
import type { StoreTarget } from '../src-main/contract/settings.ts';
import { presignReceipt } from '../src-main/upload/presign.ts';
import { UPLOAD_RETRY } from '../src-main/upload/retry.ts';
import { uploadSession, type UploadSessionOptions, type UploadSessionResult } from '../src-main/upload/uploader.ts';
import type { DestinationCheck } from '../src-main/contract/trials.ts';
import { checkDestination } from '../src-main/upload/validate.ts';
import type { ObjectStore } from './support/swift.ts';
import { destinationOf, makeSession, MIB, PEER_ID, STREAM_ID, tcpProxy, type TestSession } from './upload-fixtures.ts';

const QUICK = { attempts: 4, firstDelayMs: 20, maxDelayMs: 200 };
const HOUR_MS = 3_600_000;

/** A new bucket of a store that was started for it, and sessions that are uploaded there. */
export interface TestBucket {
  name: string;
  store: ObjectStore;
  client: S3Client;
  target: StoreTarget;
  session(sizes: { composite?: number; stream?: number }): Promise<TestSession>;
  run(made: TestSession, target?: StoreTarget, more?: Partial<UploadSessionOptions>): Promise<UploadSessionResult>;
  check(target?: StoreTarget): Promise<DestinationCheck[]>;
  /** The bytes of an object. */
  remote(key: string): Promise<Buffer>;
  /** How many multipart uploads were begun and not ended. */
  openUploads(): Promise<number>;
  /** Stops the store and removes the sessions. */
  close(): Promise<void>;
}

export async function startBucket(start: () => Promise<ObjectStore>): Promise<TestBucket> {
  const store = await start();
  const name = `rollcall-upload-${Date.now()}`;
  const { endpoint, region, key, secret, forcePathStyle } = store;
  const target: StoreTarget = {
    ...{ bucket: name, prefix: 'p', region, endpoint, forcePathStyle },
    credentials: { kind: 'static', key, secret },
  };
  const client = new S3Client({
    ...{ endpoint, region, forcePathStyle, credentials: { accessKeyId: key, secretAccessKey: secret } },
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
  await client.send(new CreateBucketCommand({ Bucket: name }));
  const sessions: TestSession[] = [];
  return {
    ...{ name, store, client, target },
    session: async (sizes) => {
      const made = await makeSession(sizes);
      sessions.push(made);
      return made;
    },
    run: (made, to = target, more = {}) =>
      uploadSession({
        handle: made.handle,
        destination: destinationOf(to),
        emit: () => undefined,
        signal: new AbortController().signal,
        retry: QUICK,
        ...more,
      }),
    check: (to = target) => checkDestination(to, new AbortController().signal),
    remote: async (objectKey) => {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: name, Key: objectKey }));
      return Buffer.from(await Body!.transformToByteArray());
    },
    openUploads: async () =>
      (await client.send(new ListMultipartUploadsCommand({ Bucket: name }))).Uploads?.length ?? 0,
    close: async () => {
      client.destroy();
      await store.close();
      await Promise.all(sessions.map((session) => session.remove()));
    },
  };
}

/** The bytes of a session's output. */
export const local = (made: TestSession, index: number): Promise<Buffer> =>
  readFile(join(made.dir, made.handle.session.outputs[index]!.file));

/** What is expected of uploads to every S3 service that does its job. */
export function deliveryCases(given: () => TestBucket): void {
  it("puts a small and a large file at SPEC's keys, byte for byte, and proves it", async () => {
    const { name, session, run, remote, openUploads } = given();
    const made = await session({ composite: 21 * MIB + 7, stream: 300_000 });
    const events: RollcallEvent[] = [];
    const result = await run(made, undefined, { emit: (event) => events.push(event) });
    expect(result.error).toBeNull();
    const { session_id: id } = made.handle.session;
    const folder = `p/61101349d0f56e684b608c08/20210721/${id}`;
    const composite = `${folder}/Rec-${id}-1626898422000.mp4`;
    const stream = `${folder}/${PEER_ID}/${STREAM_ID}/${STREAM_ID}.mp4`;
    expect((await remote(composite)).equals(await local(made, 1))).toBe(true);
    expect((await remote(stream)).equals(await local(made, 0))).toBe(true);
    const receipts = Object.fromEntries(result.uploads.map((upload) => [upload.receipt!.key, upload.receipt!]));
    expect(receipts[composite]).toMatchObject({
      path: `s3://${name}/${composite}`,
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
    const { name, store, client, target, session, run, remote } = given();
    const made = await session({ composite: 9 * MIB, stream: 1000 });
    expect((await run(made)).error).toBeNull();
    // A session.json that knows nothing of it, as after a crash before the receipt was written.
    await made.handle.update((draft) => void (draft.uploads = []));
    const proxy = await tcpProxy(store.endpoint, () => null);
    expect((await run(made, { ...target, endpoint: proxy.url })).uploads.map(({ state }) => state)).toEqual([
      'delivered',
      'delivered',
    ]);
    expect(proxy.bytesUp()).toBeLessThan(20_000);
    await proxy.close();

    const key = made.handle.session.uploads[0]!.receipt!.key;
    await client.send(new PutObjectCommand({ Bucket: name, Key: key, Body: 'something else' }));
    await made.handle.update((draft) => void (draft.uploads = []));
    const again = await run(made);
    expect(again.error?.code).toBe('UPLOAD_CONFLICT');
    expect((await remote(key)).toString()).toBe('something else');
    expect(again.uploads.map(({ state }) => state).sort()).toEqual(['delivered', 'failed']);
  });

  it('goes on where a stopped run was, without sending a finished part again', async () => {
    const { store, target, session, run, remote } = given();
    const made = await session({ composite: 80 * MIB });
    const proxy = await tcpProxy(store.endpoint, () => null);
    const through = { ...target, endpoint: proxy.url };
    const stop = new AbortController();
    const first = run(made, through, { signal: stop.signal });
    while (proxy.bytesUp() < 50 * MIB) await sleep(5);
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

  it('begins anew where the store forgot the upload', async () => {
    const { name, store, session, run, remote } = given();
    const made = await session({ composite: 17 * MIB });
    const output = made.handle.session.outputs[0]!;
    await made.handle.update((draft) => {
      const key = `p/61101349d0f56e684b608c08/20210721/${draft.session_id}/${output.file}`;
      const multipart = {
        upload_id: 'Zm9yZ290dGVu',
        bucket: name,
        endpoint: store.endpoint,
        key,
        part_size_bytes: 8 * MIB,
        sha256: output.sha256!,
      };
      draft.uploads = [
        { output_id: 'composite', state: 'uploading', attempts: 1, multipart, receipt: null, error: null },
      ];
    });
    const result = await run(made);
    expect(result.error).toBeNull();
    expect((await remote(result.uploads[0]!.receipt!.key)).equals(await local(made, 0))).toBe(true);
  });

  it('gets through a connection that breaks again and again', async () => {
    const { store, target, session, run, remote } = given();
    const made = await session({ composite: 40 * MIB, stream: 5 * MIB });
    // Five connections of six break somewhere within their first 9 MiB. A sound one is kept for all that follows, so the
    // first comes late enough for breaks that the upload has to get through.
    const proxy = await tcpProxy(store.endpoint, (connection) =>
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
}

const SECRET = 'a-wrong-SECRET';

/** Something wrong with a destination, and what is said of it. */
export interface Wrong {
  name: string;
  /** What the settings have instead; may make something wrong at the store. */
  make(bucket: TestBucket): Partial<StoreTarget> | Promise<Partial<StoreTarget>>;
  /** Undoes what was made wrong at the store. */
  mend?(bucket: TestBucket): Promise<unknown>;
  code: ErrorCode;
  message: RegExp;
}

const WRONG: readonly Wrong[] = [
  {
    name: 'wrong key',
    make: () => ({ credentials: { kind: 'static', key: 'test:nobody', secret: SECRET } }),
    code: 'UPLOAD_CREDENTIALS',
    message: /access key|secret key/,
  },
  {
    name: 'wrong secret',
    make: ({ store }) => ({ credentials: { kind: 'static', key: store.key, secret: SECRET } }),
    code: 'UPLOAD_CREDENTIALS',
    message: /secret key is wrong/,
  },
  {
    name: 'missing bucket',
    make: () => ({ bucket: 'no-such-bucket-here' }),
    code: 'UPLOAD_NO_BUCKET',
    message: /no bucket "no-such-bucket-here"/,
  },
  {
    name: 'nobody listens',
    make: () => ({ endpoint: 'http://127.0.0.1:9' }),
    code: 'UPLOAD_NETWORK',
    message: /127\.0\.0\.1:9/,
  },
  {
    name: 'unknown host',
    make: () => ({ endpoint: 'http://store.invalid' }),
    code: 'UPLOAD_NETWORK',
    message: /store\.invalid/,
  },
];

/** What is said where the destination is wrong, by an upload and by a check of the settings. */
export function wrongDestinationCases(given: () => TestBucket, more: readonly Wrong[]): void {
  const named = [...WRONG, ...more].map((wrong) => [wrong.name, wrong] as const);
  it.each(named)('%s', async (_name, { make, mend, code, message }) => {
    const bucket = given();
    const made = await bucket.session({ composite: 1000, stream: 1000 });
    const wrong = { ...bucket.target, ...(await make(bucket)) };
    const [result, checks] = await Promise.all([bucket.run(made, wrong), bucket.check(wrong)]);
    await mend?.(bucket);
    expect(result.error).toMatchObject({ code });
    expect(result.error!.message).toMatch(message);
    expect(result.error!.remedy).not.toBe('');
    expect(checks[0]).toMatchObject({ name: 'write', required: true, error: { code } });
    expect(checks[0]!.error!.message).toMatch(message);
    expect(result.uploads.map(({ state, error }) => [state, error?.code])).toEqual([
      ['failed', code],
      ['failed', code],
    ]);
    expect(JSON.stringify([made.handle.session, checks])).not.toContain(SECRET);
    // The settings mended, the same session goes through.
    expect((await bucket.run(made)).error).toBeNull();
  });

  it('is right when nothing is wrong', async () => {
    expect((await given().check()).filter(({ error }) => error !== null)).toEqual([]);
  });

  it.each([
    ['ahead of', HOUR_MS],
    ['behind', -HOUR_MS],
  ])('is named where the clock is an hour %s the store, and uploads go on all the same', async (where, offsetMs) => {
    const { session, run, check } = given();
    const made = await session({ composite: 6 * MIB, stream: 1000 });
    vi.setSystemTime(Date.now() + offsetMs);
    try {
      const named = (await check()).filter(({ error }) => error !== null);
      expect(named).toMatchObject([{ name: 'clock', error: { code: 'UPLOAD_CLOCK' } }]);
      expect(named[0]!.error!.message).toContain(`60 minutes ${where}`);
      expect((await run(made)).error).toBeNull();
    } finally {
      vi.useRealTimers();
    }
  });
}

/** What is expected of links to delivered objects. */
export function linkCases(given: () => TestBucket): void {
  it('makes a link to the same bytes, which a changed character breaks', async () => {
    const { target, session, run } = given();
    const made = await session({ stream: 4321 });
    const { uploads } = await run(made);
    const { url, expiresAt } = await presignReceipt(destinationOf(target), uploads[0]!.receipt!);
    expect(Buffer.from(await (await fetch(url)).arrayBuffer()).equals(await local(made, 0))).toBe(true);
    expect(Date.parse(expiresAt) - Date.now()).toBeGreaterThan(11.9 * HOUR_MS);
    expect(url).toContain('X-Amz-Expires=43200');
    expect((await fetch(`${url.slice(0, -1)}${url.endsWith('0') ? '1' : '0'}`)).status).toBe(403);
    await expect(presignReceipt(destinationOf({ ...target, bucket: 'another' }), uploads[0]!.receipt!)).rejects.toThrow(
      /No link can be signed/,
    );
  });

  it('makes a link that works for its time where this clock is an hour behind', async () => {
    const { target, session, run } = given();
    const { uploads } = await run(await session({ stream: 4321 }));
    vi.setSystemTime(Date.now() - HOUR_MS);
    const link = await presignReceipt(destinationOf(target), uploads[0]!.receipt!, 60).finally(() =>
      vi.useRealTimers(),
    );
    expect((await fetch(link.url)).status).toBe(200);
    expect(Math.abs(Date.parse(link.expiresAt) - Date.now() - 60_000)).toBeLessThan(10_000);
  });

  it('makes a link that ends', async () => {
    const { target, session, run } = given();
    const { uploads } = await run(await session({ stream: 4321 }));
    const { url } = await presignReceipt(destinationOf(target), uploads[0]!.receipt!, 2);
    expect((await fetch(url)).status).toBe(200);
    await sleep(3500);
    expect((await fetch(url)).status).toBe(403);
  });
}
