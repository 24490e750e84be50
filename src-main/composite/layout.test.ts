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
];
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

  it('keeps every tile inside, even, 16:9 and apart, at any size, number and layout', () => {
    for (const kind of LAYOUTS) {
      for (const [width, height] of SIZES) {
        for (let count = 1; count <= MAX_TILES; count++) {
          const rects = layOut(kind, people(count), width, height);
          expect(rects).toHaveLength(count);
          for (const [i, rect] of rects.entries()) {
            expect([rect.x % 2, rect.y % 2, rect.width % 2, rect.height % 2]).toEqual([0, 0, 0, 0]);
            expect(rect.x >= 0 && rect.y >= 0 && rect.x + rect.width <= width && rect.y + rect.height <= height).toBe(
              true,
            );
            expect(Math.abs(rect.width / rect.height - 16 / 9)).toBeLessThan(0.16);
            expect(rects.slice(i + 1).some((other) => overlap(rect, other))).toBe(false);
          }
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
