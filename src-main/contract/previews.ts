import { z } from 'zod';

/**
 * Small pictures and peaks of a finished file: a poster for lists, sprite sheets for scrubbing, peaks for a waveform.
 * They are derived from the output's MP4 alone, live in `.previews/<output_id>/` of the session's folder, are never
 * uploaded, and are made again where they are absent or the file has changed since. After a recording they are made when
 * its files are done, so that nobody waits for them.
 *
 * How the window gets them:
 * - A poster is an address: `<img src={posterUrl(sessionId, outputId)}>` (`app-urls.ts`). Asking for it makes it where it
 *   is not there; the answer is 404 where it cannot be (no such file yet, or a file without a picture).
 * - All the rest: `window.rollcall.getPreviews(sessionId, outputId)` answers an `OutputPreviews`, making it where needed
 *   (about a second per ten minutes of recording), or null where the output has no finished file.
 * - The picture for a time: sheet `Math.floor(i / (columns * rows))`, tile `i % (columns * rows)`, where
 *   `i = Math.min(count - 1, Math.floor(timeMs / intervalMs))` (`spriteAt` in `app-urls.ts` does that).
 */

export const PREVIEWS_DIR = '.previews';
export const POSTER_FILE = 'poster.jpg';
export const PREVIEWS_INDEX = 'index.json';

const name = z.string().regex(/^[a-z0-9-]+\.(jpg|json|vtt)$/);

/** `.previews/<output_id>/index.json`. */
export const previewsIndexSchema = z.object({
  version: z.literal(1),
  /** SHA-256 of the MP4 that they show. */
  source_sha256: z.string(),
  duration_ms: z.number(),
  poster: name.nullable(),
  sprites: z
    .object({
      interval_ms: z.number().positive(),
      count: z.number().int().positive(),
      columns: z.number().int().positive(),
      rows: z.number().int().positive(),
      tile_width: z.number().int().positive(),
      tile_height: z.number().int().positive(),
      sheets: z.array(name).min(1),
      /** The same as a WebVTT file, for players that read those. */
      vtt: name,
    })
    .nullable(),
  peaks: name.nullable(),
});
export type PreviewsIndex = z.infer<typeof previewsIndexSchema>;

/** `.previews/<output_id>/peaks.json`: the loudest sample of each bucket, 0 to 255 for silence to full scale. */
export const peaksFileSchema = z.object({
  version: z.literal(1),
  bucket_ms: z.number().positive(),
  peaks: z.array(z.number().int().min(0).max(255)),
});

/** What the window gets; addresses are of the app's own protocol. */
export interface OutputPreviews {
  durationMs: number;
  /** At most 640x360, the file's own shape; null for a file without a picture. */
  posterUrl: string | null;
  sprites: Sprites | null;
  /** Null for a file without sound. `values`: 0 (silence) to 1 (full scale), one for each `bucketMs`, both channels mixed. */
  peaks: { bucketMs: number; values: number[] } | null;
}

/** How a file's pictures at regular times lie on sheets, row by row. */
export interface SpriteGrid {
  intervalMs: number;
  count: number;
  columns: number;
  rows: number;
  tileWidth: number;
  tileHeight: number;
}

export interface Sprites extends SpriteGrid {
  sheetUrls: string[];
}
