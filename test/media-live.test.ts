import { readFileSync } from 'node:fs';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Session } from '../src-main/contract/session.ts';
import { makeFiles } from '../src-main/finish.ts';
import { LiveFiles } from '../src-main/live-files.ts';
import type { Ffmpeg, FfmpegJob } from '../src-main/media/ffmpeg.ts';
import { SessionManifest } from '../src-main/recording/manifest.ts';
import { FakeCards, ffmpeg, person, tempDir } from './media-fixtures.ts';
import { PlayedCall } from './played-call.ts';
import {
  beepTimes,
  decodeErrors,
  decodeSound,
  flashTimes,
  frameRateBreaks,
  pairEvents,
  probe,
  streamOf,
  within,
} from './support/media-checks.ts';

let dir = '';
let remove = async (): Promise<void> => undefined;
beforeEach(async () => ({ dir, remove } = await tempDir()));
afterEach(() => remove());

/** The real ffmpeg; what it is asked for is kept. */
class CountedFfmpeg implements Ffmpeg {
  readonly path = ffmpeg.path;
  readonly majorVersion = ffmpeg.majorVersion;
  jobs: string[] = [];
  start(job: FfmpegJob) {
    this.jobs.push(job.name);
    return ffmpeg.start(job);
  }
  run(job: FfmpegJob) {
    this.jobs.push(job.name);
    return ffmpeg.run(job);
  }
  filterGraph(graph: string, workDir: string) {
    return ffmpeg.filterGraph(graph, workDir);
  }
  /** Segments of picture since the last time. */
  segments(): number {
    return this.jobs.splice(0).flatMap((name) => name.match(/segment-/g) ?? []).length;
  }
}

const tools = (counted: Ffmpeg) => ({
  ffmpeg: () => Promise.resolve(counted),
  cards: new FakeCards(),
  emit: () => undefined,
  signal: new AbortController().signal,
});

const TOTAL_S = 46;
const PEOPLE = [person('ann', '#1f8a3b', 930, 300, TOTAL_S), person('bob', '#b02020', 1730, 12_400, 20)];

/** Plays the call with a round of work every few seconds, up to a moment before its end. */
async function playWithWork(counted: Ffmpeg, to: string, troubles: string[] = []): Promise<LiveFiles> {
  const call = await PlayedCall.begin(PEOPLE, join(dir, 'full'), to);
  const live = new LiveFiles({
    dir: to,
    ffmpeg: () => Promise.resolve(counted),
    cards: new FakeCards(),
    // What else this machine does is no matter here.
    load: { othersShare: () => 0 },
    onTrouble: (message) => troubles.push(message),
  });
  for (let ms = 3000; ms < TOTAL_S * 1000; ms += 4300) {
    await call.playTo(ms);
    await live.round(ms);
  }
  await call.playTo(TOTAL_S * 1000 + 5000);
  return live;
}

async function expectGoodFiles(to: string, session: Readonly<Session>): Promise<void> {
  expect(session.outputs.map(({ state }) => state)).toEqual(['done', 'done', 'done']);
  for (const { file, kind, peer_id } of session.outputs) {
    const path = join(to, file);
    expect(await decodeErrors(path)).toBe('');
    expect(await frameRateBreaks(path, 30)).toEqual([]);
    const lengthS = peer_id === 'bob' ? 20.04 : TOTAL_S + 0.04;
    expect(Math.abs(Number(streamOf(await probe(path), 'video').duration) - lengthS)).toBeLessThanOrEqual(0.07);
    if (kind !== 'stream') continue;
    const [flashes, beeps] = [
      await flashTimes(path, within({ x: 0, y: 0, width: 1, height: 1 }, { x: 0.3, y: 0.3, width: 0.4, height: 0.4 })),
      await beepTimes(path, peer_id === 'ann' ? 930 : 1730),
    ];
    const pairs = pairEvents(flashes, beeps);
    expect(pairs.length).toBeGreaterThanOrEqual(peer_id === 'ann' ? TOTAL_S - 1 : 19);
    // Half a frame, and half a frame of the sender's.
    expect(Math.max(...pairs.map(({ offsetMs }) => Math.abs(offsetMs)))).toBeLessThanOrEqual(36);
  }
}

describe('LiveFiles', () => {
  it('leaves only the last seconds for after the call, whatever its clocks found out on the way', async () => {
    const counted = new CountedFfmpeg();
    const to = join(dir, 'live');
    const live = await playWithWork(counted, to);
    const during = counted.segments();
    const handle = await SessionManifest.open(to);
    expect(await makeFiles(handle, { ...tools(counted), pool: live.pool })).toBeNull();
    await live.pool.close();
    const after = counted.segments();
    // The last round is at 41.7 s, and a window is up to 11 s long: three of Ann's stream, two of Bob's, four of the
    // composite. After it two of Ann's, one of Bob's and three of the composite are left.
    expect(during).toBeGreaterThanOrEqual(9);
    expect(after).toBeLessThanOrEqual(6);
    await expectGoodFiles(to, handle.session);
    expect(await readdir(to)).not.toContain('.work');
  });

  it('is found again after a crash: the same files, and no piece twice', async () => {
    const counted = new CountedFfmpeg();
    const to = join(dir, 'live');
    const live = await playWithWork(counted, to);
    await live.pool.close();
    counted.segments();
    // The process is gone and with it everything that was not on disk; what it was writing is cut off.
    await writeFile(join(to, '.work', 'segment-half.mp4.part'), 'half');
    const handle = await SessionManifest.open(to);
    expect(await makeFiles(handle, tools(counted))).toBeNull();
    expect(counted.segments()).toBeLessThanOrEqual(6);
    await expectGoodFiles(to, handle.session);
    const knots = handle.session.tracks.map(({ clock }) => clock.knots?.length ?? 0);
    expect(Math.min(...knots)).toBeGreaterThanOrEqual(2);
    // Made once more from the manifest alone, they are the same.
    const first = handle.session.outputs.map(({ file }) => readFileSync(join(to, file)));
    await handle.update((draft) => draft.outputs.forEach((output) => (output.state = 'pending')));
    expect(await makeFiles(handle, tools(counted))).toBeNull();
    for (const [i, { file }] of handle.session.outputs.entries()) {
      expect(await samePacketCount(join(to, file), first[i]?.length ?? 0)).toBe(true);
    }
  });
});

/** Sizes within a thousandth: libx264 with two threads makes the same pictures of the same frames. */
async function samePacketCount(path: string, sizeBytes: number): Promise<boolean> {
  const { size } = await stat(path);
  expect((await decodeSound(path)).length).toBeGreaterThan(0);
  return Math.abs(size - sizeBytes) <= sizeBytes / 1000;
}
