import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Destination } from '../src-main/contract/settings.ts';
import { readManifest, SessionManifest } from '../src-main/recording/manifest.ts';
import { presignReceipt } from '../src-main/upload/presign.ts';
import { startSwift } from './support/swift.ts';
import { MIB, STREAM_ID, tcpProxy } from './upload-fixtures.ts';
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
  bucket = await startBucket(startSwift);
}, 180_000);
afterAll(() => bucket.close());

describe('uploadSession', () => {
  deliveryCases(() => bucket);

  it('survives kill -9 at any moment', async () => {
    const { store, target, session, remote, openUploads } = bucket;
    const made = await session({ composite: 60 * MIB, stream: 9 * MIB });
    await SessionManifest.create(made.dir, structuredClone(made.handle.session));
    const proxy = await tcpProxy(store.endpoint, () => null);
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

  it('notices a file that is not the recorded one, or not there', async () => {
    const { session, run } = bucket;
    const made = await session({ composite: 1000, stream: 1000 });
    await writeFile(join(made.dir, made.handle.session.outputs[1]!.file), 'other bytes');
    const result = await run(made);
    expect(result.error).toMatchObject({ code: 'UPLOAD_SOURCE' });
    expect(result.uploads.map(({ output_id: id, state }) => [id, state])).toEqual([
      [STREAM_ID, 'delivered'],
      ['composite', 'failed'],
    ]);
  });

  it('waits where hosted storage is not configured, and delivers when it is', async () => {
    const { target, session, run } = bucket;
    const made = await session({ composite: 1000 });
    const waiting = await run(made, target, { destination: { kind: 'hosted', configured: false } });
    expect(waiting).toMatchObject({ error: null, uploads: [{ state: 'waiting' }] });
    const later = await run(made, target, { destination: { kind: 'hosted', configured: true, store: target } });
    expect(later).toMatchObject({ error: null, uploads: [{ state: 'delivered' }] });
  });
});

describe('a destination that is wrong', () => {
  wrongDestinationCases(
    () => bucket,
    [
      {
        name: 'wrong region',
        make: () => ({ region: 'eu-west-1' }),
        code: 'UPLOAD_WRONG_REGION',
        message: /not in eu-west-1/,
      },
    ],
  );
});

describe('hosted storage with a credentials endpoint', () => {
  it('signs with what the endpoint gives for the token, and says when it gives nothing', async () => {
    const { target, session, run } = bucket;
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
  linkCases(() => bucket);
});
