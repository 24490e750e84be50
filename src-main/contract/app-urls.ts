/** Addresses of the app's own protocol; apart from `ipc.ts` so that pages can use them without its schemas. */

import type { Sprites } from './previews.ts';

export const APP_SCHEME = 'rollcall';
export const APP_ORIGIN = 'rollcall://app';
export const MEDIA_ORIGIN = 'rollcall://media';

/** Address at which the window plays a file of a session; `file` is relative to the session's folder. */
export const mediaUrl = (sessionId: string, file: string): string =>
  `${MEDIA_ORIGIN}/${sessionId}/${file.split('/').map(encodeURIComponent).join('/')}`;

/** Address of the picture that stands for an output in a list; see `previews.ts`. */
export const posterUrl = (sessionId: string, outputId: string): string =>
  mediaUrl(sessionId, `.previews/${outputId}/poster.jpg`);

/** Which part of which sheet shows a time of a file: pixels of the sheet. */
export function spriteAt(
  sprites: Sprites,
  timeMs: number,
): { url: string; x: number; y: number; width: number; height: number } {
  const { columns, rows, count, intervalMs, tileWidth: width, tileHeight: height } = sprites;
  const index = Math.max(0, Math.min(count - 1, Math.floor(timeMs / intervalMs)));
  const tile = index % (columns * rows);
  const url = sprites.sheetUrls[Math.floor(index / (columns * rows))] ?? '';
  return { url, x: (tile % columns) * width, y: Math.floor(tile / columns) * height, width, height };
}
