import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TIMELINE_FILE, trackClockFile, trackFile } from '../contract/ids.ts';
import { ClockSamples } from './clock-samples.ts';
import { holderOf, lockSession } from './lock.ts';
import { readTimeline, TimelineWriter } from './timeline.ts';
import { TrackStore } from './track-store.ts';

const TRACK = '00000000-0000-4000-8000-000000000001';
let dir = '';
beforeEach(async () => (dir = await mkdtemp(join(tmpdir(), 'rollcall-disk-'))));
afterEach(() => rm(dir, { recursive: true, force: true }));

describe('tracks on disk', () => {
  test('bytes are appended in order, and the file is theirs alone', async () => {
    const store = await TrackStore.create(dir);
    await store.append(TRACK, 0, Uint8Array.of(1, 2));
    await store.append(TRACK, 2, Uint8Array.of(3));
    expect(store.writtenBytes).toBe(3);
    await store.closeAll();
    expect([...(await readFile(join(dir, trackFile(TRACK))))]).toEqual([1, 2, 3]);
    await expect((await TrackStore.create(dir)).append(TRACK, 0, Uint8Array.of(9))).rejects.toMatchObject({
      code: 'DISK_FAILED',
    });
    expect([...(await readFile(join(dir, trackFile(TRACK))))]).toEqual([1, 2, 3]);
  });

  test('what is written is put on the disk itself while the writing goes on', async () => {
    const store = await TrackStore.create(dir);
    const other = TRACK.replace(/1$/, '2');
    const until = Date.now() + 2500;
    let size = 0;
    // Two tracks, one of which is closed and made anew beside a round of syncing.
    await store.append(other, 0, Uint8Array.of(7));
    for (; Date.now() < until; size += 1) {
      await store.append(TRACK, size, Uint8Array.of(size));
      if (size === 200) await store.close(other);
    }
    await store.closeAll();
    expect((await readFile(join(dir, trackFile(TRACK)))).length).toBe(size);
    expect([...(await readFile(join(dir, trackFile(other))))]).toEqual([7]);
  });

  test('a hole is refused', async () => {
    const store = await TrackStore.create(dir);
    await expect(store.append(TRACK, 5, Uint8Array.of(1))).rejects.toMatchObject({ code: 'DISK_FAILED' });
    await store.closeAll();
  });

  test('clock samples are read back without a line that was cut off', async () => {
    const store = await TrackStore.create(dir);
    await store.appendClock(TRACK, { fileMs: 1, arrivalMs: 2 });
    await appendFile(join(dir, trackClockFile(TRACK)), '{"fileMs":3,"arri');
    expect(await new ClockSamples(dir).read(TRACK)).toEqual([{ fileMs: 1, arrivalMs: 2 }]);
  });
});

test('a timeline is read back in order without a line that was cut off', async () => {
  const writer = new TimelineWriter(dir);
  void writer.append({ t: 0, type: 'session-started', wall_clock: 'now' });
  await writer.append({ t: 5, type: 'peer-left', peer_id: 'ä\n"' });
  await appendFile(join(dir, TIMELINE_FILE), '{"t":6,"type":"peer-le');
  expect(await readTimeline(dir)).toEqual([
    { t: 0, type: 'session-started', wall_clock: 'now' },
    { t: 5, type: 'peer-left', peer_id: 'ä\n"' },
  ]);
});

test('a session is locked by a living process only', async () => {
  const unlock = await lockSession(dir);
  expect(await holderOf(dir)).toBe(process.pid);
  await unlock();
  expect(await holderOf(dir)).toBeNull();
});
