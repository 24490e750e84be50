import { readFileSync } from 'node:fs';
import { copyFile, mkdir, readdir, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { trackClockFile } from '../src-main/contract/ids.ts';
import type { Session, SessionTrack } from '../src-main/contract/session.ts';
import type { TimelineEvent } from '../src-main/contract/timeline.ts';
import { makeFiles } from '../src-main/finish.ts';
import { LiveFiles } from '../src-main/live-files.ts';
import type { Ffmpeg, FfmpegJob } from '../src-main/media/ffmpeg.ts';
import { SessionManifest } from '../src-main/recording/manifest.ts';
import { FakeCards, ffmpeg, makeSession, tempDir, type PeerSpec } from './media-fixtures.ts';
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
    return this.jobs.splice(0).filter((name) => name.startsWith('segment')).length;
  }
}

const person = (id: string, colour: string, tone: number, at: number, seconds: number): PeerSpec => ({
  id,
  name: id,
  streams: [
    {
      type: 'regular',
      tracks: [
        { kind: 'video', colour, at: at + 40, sizes: [[seconds, 640, 360]] },
        { kind: 'audio', seconds, tone, at },
      ],
    },
  ],
});

/** A call that is played into a session folder: what the capture would have written by a time. */
class PlayedCall {
  readonly #full: Session;
  readonly #from: string;
  readonly #to: string;

  private constructor(full: Session, from: string, to: string) {
    this.#full = full;
    this.#from = from;
    this.#to = to;
  }

  static async begin(peers: PeerSpec[], from: string, to: string): Promise<PlayedCall> {
    const full = await makeSession(from, peers);
    await mkdir(join(to, 'tracks'), { recursive: true });
    const empty = { ...full, state: 'recording' as const, peers: [], streams: [], tracks: [] };
    await writeFile(join(to, 'session.json'), JSON.stringify(empty));
    return new PlayedCall(full, from, to);
  }

  async playTo(ms: number): Promise<void> {
    const events: TimelineEvent[] = [];
    for (const peer of this.#full.peers)
      events.push({ t: peer.joined_ms, type: 'peer-joined', peer_id: peer.peer_id, display_name: peer.display_name });
    for (const track of this.#full.tracks) events.push(...(await this.#playTrack(track, ms)));
    for (const { peer_id, left_ms } of this.#full.peers)
      events.push({ t: (left_ms ?? 0) + 50, type: 'peer-left', peer_id });
    const lines = events.filter(({ t }) => t <= ms).sort((a, b) => a.t - b.t);
    await writeFile(join(this.#to, 'timeline.ndjson'), lines.map((event) => `${JSON.stringify(event)}\n`).join(''));
  }

  async #playTrack(track: SessionTrack, ms: number): Promise<TimelineEvent[]> {
    const { track_id, stream_id, peer_id, kind, source, codec, clock_rate, start_ms, end_ms, file } = track;
    const share = Math.min(1, (ms - start_ms) / (end_ms - start_ms));
    if (share > 0) {
      const { size } = await stat(join(this.#from, file));
      await copyFile(join(this.#from, file), join(this.#to, file));
      // Never quite up to date, and cut anywhere.
      if (share < 1) await truncate(join(this.#to, file), Math.floor(size * share * 0.995));
      await writeFile(join(this.#to, trackClockFile(track_id)), clockSamples(start_ms, Math.min(ms, end_ms)));
    }
    const rest = { key_frames: 1, lost_frames: 0, width: track.width, height: track.height };
    return [
      { t: start_ms, type: 'track-started', track_id, stream_id, peer_id, kind, source, codec, clock_rate },
      { t: end_ms + 20, type: 'track-ended', track_id, reason: 'test' },
      { t: end_ms + 30, type: 'track-closed', track_id, end_file_ms: end_ms - start_ms, frames: track.frames, ...rest },
    ];
  }
}

/** Samples of a clock that looks later than it is until the network is quiet, after 20 s. */
function clockSamples(startMs: number, toMs: number): string {
  let lines = '';
  for (let fileMs = 0; startMs + fileMs <= toMs; fileMs += 1000) {
    const lateMs = fileMs < 20_000 ? 6 : 0;
    lines += `${JSON.stringify({ fileMs, arrivalMs: startMs + fileMs + lateMs })}\n`;
  }
  return lines;
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
    // The last round is at 41.7 s: 4 + 3 of the streams (Bob has left) and 2 + 3 of the composite's three layouts.
    expect(during).toBeGreaterThanOrEqual(12);
    expect(after).toBeLessThanOrEqual(4);
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
    expect(counted.segments()).toBeLessThanOrEqual(4);
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
