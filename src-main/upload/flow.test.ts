import { expect, it } from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import { UploadFlow } from './flow.ts';
import { RateMeter } from './reporter.ts';

const open = new AbortController().signal;

it('lets so many bytes a second go, over whoever asks', async () => {
  const flow = new UploadFlow();
  flow.setLimit(100_000);
  const began = Date.now();
  await Promise.all(Array.from({ length: 5 }, () => flow.admit(10_000, open)));
  // The first goes at once, each of the others 100 ms after the one before.
  expect(Date.now() - began).toBeGreaterThanOrEqual(390);
  expect(Date.now() - began).toBeLessThan(1500);
});

it('holds while anybody holds, and ends with its signal', async () => {
  const flow = new UploadFlow();
  flow.hold('call');
  flow.hold('user');
  let gone = false;
  const waiting = flow.admit(1, open).then(() => (gone = true));
  flow.release('user');
  await sleep(20);
  expect(gone).toBe(false);
  flow.release('call');
  await waiting;
  flow.hold('call');
  const abort = new AbortController();
  const stopped = flow.admit(1, abort.signal);
  abort.abort();
  await expect(stopped).rejects.toMatchObject({ code: 'CANCELLED' });
});

it('stops what is held when the app is closed, and nothing else', async () => {
  const flow = new UploadFlow();
  flow.hold('app');
  const waiting = flow.admit(1, open);
  flow.giveUp();
  await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });
  await expect(flow.admit(1, open)).rejects.toMatchObject({ code: 'CANCELLED' });
  flow.release('app');
  await flow.admit(1, open);
});

it('tells the rate of the last seconds', () => {
  const meter = new RateMeter();
  expect(meter.rate(0)).toBeNull();
  meter.add(0, 0);
  meter.add(5000, 1000);
  // What is sent at once may only have gone as far as the system's buffers.
  expect(meter.rate(1000)).toBeNull();
  expect(meter.rate(2000)).toBe(2500);
  // Nothing since: the rate falls.
  expect(meter.rate(10_000)).toBe(500);
});
