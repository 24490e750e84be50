import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';

const boundsSchema = z.object({
  x: z.number().int().optional(),
  y: z.number().int().optional(),
  width: z.number().int().min(200).max(20_000),
  height: z.number().int().min(200).max(20_000),
  maximized: z.boolean().default(false),
});
export type WindowBounds = z.infer<typeof boundsSchema>;

export const DEFAULT_BOUNDS: WindowBounds = { width: 1280, height: 800, maximized: false };

interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Where the window was when it closed last; the default where that is not known. */
export function readBounds(file: string): WindowBounds {
  try {
    return boundsSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return DEFAULT_BOUNDS; // First start, or a file of another version: not worth a word to anybody.
  }
}

/** Keeps the bounds for the next start. A failure only costs the window's place, so it is told and not thrown. */
export function writeBounds(file: string, bounds: WindowBounds, onError: (error: unknown) => void): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.new`, `${JSON.stringify(bounds)}\n`);
    renameSync(`${file}.new`, file);
  } catch (error) {
    onError(error);
  }
}

/** Bounds that lie on a screen that is there; the place is dropped where its screen was unplugged. */
export function onScreen(bounds: WindowBounds, workAreas: readonly Rectangle[]): WindowBounds {
  const { x, y } = bounds;
  const visible =
    x !== undefined &&
    y !== undefined &&
    workAreas.some(
      (area) =>
        x + bounds.width > area.x + 80 &&
        x < area.x + area.width - 80 &&
        y >= area.y - 8 &&
        y < area.y + area.height - 40,
    );
  return visible ? bounds : { width: bounds.width, height: bounds.height, maximized: bounds.maximized };
}
