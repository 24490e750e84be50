import { describe, expect, test } from 'vitest';
import { ReorderBuffer, type AudioPacket } from './reorder.ts';

/** 20 ms packets: number n has timestamp 960 n and comes at its time unless said otherwise. */
const packet = (n: number, arrivalMs = n * 20, ticks = n * 960): AudioPacket => ({
  ticks,
  sequenceNumber: n & 0xffff,
  data: Uint8Array.of(n & 0xff),
  arrivalMs,
});

function run(packets: AudioPacket[]): { order: number[]; buffer: ReorderBuffer } {
  const buffer = new ReorderBuffer();
  const written = [...packets.flatMap((one) => buffer.push(one)), ...buffer.flush()];
  return { order: written.map(({ ticks }) => ticks / 960), buffer };
}

describe('audio packets', () => {
  test('in order they pass at once', () => {
    const buffer = new ReorderBuffer();
    for (const n of [1, 2, 3]) expect(buffer.push(packet(n))).toHaveLength(1);
  });

  test.each([
    ['swapped', [packet(1), packet(3, 61), packet(2, 62), packet(4)], [1, 2, 3, 4], 0],
    ['doubled', [packet(1), packet(2), packet(2), packet(3)], [1, 2, 3], 0],
    [
      'one missing',
      [packet(1), ...[3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14].map((n) => packet(n))],
      [1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14],
      1,
    ],
    ['sequence numbers wrap', [packet(65535), packet(65536), packet(65537)], [65535, 65536, 65537], 0],
    ['missing at the end', [packet(1), packet(3)], [1, 3], 1],
  ])('%s', (_name, packets, expected, lost) => {
    const { order, buffer } = run(packets);
    expect(order).toEqual(expected);
    expect(buffer.lost).toBe(lost);
  });

  test('silence by DTX is no loss: timestamps jump, sequence numbers do not', () => {
    const after = { ...packet(2, 440), ticks: 22 * 960 };
    const { order, buffer } = run([packet(1), after, { ...packet(3, 460), ticks: 23 * 960 }]);
    expect(order).toEqual([1, 22, 23]);
    expect(buffer.lost).toBe(0);
  });

  test('one that comes after its followers were written is late, and counted', () => {
    const buffer = new ReorderBuffer();
    buffer.push(packet(1));
    buffer.push(packet(3, 60));
    expect(buffer.push(packet(14, 280)).map(({ ticks }) => ticks / 960)).toEqual([3]);
    expect(buffer.push(packet(2, 281))).toEqual([]);
    expect(buffer.late).toBe(1);
  });
});
