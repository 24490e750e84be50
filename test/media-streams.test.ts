import { access, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TrackPool } from '../src-main/media/track-pool.ts';
import { makeStream, type MadeStream } from '../src-main/streams/make-stream.ts';
import { FakeCards, ffmpeg, makeSession, tempDir, type StreamSpec } from './media-fixtures.ts';
import {
  beepTimes,
  colourAt,
  colourDistance,
  decodeErrors,
  decodeSound,
  editLists,
  flashTimes,
  frameRateBreaks,
  isFastStart,
  parseColour,
  pictureFormats,
  probe,
  streamOf,
  toneGaps,
  WHOLE,
} from './support/media-checks.ts';

/** One frame of 30 fps: lengths, and where on the frame grid a flash may come to lie. */
const FRAME_S = 1 / 30;
/** A flash is on the nearest frame: at most half a frame off, plus the 1 ms of Matroska's timestamps. */
const FLASH_TOLERANCE_S = 0.018;
/** Sound is placed by the sample; 2 ms is what the onset finder and Opus' own windows leave. */
const BEEP_TOLERANCE_S = 0.002;

const GREEN = '#1f8a3b';
const RED = '#b02020';
const CARD = '#808000';

let dir = '';
let remove = async (): Promise<void> => undefined;
beforeEach(async () => void ({ dir, remove } = await tempDir()));
afterEach(() => remove());

async function make(spec: StreamSpec, signal?: AbortSignal): Promise<MadeStream & { path: string }> {
  const session = await makeSession(dir, [{ id: 'p1', name: 'Ann', streams: [spec] }]);
  return await remake(session, signal);
}

async function remake(
  session: Awaited<ReturnType<typeof makeSession>>,
  signal?: AbortSignal,
): Promise<MadeStream & { path: string }> {
  const workDir = join(dir, '.work');
  const pool = new TrackPool(dir);
  const made = await makeStream({
    sessionDir: dir,
    session,
    streamId: session.streams[0]!.stream_id,
    pool,
    ffmpeg,
    cards: new FakeCards(),
    workDir,
    signal,
  }).finally(() => pool.close());
  return { ...made, path: join(dir, made.file) };
}

/** What every stream file must be, whatever was captured. */
async function expectSound(made: MadeStream & { path: string }, lengthS: number): Promise<void> {
  expect(await decodeErrors(made.path)).toBe('');
  expect(await isFastStart(made.path)).toBe(true);
  expect((await editLists(made.path)).flat()).toEqual([]);
  const probed = await probe(made.path);
  expect(probed.format.start_time).toBe(0);
  for (const stream of probed.streams) expect(Math.abs(Number(stream.duration) - lengthS)).toBeLessThanOrEqual(FRAME_S);
  if (probed.streams.some(({ codec_type }) => codec_type === 'video')) {
    expect(await frameRateBreaks(made.path, 30)).toEqual([]);
    expect(await pictureFormats(made.path)).toHaveLength(1);
  }
}

function expectTimes(found: number[], expected: number[], toleranceS: number): void {
  expect(
    found.map((time) => time.toFixed(3)),
    `expected about ${expected.join(' ')}`,
  ).toHaveLength(expected.length);
  found.forEach((time, i) =>
    expect(Math.abs(time - (expected[i] ?? 0)), `${time} for ${expected[i] ?? 0}`).toBeLessThanOrEqual(toleranceS),
  );
}

const isColour = async (path: string, timeS: number, hex: string): Promise<boolean> =>
  colourDistance(await colourAt(path, timeS, { ...WHOLE, x: 0.4, width: 0.2, y: 0.4, height: 0.2 }), parseColour(hex)) <
  28;

describe('makeStream', () => {
  it('keeps picture and sound together: other starts, a mute, lost packets, a change of size and aspect', async () => {
    const made = await make({
      type: 'regular',
      tracks: [
        {
          kind: 'video',
          colour: GREEN,
          at: 537,
          sizes: [
            [4, 640, 360],
            [3, 1280, 720],
            [2, 480, 640],
          ],
        },
        {
          kind: 'audio',
          seconds: 10,
          tone: 930,
          at: 300,
          missing: [
            [3030, 4500],
            [6600, 6640],
          ],
        },
      ],
    });
    expect(made).toMatchObject({ start_ms: 300, width: 1280, height: 720 });
    await expectSound(made, 10);
    // In the middle, where the portrait picture is too.
    const middle = { x: 0.4, y: 0.2, width: 0.3, height: 0.6 };
    expectTimes(await flashTimes(made.path, middle), [0.7, 1.7, 2.7, 3.7, 4.7, 5.7, 6.7, 7.7, 8.7], FLASH_TOLERANCE_S);
    const beeps = await beepTimes(made.path, 930);
    // The beep at 3.0 s is cut off by the mute after 30 ms, the one at 4.0 s falls into it.
    expectTimes(
      beeps.filter((time) => time < 2.6 || time > 4),
      [0.7, 1.7, 4.7, 5.7, 6.7, 7.7, 8.7, 9.7],
      BEEP_TOLERANCE_S,
    );
    // Before the camera: the card. A portrait picture: letterboxed on the same canvas.
    expect(await isColour(made.path, 0.1, CARD)).toBe(true);
    expect(await isColour(made.path, 9, GREEN)).toBe(true);
    expect(colourDistance(await colourAt(made.path, 9, { ...WHOLE, width: 0.1 }), { r: 0, g: 0, b: 0 })).toBeLessThan(
      12,
    );
    expect(await readdir(join(dir, '.work'))).toEqual([]);
  });

  it('shows the card while the camera is off or paused, over producers that follow each other', async () => {
    const made = await make({
      type: 'regular',
      tracks: [
        {
          kind: 'video',
          codec: 'h264',
          colour: GREEN,
          at: 0,
          sizes: [[4, 640, 360]],
          paused: [[1500, 2500]],
          missing: [[1500, 2520]],
          keyEvery: 15,
        },
        { kind: 'video', colour: RED, at: 6250, sizes: [[2, 640, 360]] },
        { kind: 'audio', seconds: 3, tone: 930, at: 0 },
        { kind: 'audio', seconds: 5, tone: 930, at: 3200 },
      ],
    });
    await expectSound(made, 8.25);
    const colours: [number, string][] = [
      [0.5, GREEN],
      [1.45, GREEN],
      [1.6, CARD],
      [2.45, CARD],
      [2.6, GREEN],
      [3.9, GREEN],
      [4.1, CARD],
      [6.15, CARD],
      [6.4, RED],
      [8.2, RED],
    ];
    for (const [timeS, colour] of colours)
      expect(await isColour(made.path, timeS, colour), `${colour} at ${timeS}`).toBe(true);
    // The beep at 0 has lost its first 21 ms to the encoder's delay (see encodeSound).
    const [first = 0, ...beeps] = await beepTimes(made.path, 930);
    expect(first).toBeLessThan(0.025);
    expectTimes(beeps, [1, 2, 4, 5, 6, 7, 8], BEEP_TOLERANCE_S);
  });

  it('uses what a crash has left: files cut off, no first key frame, damaged frames', async () => {
    const session = await makeSession(dir, [
      {
        id: 'p1',
        name: 'Ann',
        streams: [
          {
            type: 'regular',
            tracks: [
              {
                kind: 'video',
                colour: GREEN,
                at: 0,
                sizes: [[6, 640, 360]],
                keyEvery: 30,
                dropFirstPackets: 10,
                damage: 100,
                cutOff: 0.85,
              },
              { kind: 'audio', seconds: 6, tone: 930, at: 0, cutOff: 0.7, damage: 120 },
            ],
          },
        ],
      },
    ]);
    const made = await remake(session);
    await expectSound(made, 6);
    expect(await isColour(made.path, 0.5, CARD)).toBe(true);
    expect(await isColour(made.path, 1.5, GREEN)).toBe(true);
    const beeps = await beepTimes(made.path, 930);
    expect(beeps.length).toBeGreaterThanOrEqual(4);
    for (const beep of beeps.slice(1)) expect(Math.abs(beep - Math.round(beep))).toBeLessThan(BEEP_TOLERANCE_S);
  });

  it('makes a card and silence of tracks without media', async () => {
    const session = await makeSession(dir, [
      {
        id: 'p1',
        name: 'Ann',
        streams: [
          {
            type: 'regular',
            tracks: [
              { kind: 'video', colour: GREEN, at: 0, sizes: [[1, 640, 360]] },
              { kind: 'audio', seconds: 1, tone: 930, at: 0 },
            ],
          },
        ],
      },
    ]);
    for (const track of session.tracks) await writeFile(join(dir, track.file), '');
    const made = await remake(session);
    await expectSound(made, 1);
    expect(await isColour(made.path, 0.5, CARD)).toBe(true);
    expect(Math.max(...(await decodeSound(made.path)))).toBe(0);
  });

  it('shows the card where no frame at all can be decoded', async () => {
    const made = await make({
      type: 'regular',
      tracks: [
        {
          kind: 'video',
          codec: 'h264',
          colour: GREEN,
          at: 0,
          sizes: [[1, 640, 360]],
          damage: 0,
          missing: [[30, 1000]],
        },
      ],
    });
    await expectSound(made, 1);
  });

  it('makes an audio-only file of an audio-only stream, with a continuous tone uncut', async () => {
    const made = await make({
      type: 'audio',
      tracks: [{ kind: 'audio', seconds: 12, tone: 930, at: 5250, continuous: true }],
    });
    expect(made).toMatchObject({ width: null, height: null, start_ms: 5250 });
    expect((await probe(made.path)).streams.map(({ codec_type }) => codec_type)).toEqual(['audio']);
    await expectSound(made, 12);
    expect(toneGaps(await decodeSound(made.path), 930, 0.1, 11.9)).toEqual([]);
  });

  it('makes a video-only file of a silent screen share at 5 fps', async () => {
    const made = await make({
      type: 'screen',
      tracks: [{ kind: 'video', source: 'screen', colour: GREEN, at: 1000, fps: 5, sizes: [[4, 1280, 720]] }],
    });
    const probed = await probe(made.path);
    expect(probed.streams.map(({ codec_type }) => codec_type)).toEqual(['video']);
    expect(Number(streamOf(probed, 'video').nb_frames)).toBe(120);
    await expectSound(made, 4);
    expectTimes(await flashTimes(made.path), [0, 1, 2, 3], FLASH_TOLERANCE_S);
  });

  it('corrects the drift of a sender clock', async () => {
    // 1000 ppm: 30 ms in half a minute (real ones drift by some 50 ppm).
    const made = await make({
      type: 'audio',
      tracks: [{ kind: 'audio', seconds: 30, tone: 930, at: 500, skew: 1e-3 }],
    });
    const beeps = await beepTimes(made.path, 930);
    expectTimes(
      beeps,
      Array.from({ length: 30 }, (_, i) => i + 0.5),
      BEEP_TOLERANCE_S,
    );
  });

  it('leaves nothing under the final name when it is stopped, and goes on from there', async () => {
    const stop = new AbortController();
    const session = await makeSession(dir, [
      {
        id: 'p1',
        name: 'Ann',
        streams: [{ type: 'regular', tracks: [{ kind: 'video', colour: GREEN, at: 0, sizes: [[8, 1280, 720]] }] }],
      },
    ]);
    const making = remake(session, stop.signal);
    setTimeout(() => stop.abort(), 250);
    await expect(making).rejects.toMatchObject({ code: 'CANCELLED' });
    const final = join(dir, 'p1', session.streams[0]!.stream_id, `${session.streams[0]!.stream_id}.mp4`);
    await expect(access(final)).rejects.toThrow();
    await expectSound(await remake(session), 8);
  });
});
