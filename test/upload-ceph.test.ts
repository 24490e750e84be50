import { DeleteBucketPolicyCommand, PutBucketPolicyCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCeph } from './support/ceph.ts';
import { MIB } from './upload-fixtures.ts';
import {
  deliveryCases,
  linkCases,
  local,
  startBucket,
  wrongDestinationCases,
  type TestBucket,
} from './upload-s3-cases.ts';

let bucket: TestBucket;

beforeAll(async () => {
  bucket = await startBucket(startCeph);
}, 180_000);
afterAll(() => bucket.close());

/** Denies something to everybody, its owner too. */
async function deny({ client, name }: TestBucket, ...actions: string[]): Promise<void> {
  const all = [`arn:aws:s3:::${name}`, `arn:aws:s3:::${name}/*`];
  const Statement = [{ Effect: 'Deny', Principal: '*', Action: actions, Resource: all }];
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
  await client.send(new PutBucketPolicyCommand({ Bucket: name, Policy }));
}
const allow = ({ client, name }: TestBucket): Promise<unknown> =>
  client.send(new DeleteBucketPolicyCommand({ Bucket: name }));

describe("uploads to Ceph's gateway", () => {
  deliveryCases(() => bucket);

  it('are proven by MD5s, as it keeps no SHA-256s', async () => {
    const { session, run, remote } = bucket;
    const made = await session({ composite: 12 * MIB + 3, stream: 1000 });
    const { error, uploads } = await run(made);
    expect(error).toBeNull();
    const [stream, composite] = uploads.map(({ receipt }) => receipt!).sort((a, b) => a.size_bytes - b.size_bytes);
    expect(composite!.etag).toMatch(/^[0-9a-f]{32}-3$/);
    expect((await remote(composite!.key)).equals(await local(made, 1))).toBe(true);
    expect([stream, composite].map((receipt) => receipt!.checksum_sha256)).toEqual([undefined, undefined]);
  });

  describe('where the object of another file is there, but may not be looked at', () => {
    const upload = async (size: number): Promise<[code: string | undefined, there: string]> => {
      const { client, name, session, run, remote } = bucket;
      const made = await session({ composite: size });
      expect((await run(made)).error).toBeNull();
      const { key } = made.handle.session.uploads[0]!.receipt!;
      await made.handle.update((draft) => void (draft.uploads = []));
      await client.send(new PutObjectCommand({ Bucket: name, Key: key, Body: 'precious' }));
      await deny(bucket, 's3:GetObject');
      const { error } = await run(made);
      await allow(bucket);
      return [error?.code, (await remote(key)).subarray(0, 8).toString()];
    };

    it('it is not replaced by a small file', async () => {
      expect(await upload(1000)).toEqual(['UPLOAD_DENIED', 'precious']);
    });

    it('it is not replaced by a large one', async () => {
      expect(await upload(6 * MIB)).toEqual(['UPLOAD_DENIED', 'precious']);
    });
  });
});

describe('a destination that is wrong', () => {
  wrongDestinationCases(
    () => bucket,
    [
      {
        name: 'a bucket for reading only',
        make: async (given) => {
          await deny(given, 's3:PutObject');
          return {};
        },
        mend: allow,
        code: 'UPLOAD_DENIED',
        message: /denies s3:PutObject/,
      },
    ],
  );

  it.each([
    ['s3:GetObject', ['read']],
    ['s3:ListMultipartUploadParts', ['list-parts']],
    ['s3:AbortMultipartUpload', ['abort']],
    ['s3:DeleteObject', ['delete']],
  ])('is told by name where a policy denies %s', async (action, names) => {
    await deny(bucket, action);
    const wrong = (await bucket.check()).filter(({ error }) => error !== null);
    await allow(bucket);
    expect(wrong.map(({ name, error }) => [name, error!.code])).toEqual(names.map((name) => [name, 'UPLOAD_DENIED']));
    expect(wrong[0]!.error!.message).toContain(`denies ${action} to these credentials`);
  });
});

describe('links', () => {
  linkCases(() => bucket);
});
