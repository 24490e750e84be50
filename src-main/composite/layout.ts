/** Where tiles are in the picture. Pure; all positions and sizes are even, as 4:2:0 chroma wants. */

export const LAYOUTS = ['grid', 'speaker', 'screen'] as const;
/**
 * `grid`: all tiles alike; `speaker`: the active speaker large, the others in a strip; `screen`: a shared screen large,
 * people beside it. While somebody shares a screen, `grid` and `speaker` do as `screen` does: what is shared is there
 * to be read.
 */
export type LayoutKind = (typeof LAYOUTS)[number];

export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** What a layout asks of a tile. */
export interface LayoutTile {
  source: 'main' | 'screen';
  isSpeaker: boolean;
}

/** More than this many tiles are not readable at any size; later ones get no place. */
export const MAX_TILES = 49;
const TILE_ASPECT = 16 / 9;
/** Share of the canvas' shorter side between tiles and around them: 8 pixels at 720p. */
const GAP_SHARE = 0.0115;
/**
 * Shares of the longer side that the strip beside a large tile may take: the first in which its tiles are wide enough,
 * so that a few people leave the large tile as large as it can be, and many are still seen.
 */
const STRIP_SHARES = [0.22, 0.26, 0.3, 0.34, 0.38, 0.42] as const;
/** What is wide enough there, as a share of the longer side. */
const STRIP_TILE_SHARE = 0.1;

/**
 * A rectangle for each of the first `MAX_TILES` tiles, in their order.
 * @param top height of a band above the tiles that stays free
 */
export function layOut(kind: LayoutKind, tiles: readonly LayoutTile[], width: number, height: number, top = 0): Rect[] {
  const gap = even(Math.min(width, height) * GAP_SHARE);
  const canvas = inset({ x: 0, y: top, width, height: height - top }, gap);
  const shown = tiles.slice(0, MAX_TILES);
  const large = largeTile(kind, shown);
  if (large === null || shown.length === 1) return packGrid(shown.length, canvas, gap);
  const { main, strip } = splitForStrip(canvas, gap, shown.length - 1);
  const others = packGrid(shown.length - 1, strip, gap);
  const [mainRect] = shown[large]?.source === 'screen' ? [evenRect(main)] : packGrid(1, main, gap);
  return [...others.slice(0, large), ...(mainRect ? [mainRect] : []), ...others.slice(large)];
}

/** Index of the tile that a layout makes large; null for none. */
function largeTile(kind: LayoutKind, tiles: readonly LayoutTile[]): number | null {
  const find = (test: (tile: LayoutTile) => boolean): number | null => {
    const index = tiles.findIndex(test);
    return index < 0 ? null : index;
  };
  // Of several screens the one that came last.
  const screen = tiles.findLastIndex(({ source }) => source === 'screen');
  if (screen >= 0) return screen;
  if (kind !== 'speaker') return null;
  return find(({ isSpeaker, source }) => isSpeaker && source === 'main') ?? (tiles.length > 0 ? 0 : null);
}

interface Split {
  main: Rect;
  strip: Rect;
}

/** The large tile's part and the strip's, for so many tiles in the strip. */
function splitForStrip(canvas: Rect, gap: number, count: number): Split {
  const wanted = Math.max(canvas.width, canvas.height) * STRIP_TILE_SHARE;
  const splits = STRIP_SHARES.map((share) => split(canvas, gap, share));
  const width = ({ strip }: Split): number => packGrid(count, strip, gap)[0]?.width ?? 0;
  const largest = splits.reduce((best, one) => (width(one) > width(best) ? one : best));
  return splits.find((one) => width(one) >= wanted) ?? largest;
}

function split({ x, y, width, height }: Rect, gap: number, share: number): Split {
  if (width >= height) {
    const strip = even(width * share);
    return {
      main: { x, y, width: width - strip - gap, height },
      strip: { x: x + width - strip, y, width: strip, height },
    };
  }
  const strip = even(height * share);
  return {
    main: { x, y, width, height: height - strip - gap },
    strip: { x, y: y + height - strip, width, height: strip },
  };
}

/** `count` 16:9 tiles as large as they can be inside `area`, rows and the whole block centred. */
export function packGrid(count: number, area: Rect, gap: number): Rect[] {
  if (count <= 0) return [];
  let best = { columns: 1, width: 0 };
  for (let columns = 1; columns <= count; columns++) {
    const width = tileWidth(columns, Math.ceil(count / columns), area, gap);
    if (width > best.width) best = { columns, width };
  }
  const { columns } = best;
  const rows = Math.ceil(count / columns);
  const width = Math.max(2, evenDown(best.width));
  const height = Math.max(2, evenDown(width / TILE_ASPECT));
  const top = area.y + (area.height - rows * height - (rows - 1) * gap) / 2;
  return Array.from({ length: count }, (_, i) => {
    const row = Math.floor(i / columns);
    const inRow = Math.min(columns, count - row * columns);
    const left = area.x + (area.width - inRow * width - (inRow - 1) * gap) / 2;
    return { x: even(left + (i % columns) * (width + gap)), y: even(top + row * (height + gap)), width, height };
  });
}

function tileWidth(columns: number, rows: number, area: Rect, gap: number): number {
  const byWidth = (area.width - (columns - 1) * gap) / columns;
  const byHeight = ((area.height - (rows - 1) * gap) / rows) * TILE_ASPECT;
  return Math.min(byWidth, byHeight);
}

const even = (value: number): number => Math.round(value / 2) * 2;
const evenDown = (value: number): number => Math.floor(value / 2) * 2;
const evenRect = ({ x, y, width, height }: Rect): Rect => ({
  x: even(x),
  y: even(y),
  width: evenDown(width),
  height: evenDown(height),
});
const inset = (rect: Rect, by: number): Rect => ({
  x: rect.x + by,
  y: rect.y + by,
  width: rect.width - 2 * by,
  height: rect.height - 2 * by,
});
