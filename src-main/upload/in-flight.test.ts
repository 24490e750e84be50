import { expect, it } from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import { RollcallError } from '../contract/errors.ts';
import { InFlight } from './in-flight.ts';

const MIB = 1024 * 1024;
const PART = 5 * MIB;
const none = (): number => 0;
const fails = (code: 'UPLOAD_NETWORK' | 'UPLOAD_BUSY') => () => Promise.reject(new RollcallError(code, 'No.', 'Wait.'));
/** So many parts, one after the other. */
const send = async (flight: InFlight, parts: number): Promise<void> => {
  for (let part = 0; part < parts; part += 1) await flight.send(PART, none, () => Promise.resolve());
};

it('holds as many parts in memory as may be, one at least', async () => {
  const flight = new InFlight({ requests: 4, bytes: 100 });
  let now = 0;
  let most = 0;
  const work = async (): Promise<void> => {
    most = Math.max(most, ++now);
    await sleep(5);
    now -= 1;
  };
  await Promise.all(Array.from({ length: 12 }, () => flight.run(10, work)));
  expect(most).toBe(4);
  most = 0;
  await Promise.all(Array.from({ length: 6 }, () => flight.run(60, work)));
  expect(most).toBe(1);
  await flight.run(1000, work);
});

it('gives parts the memory of those that have arrived, not of those that failed', async () => {
  const flight = new InFlight({ requests: 2, bytes: 100 });
  const seen = new Set<ArrayBufferLike>();
  const work = (memory: Buffer): Promise<void> => {
    expect(memory).toHaveLength(20);
    seen.add(memory.buffer);
    return sleep(1);
  };
  await Promise.all(Array.from({ length: 10 }, () => flight.run(20, work)));
  expect(seen.size).toBe(2);
  await flight.run(5, (memory) => Promise.resolve(expect(memory).toHaveLength(5)));
  let failed: ArrayBufferLike | undefined;
  const fail = (memory: Buffer): Promise<void> => {
    failed = memory.buffer;
    return Promise.reject(new Error('no'));
  };
  await expect(flight.run(20, fail)).rejects.toThrow('no');
  seen.clear();
  await Promise.all(Array.from({ length: 10 }, () => flight.run(20, work)));
  expect(seen.has(failed!)).toBe(false);
});

it('sends no more bodies at once than is allowed, and allows more as they arrive', async () => {
  const flight = new InFlight({ requests: 6, bytes: 96 * MIB });
  let now = 0;
  let most = 0;
  const body = async (): Promise<void> => {
    most = Math.max(most, ++now);
    await sleep(2);
    now -= 1;
  };
  await Promise.all([1, 2, 3].map(() => flight.send(PART, none, body)));
  expect(most).toBe(2);
  await Promise.all(Array.from({ length: 30 }, () => flight.send(PART, none, body)));
  expect(most).toBe(6);
});

it('sends one body after a break, and more when the next break is paid for', async () => {
  const flight = new InFlight({ requests: 6, bytes: 96 * MIB });
  await send(flight, 30);
  expect(flight.allowed).toBe(6);
  await expect(flight.send(PART, () => 2 * MIB, fails('UPLOAD_NETWORK'))).rejects.toThrow();
  expect(flight.allowed).toBe(1);
  // 2 MiB are lost, two bodies may lose 5 more: 2% of 350 MiB.
  await send(flight, 39);
  expect(flight.allowed).toBe(1);
  await send(flight, 2);
  expect(flight.allowed).toBe(2);
});

it('counts a part that had arrived as no loss, and gives a busy store half', async () => {
  const flight = new InFlight({ requests: 6, bytes: 96 * MIB });
  await send(flight, 60);
  await expect(flight.send(PART, () => PART, fails('UPLOAD_NETWORK'))).rejects.toThrow();
  flight.foundArrived(PART);
  await send(flight, 1);
  expect(flight.allowed).toBe(2);
  const busy = new InFlight({ requests: 6, bytes: 96 * MIB });
  await send(busy, 30);
  await expect(busy.send(PART, none, fails('UPLOAD_BUSY'))).rejects.toThrow();
  expect(busy.allowed).toBe(3);
});
