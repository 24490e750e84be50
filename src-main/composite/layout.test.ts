import { describe, expect, it } from 'vitest';
import { labelPlace } from './dressing.ts';
import { layOut, LAYOUTS, MAX_TILES, type LayoutTile, type Rect } from './layout.ts';

const people = (count: number): LayoutTile[] =>
  Array.from({ length: count }, (_, i) => ({ source: 'main', isSpeaker: i === 1 }));
const SIZES: [number, number][] = [
  [1280, 720],
  [854, 480],
  [1920, 1080],
  [720, 1280],
  [720, 720],
  [640, 480],
  [480, 854],
  [480, 480],
  [1080, 1080],
  [1080, 1920],
];
/** Number of tiles, whether the last one is a shared screen, height of the band above. */
const CASES = Array.from({ length: MAX_TILES }, (_, i) => i + 1).flatMap((count): [number, boolean, number][] => [
  [count, false, 0],
  [count, true, 0],
  [count, count % 2 === 0, 50],
]);
const overlap = (a: Rect, b: Rect): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

describe('layOut', () => {
  it.each([
    [1, 1250, 703],
    [2, 628, 354],
    [3, 618, 348],
    [4, 618, 348],
    [5, 416, 234],
    [9, 410, 230],
    [25, 244, 136],
    [49, 172, 96],
  ])('grid of %d at 720p: tiles of about %dx%d', (count, width, height) => {
    const [first] = layOut('grid', people(count), 1280, 720);
    expect(first?.width).toBeGreaterThan(width - 12);
    expect(first?.width).toBeLessThan(width + 12);
    expect(first?.height).toBeGreaterThan(height - 12);
  });

  it('keeps every tile inside, even, 16:9, apart and large enough to see, at any size, number and layout', () => {
    const problems: string[] = [];
    for (const kind of LAYOUTS) {
      for (const [width, height] of SIZES) {
        for (const [count, screen, top] of CASES) {
          const tiles: LayoutTile[] = people(count);
          if (screen) tiles[count - 1] = { source: 'screen', isSpeaker: false };
          const rects = layOut(kind, tiles, width, height, top);
          const problem = (what: string): number =>
            problems.push(`${kind} ${width}x${height} ${count} ${String(screen)} ${top}: ${what}`);
          if (rects.length !== count) problem(`${rects.length} places`);
          for (const [i, rect] of rects.entries()) {
            const { x, y, width: w, height: h } = rect;
            if ([x, y, w, h].some((value) => value % 2 !== 0)) problem(`odd: ${JSON.stringify(rect)}`);
            if (x < 0 || y < top || x + w > width || y + h > height) problem(`outside: ${JSON.stringify(rect)}`);
            if (Math.abs(w / h - 16 / 9) > 0.16 && !(screen && i === count - 1)) problem(`${w}x${h} is not 16:9`);
            // 1/18 of the longer side: 106 pixels at 1080p, 47 at 480p.
            if (w < Math.max(width, height) / 18) problem(`${w}x${h} is too small to see`);
            if (rects.slice(i + 1).some((other) => overlap(rect, other))) problem(`overlaps: ${JSON.stringify(rect)}`);
          }
        }
      }
    }
    expect(problems.slice(0, 10)).toEqual([]);
  });

  it('wastes nothing: no other number of columns makes larger tiles', () => {
    for (const [width, height] of SIZES) {
      for (let count = 1; count <= MAX_TILES; count++) {
        const [tile] = layOut('grid', people(count), width, height);
        for (let columns = 1; columns <= count; columns++) {
          const rows = Math.ceil(count / columns);
          // Without any gap, so a little more than what can be had.
          const best = Math.min(width / columns, ((height / rows) * 16) / 9);
          expect(tile?.width, `${count} in ${width}x${height}, ${columns} columns`).toBeGreaterThan(best * 0.86 - 4);
        }
      }
    }
  });

  it('centres the last row', () => {
    const rects = layOut('grid', people(3), 1280, 720);
    expect((rects[2]?.x ?? 0) + (rects[2]?.width ?? 0) / 2).toBeCloseTo(640, -1);
    expect(rects[2]?.y).toBeGreaterThan(rects[0]?.y ?? 0);
  });

  it('makes the speaker large', () => {
    const rects = layOut('speaker', people(4), 1280, 720);
    expect(rects[1]?.width).toBeGreaterThan(3 * (rects[0]?.width ?? 0));
    // Many others get a wider strip, and are still smaller.
    const many = layOut('speaker', people(30), 1280, 720);
    expect(many[1]?.width).toBeGreaterThan(5 * (many[0]?.width ?? 0));
  });

  it('makes a shared screen large in every layout, and is a grid without one', () => {
    const shared: LayoutTile[] = [...people(3), { source: 'screen', isSpeaker: false }];
    expect(layOut('screen', shared, 1280, 720)[3]).toMatchObject({ x: 8, y: 8, height: 704 });
    for (const kind of ['grid', 'speaker'] as const)
      expect(layOut(kind, shared, 1280, 720)).toEqual(layOut('screen', shared, 1280, 720));
    expect(layOut('screen', people(3), 1280, 720)).toEqual(layOut('grid', people(3), 1280, 720));
  });

  it('has no place for more than 49, and none for nobody', () => {
    expect(layOut('grid', people(60), 1280, 720)).toHaveLength(49);
    expect(layOut('grid', [], 1280, 720)).toEqual([]);
  });
});

describe('labelPlace', () => {
  it.each(SIZES)('lies inside every tile at %dx%d', (width, height) => {
    for (const count of [1, 4, 9, 25, 49]) {
      for (const rect of layOut('grid', people(count), width, height)) {
        const place = labelPlace(rect, height);
        if (!place) continue;
        expect(place.height).toBeGreaterThanOrEqual(18);
        expect(place.x >= rect.x && place.x + place.maxWidth <= rect.x + rect.width).toBe(true);
        expect(place.y >= rect.y && place.y + place.height <= rect.y + rect.height).toBe(true);
      }
    }
  });
});
