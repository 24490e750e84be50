import type { CardColours } from '../contract/cards.ts';
import type { Theme } from '../contract/theme.ts';
import type { Rect } from './layout.ts';

/** Sizes and places of what is drawn beside the pictures themselves. Pure. */

/** A theme's colours as ffmpeg writes them; the pattern of a theme's colours lets nothing else through. */
export const sceneColours = (theme: Theme): { background: string; letterbox: string } => ({
  background: ffmpegColour(theme.background),
  letterbox: ffmpegColour(theme.tile),
});

export const ffmpegColour = (colour: string): string => colour.replace('#', '0x');

/** What cards are drawn with. */
export function cardColours({
  background,
  tile,
  text,
  labelBackground,
  labelOpacity,
  muted,
  font,
}: Theme): CardColours {
  return { background, tile, text, labelBackground, labelOpacity, muted, font };
}

/** Where a tile's name label goes: its lower left corner. `maxWidth` leaves the same margin on the right. */
export interface LabelPlace {
  height: number;
  maxWidth: number;
  x: number;
  y: number;
}

/** Share of a tile's height; within bounds that are readable at 480p and not loud at 1080p. */
const LABEL_SHARE = 0.09;
const LABEL_MIN = 18;
const LABEL_MAX_SHARE_OF_CANVAS = 0.05;

/** The label's place in a tile; null where the tile is too small for one. */
export function labelPlace(tile: Rect, canvasHeight: number): LabelPlace | null {
  const height = labelHeight(tile, canvasHeight);
  const margin = labelMargin(height);
  const maxWidth = even(tile.width - 2 * margin);
  if (maxWidth < height || tile.height < height * 2) return null;
  return { height, maxWidth, x: tile.x + margin, y: tile.y + tile.height - height - margin };
}

/** The mute badge's place, the lower right corner; null where the tile is too small for it and a label. */
export function mutePlace(tile: Rect, canvasHeight: number): { height: number; x: number; y: number } | null {
  const height = labelHeight(tile, canvasHeight);
  const margin = labelMargin(height);
  if (tile.width < 2 * height + 3 * margin || tile.height < height * 2) return null;
  return { height, x: tile.x + tile.width - height - margin, y: tile.y + tile.height - height - margin };
}

/** The same label's place beside a mute badge. */
export function besideMute(place: LabelPlace): LabelPlace {
  return { ...place, maxWidth: even(place.maxWidth - place.height - labelMargin(place.height)) };
}

/** The reconnecting badge's place: the upper left corner. */
export function noticePlace(tile: Rect, canvasHeight: number): LabelPlace | null {
  const place = labelPlace(tile, canvasHeight);
  // Above the label with room between them.
  if (!place || tile.height < place.height * 3.5) return null;
  return { ...place, y: tile.y + (tile.y + tile.height - place.y - place.height) };
}

/** Thickness of the border around who speaks. */
export const borderThickness = (canvasHeight: number): number => Math.max(2, even(canvasHeight * 0.006));

/** The band above the tiles that holds title and clock. */
export interface Band {
  /** Its height: the tiles begin below. */
  height: number;
  lineHeight: number;
  margin: number;
  y: number;
}

const BAND_SHARE = 0.07;
const BAND_MIN = 28;

export function bandOf(width: number, height: number): Band {
  const whole = even(Math.max(BAND_MIN, Math.min(width, height) * BAND_SHARE));
  const lineHeight = even(whole * 0.72);
  return { height: whole, lineHeight, margin: even(whole * 0.45), y: even((whole - lineHeight) / 2) };
}

/** 3725 seconds as "1:02:05". */
export function clockText(totalSeconds: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${Math.floor(totalSeconds / 3600)}:${two(Math.floor(totalSeconds / 60) % 60)}:${two(totalSeconds % 60)}`;
}

function labelHeight(tile: Rect, canvasHeight: number): number {
  const largest = Math.max(LABEL_MIN, canvasHeight * LABEL_MAX_SHARE_OF_CANVAS);
  return even(Math.min(largest, Math.max(LABEL_MIN, tile.height * LABEL_SHARE)));
}

const labelMargin = (height: number): number => even(height * 0.4);
const even = (value: number): number => Math.round(value / 2) * 2;
