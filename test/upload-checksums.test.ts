import { createHash, randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { StoreTarget } from '../src-main/contract/settings.ts';
import { uploadSession, type UploadSessionResult } from '../src-main/upload/uploader.ts';
import { startS3Store, type Checksums, type S3Store } from './support/s3-store.ts';
import { destinationOf, makeSession, MIB, tcpProxy, type TestSession } from './upload-fixtures.ts';

const BUCKET = 'sums';
const QUICK = { attempts: 4, firstDelayMs: 20, maxDelayMs: 200 };
const sha256 = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest();

describe.each(['kept', 'ignored', 'refused'] as const)(
  'SHA-256 checksums that a store has %s',
  (checksums: Checksums) => {
    let store: S3Store;
    let client: S3Client;
    const sessions: TestSession[] = [];

    beforeAll(async () => {
      store = await startS3Store({ buckets: [BUCKET], checksums });
      const { key: accessKeyId, secret: secretAccessKey } = store;
      client = new S3Client({ ...store, credentials: { accessKeyId, secretAccessKey } });
    });
    afterAll(async () => {
      client.destroy();
      await store.close();
      await Promise.all(sessions.map((session) => session.remove()));
    });

    const target = (endpoint = store.endpoint): StoreTarget => ({
      ...{ bucket: BUCKET, prefix: '', region: store.region, endpoint, forcePathStyle: true },
      credentials: { kind: 'static', key: store.key, secret: store.secret },
    });
    const run = (
      { handle }: TestSession,
      to = target(),
      signal = new AbortController().signal,
    ): Promise<UploadSessionResult> =>
      uploadSession({
        ...{ handle, destination: destinationOf(to), retry: QUICK },
        ...{ emit: () => undefined, signal },
      });
    const session = async (sizes: Parameters<typeof makeSession>[0]): Promise<TestSession> => {
      const made = await makeSession(sizes);
      sessions.push(made);
      return made;
    };
    /** What S3 says of an object sent with checksums in parts of 5 MiB. */
    const ofParts = (bytes: Buffer): string => {
      const count = Math.ceil(bytes.length / (5 * MIB));
      const parts = Array.from({ length: count }, (_, i) => sha256(bytes.subarray(i * 5 * MIB, (i + 1) * 5 * MIB)));
      return `${sha256(Buffer.concat(parts)).toString('base64')}-${count}`;
    };

    it('prove what arrived, where there are any; the file arrives in any case', async () => {
      const made = await session({ composite: 12 * MIB + 3 });
      const { error, uploads } = await run(made);
      expect(error).toBeNull();
      const receipt = uploads[0]?.receipt;
      const bytes = await readFile(join(made.dir, made.handle.session.outputs[0]?.file ?? ''));
      const head = await client.send(
        new HeadObjectCommand({ Bucket: BUCKET, Key: receipt?.key, ChecksumMode: 'ENABLED' }),
      );
      expect(head.ContentLength).toBe(bytes.length);
      expect(head.ChecksumSHA256).toBe(checksums === 'kept' ? ofParts(bytes) : undefined);
      expect(receipt?.checksum_sha256).toBe(head.ChecksumSHA256);
      expect(receipt?.sha256).toBe(sha256(bytes).toString('hex'));
    });

    it('go on where a process ended in the middle', async () => {
      const made = await session({ composite: 42 * MIB });
      const proxy = await tcpProxy(store.endpoint, () => null);
      const stop = new AbortController();
      const watch = setInterval(() => proxy.bytesUp() > 28 * MIB && stop.abort(), 1);
      await run(made, target(proxy.url), stop.signal).catch(() => undefined);
      clearInterval(watch);
      expect(stop.signal.aborted).toBe(true);
      const later = { ...made, handle: made.reopen() };
      expect(later.handle.session.uploads[0]?.multipart?.keeps_sha256).toBe(checksums === 'kept' ? true : undefined);
      const before = proxy.bytesUp();
      const { error, uploads } = await run(later, target(proxy.url));
      expect(error).toBeNull();
      // At least one part was there.
      expect(proxy.bytesUp() - before).toBeLessThan(38 * MIB);
      const expected = checksums === 'kept' ? expect.stringMatching(/^[A-Za-z0-9+/]{43}=-9$/) : undefined;
      expect(uploads[0]?.receipt?.checksum_sha256).toEqual(expected);
      await proxy.close();
    });

    it('are there for files in one request, once the store is known to have them', async () => {
      const { uploads } = await run(await session({ stream: 1000 }));
      const { sha256: hex = '', checksum_sha256: checksum } = uploads[0]?.receipt ?? {};
      expect(checksum).toBe(checksums === 'kept' ? Buffer.from(hex, 'hex').toString('base64') : undefined);
    });

    it('a file that changed on its way is not taken for done', async () => {
      const made = await session({ composite: 6 * MIB });
      await writeFile(join(made.dir, made.handle.session.outputs[0]?.file ?? ''), randomBytes(6 * MIB));
      expect((await run(made)).error).toMatchObject({ code: 'UPLOAD_SOURCE' });
    });
  },
);
