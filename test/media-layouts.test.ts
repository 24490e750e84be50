import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LayoutKind } from '../src-main/composite/layout.ts';
import { makeComposite } from '../src-main/composite/make-composite.ts';
import type { TimelineEvent } from '../src-main/contract/timeline.ts';
import { TrackPool } from '../src-main/media/track-pool.ts';
import { FakeCards, ffmpeg, makeSession, sh, tempDir, type PeerSpec } from './media-fixtures.ts';
import { colourDistance, parseColour } from './support/media-checks.ts';

/** Who is where is read from the picture alone: each has a colour that nobody else has. */
const [WIDTH, HEIGHT] = [960, 540];
/** Two encodings move a plain colour by less; two of the colours are further apart than twice this. */
const COLOUR_TOLERANCE = 24;
const SECONDS = 1;
/** After the flash, which is white. */
const LOOK_AT_S = 0.5;
/** So near to its rim a picture is blended with what is beside it. */
const RIM = 3;

let dir = '';
let remove = async (): Promise<void> => undefined;
beforeEach(async () => ({ dir, remove } = await tempDir()));
afterEach(() => remove());

/** Twelve hues, dark and light, and a grey. */
const COLOURS = [
  ...[0.32, 0.6].flatMap((lightness) => Array.from({ length: 12 }, (_, i) => hex(i * 30, 0.8, lightness))),
  '#8c8c8c',
];

function hex(hue: number, saturation: number, lightness: number): string {
  const chroma = saturation * Math.min(lightness, 1 - lightness);
  const channel = (n: number): string => {
    const k = (n + hue / 30) % 12;
    const value = lightness - chroma * Math.max(-1, Math.min(k - 3, 9 - k, 1));
    return Math.round(value * 255)
      .toString(16)
      .padStart(2, '0');
  };
  return `#${channel(0)}${channel(8)}${channel(4)}`;
}

const peer = (i: number, screen = false): PeerSpec => ({
  id: `p${i}`,
  name: `Peer ${i}`,
  streams: [
    {
      type: screen ? 'screen' : 'regular',
      tracks: [
        {
          ...{ kind: 'video', source: screen ? 'screen' : 'camera', colour: COLOURS[i] ?? '', at: 0 },
          sizes: [[SECONDS, 320, 180]],
        },
      ],
    },
  ],
});

interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Composes, and finds the rectangle in which each colour is; null for one that is nowhere. */
async function boxes(
  peers: PeerSpec[],
  layout: LayoutKind,
  {
    timeline = [],
    width = WIDTH,
    height = HEIGHT,
  }: { timeline?: TimelineEvent[]; width?: number; height?: number } = {},
): Promise<(Box | null)[]> {
  const pool = new TrackPool(dir);
  const job = { sessionDir: dir, session: await makeSession(dir, peers), timeline, layout, width, height, fps: 30 };
  await makeComposite({
    ...{ ...job, withoutPeers: [], outFile: 'Rec-x.mp4', ffmpeg, cards: new FakeCards() },
    ...{ workDir: join(dir, '.work'), pool },
  }).finally(() => pool.close());
  const at = ['-ss', String(LOOK_AT_S), '-i', join(dir, 'Rec-x.mp4'), '-frames:v', '1'];
  const pixels = await sh([...at, '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-']);
  const colours = COLOURS.slice(0, peers.length).map(parseColour);
  const who = Int8Array.from({ length: width * height }, (_, i) => {
    const [r = 0, g = 0, b = 0] = pixels.subarray(3 * i, 3 * i + 3);
    return colours.findIndex((colour) => colourDistance({ r, g, b }, colour) < COLOUR_TOLERANCE);
  });
  const found: (Box | null)[] = peers.map(() => null);
  for (const [i, whose] of who.entries()) {
    if (whose < 0 || [RIM, -RIM, RIM * width, -RIM * width].some((step) => who[i + step] !== whose)) continue;
    const [x, y] = [i % width, Math.floor(i / width)];
    const box = found[whose] ?? { left: x - RIM, top: y - RIM, right: x + RIM, bottom: y + RIM };
    found[whose] = {
      ...{ left: Math.min(box.left, x - RIM), top: Math.min(box.top, y - RIM) },
      ...{ right: Math.max(box.right, x + RIM), bottom: Math.max(box.bottom, y + RIM) },
    };
  }
  return found;
}

const area = ({ left, top, right, bottom }: Box): number => (right - left + 1) * (bottom - top + 1);
const overlap = (a: Box, b: Box): boolean =>
  a.left <= b.right && b.left <= a.right && a.top <= b.bottom && b.top <= a.bottom;

function expectApart(found: (Box | null)[]): Box[] {
  const all = found.filter((box) => box !== null);
  expect(all).toHaveLength(found.length);
  // A picture's rim may be blended with what is beside it: two pixels.
  for (const box of all) {
    const aspect = (box.right - box.left + 1) / (box.bottom - box.top + 1);
    expect(Math.abs(aspect - 16 / 9), JSON.stringify(box)).toBeLessThan(0.08);
  }
  all.forEach((a, i) => all.slice(i + 1).forEach((b) => expect(overlap(a, b)).toBe(false)));
  return all;
}

describe.each([1, 2, 3, 5, 9, 25])('%i people', (count) => {
  it('grid: all as large as each other, in the order in which they came', async () => {
    const all = expectApart(
      await boxes(
        Array.from({ length: count }, (_, i) => peer(i)),
        'grid',
      ),
    );
    const sizes = all.map(area);
    expect(Math.min(...sizes) / Math.max(...sizes)).toBeGreaterThan(0.95);
    const inOrder = [...all].sort((a, b) => (Math.abs(a.top - b.top) > 4 ? a.top - b.top : a.left - b.left));
    expect(inOrder).toEqual(all);
    // As much of the picture as tiles of this shape can have: 25 are five by five.
    const columns = Math.ceil(Math.sqrt(count));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeGreaterThan(
      0.8 * count * (WIDTH / columns) * (HEIGHT / columns),
    );
  });

  it('speaker: who speaks is large, and the others are in a strip', async () => {
    const speaker = count - 1;
    const all = expectApart(
      await boxes(
        Array.from({ length: count }, (_, i) => peer(i)),
        'speaker',
        { timeline: [{ t: 0, type: 'active-speaker', peer_id: `p${speaker}` }] },
      ),
    );
    const sizes = all.map(area);
    for (const [i, size] of sizes.entries()) if (i !== speaker) expect(size).toBeLessThan((sizes[speaker] ?? 0) / 2);
  });

  it('a shared screen is large in every layout, with people beside it', async () => {
    const peers = [...Array.from({ length: count - 1 }, (_, i) => peer(i)), peer(count - 1, true)];
    for (const layout of ['grid', 'screen'] as const) {
      const all = expectApart(await boxes(peers, layout));
      const sizes = all.map(area);
      for (const size of sizes.slice(0, -1)) expect(size).toBeLessThan((sizes.at(-1) ?? 0) / 2);
    }
  });
});

it.each([
  ['portrait', 720, 1280],
  ['square', 720, 720],
  ['480p', 854, 480],
  ['1080p', 1920, 1080],
] as const)('%s: everybody whole and apart', async (_name, width, height) => {
  const peers = Array.from({ length: 5 }, (_, i) => peer(i));
  for (const layout of ['grid', 'speaker'] as const) expectApart(await boxes(peers, layout, { width, height }));
});
