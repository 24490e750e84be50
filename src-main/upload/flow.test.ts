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

it('holds while anybody holds, also for the flow above, and ends with its signal', async () => {
  const app = new UploadFlow();
  const session = new UploadFlow(app);
  app.hold('call');
  session.hold('user');
  let gone = false;
  const waiting = session.admit(1, open).then(() => (gone = true));
  session.release('user');
  await sleep(20);
  expect(gone).toBe(false);
  app.release('call');
  await waiting;
  app.hold('call');
  const abort = new AbortController();
  const stopped = session.admit(1, abort.signal);
  abort.abort();
  await expect(stopped).rejects.toMatchObject({ code: 'CANCELLED' });
});

it('tells the rate of the last seconds', () => {
  const meter = new RateMeter();
  expect(meter.rate(0)).toBeNull();
  meter.add(0, 0);
  meter.add(5000, 1000);
  expect(meter.rate(1000)).toBe(5000);
  // Nothing since: the rate falls.
  expect(meter.rate(10_000)).toBe(500);
});
