import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { StoreHttpHandler, type SendOptions } from './http-handler.ts';

// More than the buffers of both systems hold, so that a slow reader slows the sender down.
const BODY_BYTES = 48 * 1024 * 1024;
const READ_MS = 2_000;

test('tells how much of a body has been sent, while it is, and not once nobody listens', async () => {
  const server = createServer((request, response) => {
    void (async () => {
      let read = 0;
      for await (const chunk of request as AsyncIterable<Buffer>) {
        const before = Math.floor((read * 40) / BODY_BYTES);
        read += chunk.length;
        if (Math.floor((read * 40) / BODY_BYTES) > before) await sleep(READ_MS / 40);
      }
      response.end(String(read));
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const handler = new StoreHttpHandler({ connectMs: 5_000, idleMs: 10_000 });
  const body = Buffer.alloc(BODY_BYTES, 7);
  const told: number[] = [];
  const put = async (options: SendOptions): Promise<void> => {
    const request = {
      ...{ protocol: 'http:', hostname: '127.0.0.1', port: (server.address() as AddressInfo).port },
      ...{ method: 'PUT', path: '/part', query: {}, headers: { 'content-length': String(BODY_BYTES) }, body },
    };
    const { response } = await handler.handle(request, options);
    response.body.resume();
    await once(response.body, 'end');
  };
  await put({ onSent: (sentBytes) => told.push(sentBytes) });
  expect(new Set(told).size).toBeGreaterThan(2);
  expect(told).toEqual([...told].sort((a, b) => a - b));
  expect(told.at(-1)).toBeLessThanOrEqual(BODY_BYTES);
  expect(told.at(-1)).toBeGreaterThan(BODY_BYTES / 4);

  const before = told.length;
  await put({});
  expect(told).toHaveLength(before);
  handler.destroy();
  server.close();
});
