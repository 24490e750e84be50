import type { SpriteGrid } from '../contract/previews.ts';

/** How a file's pictures are laid out for scrubbing. Pure. */

/** Key frames of our files are this far apart at most, and only those are decoded. */
const MIN_INTERVAL_MS = 3000;
const MAX_TILES = 300;
const [COLUMNS, ROWS] = [5, 5];
/** Longer side of a tile. */
const TILE_SIDE = 160;

export interface SpritePlan extends SpriteGrid {
  sheets: number;
}

/** Tiles of the file's own shape at a regular interval, on as many sheets as they need. */
export function planSprites(durationMs: number, width: number, height: number): SpritePlan {
  const intervalMs = Math.max(MIN_INTERVAL_MS, Math.ceil(durationMs / MAX_TILES / 1000) * 1000);
  const count = Math.max(1, Math.ceil(durationMs / intervalMs));
  const scale = TILE_SIDE / Math.max(width, height);
  const even = (side: number): number => Math.max(2, Math.round((side * scale) / 2) * 2);
  const columns = Math.min(COLUMNS, count);
  const rows = Math.min(ROWS, Math.ceil(count / columns));
  const sheets = Math.ceil(count / (columns * rows));
  return { intervalMs, count, columns, rows, tileWidth: even(width), tileHeight: even(height), sheets };
}

/** The plan as WebVTT: a cue for each tile, naming its part of its sheet. */
export function spritesVtt(plan: SpritePlan, durationMs: number, sheetName: (sheet: number) => string): string {
  const { columns, rows, tileWidth, tileHeight, intervalMs } = plan;
  const cues = Array.from({ length: plan.count }, (_, i) => {
    const tile = i % (columns * rows);
    const place = [(tile % columns) * tileWidth, Math.floor(tile / columns) * tileHeight, tileWidth, tileHeight];
    const end = Math.min(durationMs, (i + 1) * intervalMs);
    const sheet = sheetName(Math.floor(i / (columns * rows)));
    return `${stamp(i * intervalMs)} --> ${stamp(end)}\n${sheet}#xywh=${place.join(',')}\n`;
  });
  return ['WEBVTT\n', ...cues].join('\n');
}

function stamp(ms: number): string {
  const part = (value: number, digits: number): string => String(Math.floor(value)).padStart(digits, '0');
  return `${part(ms / 3_600_000, 2)}:${part((ms / 60_000) % 60, 2)}:${part((ms / 1000) % 60, 2)}.${part(ms % 1000, 3)}`;
}
