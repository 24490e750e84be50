import { expect, test } from 'vitest';
import { PacketList } from './packet-list.ts';
import type { PacketPlace } from './track-reader.ts';

test('packets come out as they went in: long gaps, large frames and clusters between them too', () => {
  const list = new PacketList();
  const packets: PacketPlace[] = [];
  let [offset, timeMs] = [3_000_000_000, 0];
  for (let n = 0; n < 1000; n += 1) {
    const size = n % 97 === 0 ? 1_500_000 : 40 + (n % 900);
    packets.push({ timeMs, key: n % 30 === 0, offset, size });
    offset += size + (n % 50 === 0 ? 300 : 7);
    timeMs += n === 500 ? 200_000 : n % 200 === 3 ? -2 : 33;
  }
  for (const packet of packets) list.push(packet);
  expect(list.length).toBe(1000);
  expect(list.last).toEqual(packets.at(-1));
  expect([...list.range()]).toEqual(packets);
  expect([...list.range(120, 140)]).toEqual(packets.slice(120, 140));
  expect([...list.range(995, 2000)]).toEqual(packets.slice(995));
  expect([...new PacketList().range()]).toEqual([]);
});
