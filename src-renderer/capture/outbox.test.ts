import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { CaptureMessage } from '../../src-main/contract/capture.ts';
import { Outbox } from './outbox.ts';

const TRACK = '00000000-0000-4000-8000-000000000001';
const MIB = 1024 * 1024;
const LIMITS = { warnBytes: MIB, maxBytes: 4 * MIB, againBelowBytes: 2 * MIB };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** An outbox whose disk has taken nothing since the 16 MiB that may be in flight. */
function stuck() {
  const posted: CaptureMessage[] = [];
  const full: boolean[] = [];
  const outbox = new Outbox(
    (message) => posted.push(message),
    () => 1000,
    (isFull) => full.push(isFull),
    LIMITS,
  );
  let at = 0;
  const give = (bytes: number): void => {
    for (const end = at + bytes; at < end; at += MIB / 4) outbox.append(TRACK, at, new Uint8Array(MIB / 4));
  };
  give(16 * MIB);
  const codes = (): string[] =>
    posted.flatMap((message) =>
      message.type === 'timeline' && message.event.type === 'warning' ? [message.event.code] : [],
    );
  const bytes = (): number =>
    posted.reduce((sum, message) => sum + (message.type === 'chunk' ? message.data.length : 0), 0);
  return { outbox, give, codes, bytes, full };
}

it('says that the disk is slow, then that no more may be given, ahead of what is stuck', () => {
  const { give, codes, full, bytes } = stuck();
  give(MIB);
  expect(codes()).toEqual([]);
  give(MIB);
  expect([codes(), full]).toEqual([['DISK_SLOW'], []]);
  give(3 * MIB);
  expect([codes(), full]).toEqual([['DISK_SLOW', 'DISK_OVERLOADED'], [true]]);
  expect(bytes()).toBe(16 * MIB);
});

it('has kept everything that it was given, in order, when the disk goes on', () => {
  const { outbox, give, codes, full, bytes } = stuck();
  give(5 * MIB);
  outbox.confirm(2 * MIB);
  expect(full).toEqual([true]);
  outbox.confirm(4 * MIB);
  expect([codes().at(-1), full]).toEqual(['DISK_CAUGHT_UP', [true, false]]);
  outbox.confirm(16 * MIB);
  expect(bytes()).toBe(21 * MIB);
});
