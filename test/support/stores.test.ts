import { randomBytes } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startS3Store } from './s3-store.ts';
import { startSwift, type ObjectStore } from './swift.ts';
import { startWebhookReceiver } from './webhook-receiver.ts';

const MIB = 1024 * 1024;
const Bucket = 'bucket';

const clientOf = (store: ObjectStore, change: Partial<S3ClientConfig> = {}): S3Client =>
  new S3Client({
    endpoint: store.endpoint,
    region: store.region,
    forcePathStyle: true,
    credentials: { accessKeyId: store.key, secretAccessKey: store.secret },
    requestChecksumCalculation: 'WHEN_REQUIRED',
    maxAttempts: 1,
    ...change,
  });

const failure = async (work: Promise<unknown>): Promise<{ name: string; status: number | undefined }> => {
  try {
    await work;
  } catch (error) {
    const { name, $metadata } = error as { name: string; $metadata?: { httpStatusCode?: number } };
    return { name, status: $metadata?.httpStatusCode };
  }
  throw new Error('it succeeded');
};

/** The same expectations of Swift, which none of our code wrote, and of our own store: so the latter is like a real one. */
describe.each([
  ['Swift', startSwift],
  ['the in-process store', startS3Store],
])('%s', (_name, start) => {
  let store: ObjectStore;
  let s3: S3Client;
  beforeAll(async () => {
    store = await start();
    s3 = clientOf(store);
    await s3.send(new CreateBucketCommand({ Bucket }));
  });
  afterAll(() => store.close());

  it('keeps objects with odd keys, and gives ranges of them', async () => {
    const Body = randomBytes(100_000);
    const Key = "a b/ü+'()*!/çà.mp4";
    const put = await s3.send(
      new PutObjectCommand({ Bucket, Key, Body, ContentType: 'video/mp4', Metadata: { sha: 'x' } }),
    );
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key }));
    expect(head).toMatchObject({
      ContentLength: 100_000,
      ETag: put.ETag,
      ContentType: 'video/mp4',
      Metadata: { sha: 'x' },
    });
    const got = await s3.send(new GetObjectCommand({ Bucket, Key, Range: 'bytes=10-99' }));
    expect(got.ContentRange).toBe('bytes 10-99/100000');
    expect(Buffer.from((await got.Body?.transformToByteArray()) ?? [])).toEqual(Body.subarray(10, 100));
    const listed = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'a b/' }));
    expect(listed.Contents?.map((object) => object.Key)).toEqual([Key]);
    await s3.send(new DeleteObjectCommand({ Bucket, Key }));
    expect(await failure(s3.send(new HeadObjectCommand({ Bucket, Key })))).toMatchObject({ status: 404 });
  });

  it('puts parts together, lists them for a resume, and aborts', async () => {
    const Key = 'big.mp4';
    const bodies = [randomBytes(5 * MIB), randomBytes(5 * MIB), randomBytes(1000)];
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    const Parts = [];
    for (const [index, Body] of bodies.entries()) {
      const { ETag } = await s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: index + 1, Body }));
      Parts.push({ PartNumber: index + 1, ETag });
    }
    const listed = await s3.send(new ListPartsCommand({ Bucket, Key, UploadId }));
    expect(listed.Parts?.map(({ PartNumber, ETag, Size }) => ({ PartNumber, ETag, Size }))).toEqual(
      Parts.map((part, index) => ({ ...part, Size: bodies[index]?.length })),
    );
    const wrong = { Parts: [{ PartNumber: 1, ETag: '"00000000000000000000000000000000"' }] };
    const complete = { Bucket, Key, UploadId, MultipartUpload: wrong };
    expect((await failure(s3.send(new CompleteMultipartUploadCommand(complete)))).name).toBe('InvalidPart');
    const done = await s3.send(new CompleteMultipartUploadCommand({ ...complete, MultipartUpload: { Parts } }));
    expect(done.ETag).toMatch(/-3"$/);
    const got = await s3.send(new GetObjectCommand({ Bucket, Key }));
    expect(Buffer.from((await got.Body?.transformToByteArray()) ?? []).equals(Buffer.concat(bodies))).toBe(true);

    const second = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'gone' }));
    await s3.send(new AbortMultipartUploadCommand({ Bucket, Key: 'gone', UploadId: second.UploadId }));
    const after = failure(s3.send(new ListPartsCommand({ Bucket, Key: 'gone', UploadId: second.UploadId })));
    expect((await after).name).toBe('NoSuchUpload');
  });

  it('refuses what S3 refuses', async () => {
    const head = { Bucket, Key: 'x' };
    const put = new PutObjectCommand({ ...head, Body: 'x' });
    const wrongSecret = clientOf(store, { credentials: { accessKeyId: store.key, secretAccessKey: 'no' } });
    expect(await failure(wrongSecret.send(put))).toEqual({ name: 'SignatureDoesNotMatch', status: 403 });
    const wrongKey = clientOf(store, { credentials: { accessKeyId: 'no', secretAccessKey: 'no' } });
    // AWS says InvalidAccessKeyId; Swift does not tell which of the two is wrong.
    expect((await failure(wrongKey.send(put))).status).toBe(403);
    expect((await failure(clientOf(store, { region: 'eu-west-1' }).send(put))).name).toBe(
      'AuthorizationHeaderMalformed',
    );
    const late = clientOf(store, { systemClockOffset: -3_600_000 });
    expect((await failure(late.send(put))).name).toBe('RequestTimeTooSkewed');
    expect((await failure(s3.send(new PutObjectCommand({ ...head, Bucket: 'no-such', Body: 'x' })))).name).toBe(
      'NoSuchBucket',
    );
    expect((await failure(s3.send(new GetObjectCommand({ Bucket, Key: 'none' })))).name).toBe('NoSuchKey');
    // Unsigned: 403 of S3, 400 of Swift, which takes it for a request of another API.
    expect([400, 403]).toContain((await fetch(`${store.endpoint}/${Bucket}/x`)).status);
  });

  it('honours pre-signed URLs until they expire, and no longer', async () => {
    await s3.send(new PutObjectCommand({ Bucket, Key: 'signed', Body: 'hello' }));
    const url = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: 'signed' }), { expiresIn: 1 });
    const answer = await fetch(url);
    expect([answer.status, await answer.text()]).toEqual([200, 'hello']);
    expect((await fetch(url.replace('signed?', 'other?'))).status).toBe(403);
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect((await fetch(url)).status).toBe(403);
  });
});

/** Swift refuses aws-chunked bodies (501). */
describe('the in-process store, on its own', () => {
  it('takes the SDK in its default checksum mode', async () => {
    const store = await startS3Store({ buckets: [Bucket] });
    const s3 = clientOf(store);
    const defaults = clientOf(store, { requestChecksumCalculation: 'WHEN_SUPPORTED' });
    const Body = randomBytes(300_000);
    await defaults.send(new PutObjectCommand({ Bucket, Key: 'crc', Body }));
    const { Readable } = await import('node:stream');
    const stream = Readable.from([Body.subarray(0, 1000), Body.subarray(1000)]);
    await defaults.send(new PutObjectCommand({ Bucket, Key: 'chunked', Body: stream, ContentLength: Body.length }));
    for (const Key of ['crc', 'chunked']) {
      const got = await s3.send(new GetObjectCommand({ Bucket, Key }));
      expect(Buffer.from((await got.Body?.transformToByteArray()) ?? []).equals(Body)).toBe(true);
    }
    await store.close();
  });
});

describe('the webhook receiver', () => {
  it('keeps headers and raw bodies, and answers as told', async () => {
    const receiver = await startWebhookReceiver();
    receiver.respondWith((index) => (index === 0 ? 503 : 200));
    const post = (): Promise<Response> =>
      fetch(receiver.url, { method: 'POST', headers: { 'x-token': 't' }, body: '{"a": 1}' });
    expect([(await post()).status, (await post()).status]).toEqual([503, 200]);
    const [first] = await receiver.waitFor(2);
    expect(first).toMatchObject({ method: 'POST', path: '/hook', json: { a: 1 }, status: 503 });
    expect(first?.headers['x-token']).toBe('t');
    expect(first?.body.toString()).toBe('{"a": 1}');
    receiver.respondWith(null);
    await expect(post()).rejects.toThrow();
    await expect(receiver.waitFor(9, undefined, 50)).rejects.toThrow('3 of 9');
    await receiver.close();
  });
});
