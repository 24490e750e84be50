import { expect, it, vi } from 'vitest';
import { isMetered, MeteredNetwork, readCostType, readNetworkManager } from './metered.ts';

it('reads what NetworkManager and Windows say, and takes what it does not know for no answer', () => {
  const answers = [0, 1, 2, 3, 4, 9].map((value) => readNetworkManager(`(<uint32 ${value}>,)\n`));
  expect(answers).toEqual([null, true, false, true, false, null]);
  expect(readNetworkManager('')).toBeNull();
  expect(['Unrestricted\r\n', 'Fixed', 'Variable', 'Unknown', ''].map(readCostType)).toEqual([
    ...[false, true, true, null, null],
  ]);
});

it('has no answer where the system has no such question', async () => {
  expect(await isMetered('darwin')).toBeNull();
});

it('looks while somebody wants to know, and tells of changes', async () => {
  vi.useFakeTimers();
  const answers = [true, true, false, null];
  let changes = 0;
  const network = new MeteredNetwork(
    () => (changes += 1),
    () => Promise.resolve(answers.shift() ?? null),
  );
  expect(network.metered).toBeNull();
  network.watch(true);
  network.watch(true);
  await vi.advanceTimersByTimeAsync(0);
  expect([network.metered, changes]).toEqual([true, 1]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect([network.metered, changes]).toEqual([true, 1]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect([network.metered, changes]).toEqual([false, 2]);
  network.watch(false);
  expect(network.metered).toBeNull();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});
