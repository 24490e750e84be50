import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { layOut, type LayoutKind } from '../src-main/composite/layout.ts';
import { makeComposite, type MadeComposite } from '../src-main/composite/make-composite.ts';
import type { Session } from '../src-main/contract/session.ts';
import type { TimelineEvent } from '../src-main/contract/timeline.ts';
import { TrackPool } from '../src-main/media/track-pool.ts';
import { FakeCards, ffmpeg, makeSession, tempDir, type PeerSpec } from './media-fixtures.ts';
import { ffmpegBin, runOk } from './support/programs.ts';
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
  sampleFrames,
  streamOf,
  within,
} from './support/media-checks.ts';

const FRAME_S = 1 / 30;
/** Two roundings to frames (the track's and the composite's) of half a frame each. */
const FLASH_TOLERANCE_S = 0.035;
const BEEP_TOLERANCE_S = 0.003;
const [GREEN, RED, BLUE, CARD, EMPTY, BACKGROUND] = ['#1f8a3b', '#b02020', '#2340b8', '#808000', '#004060', '#15171a'];
const [WIDTH, HEIGHT] = [1280, 720];

let dir = '';
let remove = async (): Promise<void> => undefined;
let cards = new FakeCards();
beforeEach(async () => {
  ({ dir, remove } = await tempDir());
  cards = new FakeCards();
});
afterEach(() => remove());

type Made = MadeComposite & { path: string };

async function compose(
  session: Session,
  more: {
    layout?: LayoutKind;
    timeline?: TimelineEvent[];
    withoutPeers?: string[];
    signal?: AbortSignal;
    width?: number;
    height?: number;
    loudnessLufs?: number;
  } = {},
): Promise<Made> {
  const pool = new TrackPool(dir);
  const made = await makeComposite({
    ...{
      sessionDir: dir,
      session,
      timeline: [],
      layout: 'grid',
      width: WIDTH,
      height: HEIGHT,
      fps: 30,
      withoutPeers: [],
    },
    ...{ outFile: 'Rec-x.mp4', ffmpeg, cards, workDir: join(dir, '.work'), pool },
    ...more,
  }).finally(() => pool.close());
  return { ...made, path: join(dir, made.file) };
}

async function expectWellFormed(made: Made, lengthS: number): Promise<void> {
  expect(await decodeErrors(made.path)).toBe('');
  expect(await isFastStart(made.path)).toBe(true);
  expect((await editLists(made.path)).flat()).toEqual([]);
  expect(await frameRateBreaks(made.path, 30)).toEqual([]);
  expect(await pictureFormats(made.path)).toHaveLength(1);
  const probed = await probe(made.path);
  expect(probed.format.start_time).toBe(0);
  expect(Number(streamOf(probed, 'video').nb_frames)).toBe(Math.round(lengthS * 30));
  for (const stream of probed.streams) expect(Math.abs(Number(stream.duration) - lengthS)).toBeLessThanOrEqual(FRAME_S);
}

/** The tile of one of `count` people in a grid (the last one a screen, where so said), in fractions of the picture. */
function tile(index: number, count: number, screen = false): { x: number; y: number; width: number; height: number } {
  const rect = layOut(
    'grid',
    Array.from({ length: count }, (_, i) => ({
      source: screen && i === count - 1 ? ('screen' as const) : ('main' as const),
      isSpeaker: false,
    })),
    WIDTH,
    HEIGHT,
  )[index]!;
  return { x: rect.x / WIDTH, y: rect.y / HEIGHT, width: rect.width / WIDTH, height: rect.height / HEIGHT };
}

/** Colours in the middle of places, `[time, place, colour]`. */
async function expectColours(path: string, places: [number, ReturnType<typeof tile>, string][]): Promise<void> {
  for (const [timeS, { x, y, width, height }, hex] of places) {
    const middle = { x: x + width * 0.45, y: y + height * 0.45, width: width * 0.1, height: height * 0.1 };
    const found = await colourAt(path, timeS, middle);
    expect(
      colourDistance(found, parseColour(hex)),
      `${hex} at ${timeS} s, found ${JSON.stringify(found)}`,
    ).toBeLessThan(28);
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

const MEETING: PeerSpec[] = [
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
            at: 540,
            sizes: [
              [4, 640, 360],
              [4, 1280, 720],
            ],
            paused: [[5740, 6240]],
            missing: [[5740, 6260]],
          },
          { kind: 'audio', seconds: 9, tone: 930, at: 300, missing: [[3010, 4500]] },
        ],
      },
    ],
  },
  {
    id: 'p2',
    name: 'Bob',
    streams: [
      {
        type: 'regular',
        tracks: [
          { kind: 'video', codec: 'h264', colour: RED, at: 2033, sizes: [[5, 640, 480]] },
          { kind: 'audio', seconds: 5, tone: 1730, at: 2000 },
        ],
      },
      {
        type: 'screen',
        tracks: [{ kind: 'video', source: 'screen', colour: BLUE, at: 3500, fps: 10, sizes: [[2, 1280, 720]] }],
      },
    ],
  },
  {
    id: 'p3',
    name: 'Cyd',
    streams: [{ type: 'audio', tracks: [{ kind: 'audio', seconds: 2, tone: 2790, at: 10500 }] }],
  },
];

describe('makeComposite', () => {
  it('shows everybody in a tile while present, and mixes all sound in time', async () => {
    const made = await compose(await makeSession(dir, MEETING));
    expect(made).toMatchObject({ start_ms: 300, width: WIDTH, height: HEIGHT });
    await expectWellFormed(made, 12.2);
    const whole = { x: 0, y: 0, width: 1, height: 1 };
    await expectColours(made.path, [
      [0.1, tile(0, 1), CARD],
      [0.9, tile(0, 1), GREEN],
      [2, tile(0, 2), GREEN],
      [2, tile(1, 2), RED],
      [2, { x: 0, y: 0, width: 1, height: 0.1 }, BACKGROUND],
      [4, tile(0, 3, true), GREEN],
      [4, tile(1, 3, true), RED],
      [4, tile(2, 3, true), BLUE],
      [5.6, tile(0, 2), CARD],
      [6.2, tile(0, 2), GREEN],
      [7.9, tile(0, 1), GREEN],
      [9.6, whole, EMPTY],
      [11, tile(0, 1), CARD],
    ]);
    const flashes = await flashTimes(made.path, within(tile(0, 2), { x: 0.3, y: 0.2, width: 0.4, height: 0.6 }));
    expectTimes(
      flashes.filter((time) => time > 1.8 && time < 3.1),
      [2.7],
      FLASH_TOLERANCE_S,
    );
    expectTimes(
      (await beepTimes(made.path, 930)).filter((time) => time < 2.6 || time > 4),
      [0.7, 1.7, 4.7, 5.7, 6.7, 7.7, 8.7],
      BEEP_TOLERANCE_S,
    );
    expectTimes(await beepTimes(made.path, 1730), [1.7, 2.7, 3.7, 4.7, 5.7], BEEP_TOLERANCE_S);
    expectTimes(await beepTimes(made.path, 2790), [10.7, 11.7], BEEP_TOLERANCE_S);
    expect(new Set(cards.specs.flatMap((spec) => (spec.kind === 'label' ? [spec.text] : [])))).toEqual(
      new Set(['Ann', 'Bob', 'Cyd']),
    );
    expect(await readdir(join(dir, '.work'))).toEqual([]);
  });

  it('makes who speaks large, and not for a single word', async () => {
    const session = await makeSession(dir, [
      ...[GREEN, RED, CARD].map((colour, i): PeerSpec => ({
        id: `s${i}`,
        name: `S${i}`,
        streams: [{ type: 'regular', tracks: [{ kind: 'video', colour, at: 0, sizes: [[8, 640, 360]] }] }],
      })),
    ]);
    const said: [number, string][] = [
      [1000, 's0'],
      [3000, 's1'],
      [6000, 's0'],
      [6500, 's1'],
    ];
    const timeline = said.map(([t, peer_id]) => ({ t, type: 'active-speaker' as const, peer_id }));
    const made = await compose(session, { layout: 'speaker', timeline, width: 854, height: 480 });
    await expectWellFormed(made, 8);
    const large = { x: 0.2, y: 0.3, width: 0.4, height: 0.4 };
    await expectColours(made.path, [
      [2.4, large, GREEN],
      [4.4, large, RED],
      [6.4, large, RED],
      [7.4, large, RED],
    ]);
  });

  it('leaves a peer out: picture, sound and name', async () => {
    const made = await compose(await makeSession(dir, MEETING), { withoutPeers: ['p2'] });
    await expectWellFormed(made, 12.2);
    await expectColours(made.path, [
      [2, tile(0, 1), GREEN],
      [4, tile(0, 1), GREEN],
    ]);
    expect(await beepTimes(made.path, 1730)).toEqual([]);
    expect(JSON.stringify(cards.specs)).not.toMatch(/Bob|p2/);
  });

  it('puts a shared screen large, and makes other sizes', async () => {
    const made = await compose(await makeSession(dir, MEETING), { layout: 'screen', width: 720, height: 1280 });
    await expectWellFormed(made, 12.2);
    await expectColours(made.path, [[4, { x: 0.2, y: 0.2, width: 0.6, height: 0.3 }, BLUE]]);
  });

  it('joins segments without a repeated or missing frame, and without a click', async () => {
    // Two people: one all the time (segments split at 9 s), one who comes and goes (layouts change at odd times).
    const tone = 500;
    const session = await makeSession(dir, [
      {
        id: 'p1',
        name: 'Ann',
        streams: [
          {
            type: 'regular',
            tracks: [
              { kind: 'video', colour: 'gray', ramp: true, at: 12, sizes: [[60, 160, 90]], keyEvery: 200 },
              { kind: 'audio', seconds: 60, tone, at: 0, continuous: true },
            ],
          },
        ],
      },
      ...[3217, 7001].map((at): PeerSpec => ({
        id: `late${at}`,
        name: 'Late',
        streams: [{ type: 'audio', tracks: [{ kind: 'audio', seconds: 1.5, tone: 2790, at }] }],
      })),
    ]);
    session.streams[0]!.end_ms = session.tracks[0]!.end_ms;
    const made = await compose(session, { width: 320, height: 180 });
    await expectWellFormed(made, 60.0);
    // Luma goes up by 12 a frame, 16 steps: read in the middle of the left half, where it is in both layouts.
    const frames = await sampleFrames(made.path, {
      region: { x: 0.2, y: 0.4, width: 0.15, height: 0.2 },
      width: 1,
      height: 1,
    });
    const steps = frames.slice(1).map(({ pixels }) => Math.round((((pixels[0] ?? 0) * 219) / 255 + 16 - 30) / 12));
    const breaks = steps.flatMap((step, i) =>
      i > 0 && (step - (steps[i - 1] ?? 0) + 16) % 16 !== 1 ? [`${i}: ${steps[i - 1] ?? ''} ${step}`] : [],
    );
    expect(breaks).toEqual([]);
    // -60 dB; -87 dB was measured.
    expect(worstDiscontinuity(await decodeSound(made.path), tone)).toBeLessThan(0.001);
  });

  it('leaves nothing under the final name when it is stopped', async () => {
    const session = await makeSession(dir, MEETING);
    const stop = new AbortController();
    const making = compose(session, { signal: stop.signal });
    setTimeout(() => stop.abort(), 400);
    await expect(making).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(access(join(dir, 'Rec-x.mp4'))).rejects.toThrow();
  });

  it('brings quiet and loud voices to the loudness that is asked for, without touching full scale', async () => {
    const session = await makeSession(
      dir,
      [0.02, 0.3].map((amplitude, i): PeerSpec => ({
        id: `v${i}`,
        name: `V${i}`,
        streams: [
          {
            type: 'audio',
            tracks: [{ kind: 'audio', seconds: 6, tone: 500 + 100 * i, at: 6000 * i, continuous: true, amplitude }],
          },
        ],
      })),
    );
    for (const loudnessLufs of [-16, -30]) {
      const made = await compose(session, { width: 640, height: 360, loudnessLufs });
      // EBU Tech 3341 allows a meter 0.1 LU; the mix is measured before it is encoded, the file after.
      expect(Math.abs((await integratedLoudness(made.path)) - loudnessLufs)).toBeLessThan(0.5);
      const peak = (await decodeSound(made.path)).reduce((max, value) => Math.max(max, Math.abs(value)), 0);
      expect(peak).toBeLessThan(1);
    }
  });

  it('keeps 12 loud voices below full scale', async () => {
    const session = await makeSession(
      dir,
      Array.from({ length: 12 }, (_, i): PeerSpec => ({
        id: `p${i}`,
        name: `P${i}`,
        streams: [
          { type: 'audio', tracks: [{ kind: 'audio', seconds: 2, tone: 400 + 37 * i, at: 0, continuous: true }] },
        ],
      })),
    );
    const made = await compose(session, { width: 640, height: 360 });
    await expectWellFormed(made, 2);
    const sound = await decodeSound(made.path);
    const peak = sound.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
    // The ceiling is 0.891; AAC adds a little.
    expect(peak).toBeLessThan(1);
    expect(peak).toBeGreaterThan(0.6);
  });
});

/** LUFS, by ffmpeg. */
async function integratedLoudness(file: string): Promise<number> {
  const { stderr } = await runOk(ffmpegBin(), [
    '-nostats',
    '-i',
    file,
    '-af',
    'ebur128=framelog=verbose',
    '-f',
    'null',
    '-',
  ]);
  return Number([...stderr.matchAll(/I: +(-?[\d.]+) LUFS/g)].at(-1)?.[1] ?? NaN);
}

/** A pure tone obeys x[n+1] = 2 cos(w) x[n] - x[n-1]: what is left over is a click (or the encoder's noise). */
function worstDiscontinuity(sound: Float32Array, frequencyHz: number): number {
  const factor = 2 * Math.cos((2 * Math.PI * frequencyHz) / 48_000);
  let worst = 0;
  for (let n = 4801; n + 4800 < sound.length; n++) {
    const t = n / 48_000;
    // While the other two sound there is more than the tone.
    if ((t > 3.1 && t < 4.9) || (t > 6.9 && t < 8.7)) continue;
    worst = Math.max(worst, Math.abs(sound[n + 1]! - factor * sound[n]! + sound[n - 1]!));
  }
  return worst;
}
