import type { CardSpec } from '../../src-main/contract/cards.ts';
import { discColour, initials, shorten } from './text.ts';

/** System fonts of each platform, then whatever has the script, then emoji. */
const FONTS =
  'system-ui, "Segoe UI", "Helvetica Neue", "Noto Sans", sans-serif, "Apple Color Emoji", "Segoe UI Emoji", "Noto Color Emoji"';
const TILE_COLOUR = '#1d2024';
const PAGE_COLOUR = '#15171a';
const TEXT_COLOUR = '#ffffff';
const QUIET_TEXT_COLOUR = '#b7bcc4';

/** Draws a card. Text is drawn as it is: in a canvas nothing of it can be markup. */
export function drawCard(spec: CardSpec): OffscreenCanvas {
  switch (spec.kind) {
    case 'label':
      return drawLabel(spec);
    case 'initials':
      return drawInitials(spec);
    case 'message':
      return drawMessage(spec);
  }
}

/** White on a translucent dark box: readable over any picture. */
function drawLabel({ text, maxWidth, height }: CardSpec & { kind: 'label' }): OffscreenCanvas {
  const font = `500 ${Math.round(height * 0.6)}px ${FONTS}`;
  const padding = Math.round(height * 0.4);
  const measuring = context(new OffscreenCanvas(1, 1));
  measuring.font = font;
  const shown = shorten(
    text.trim().replace(/\s+/gu, ' '),
    (candidate) => measuring.measureText(candidate).width <= maxWidth - 2 * padding,
  );
  const textWidth = Math.ceil(measuring.measureText(shown).width);
  const width = Math.min(maxWidth, Math.ceil((textWidth + 2 * padding) / 2) * 2);
  const canvas = new OffscreenCanvas(width, height);
  const c = context(canvas);
  c.fillStyle = 'rgba(10, 12, 14, 0.66)';
  c.beginPath();
  c.roundRect(0, 0, width, height, height * 0.28);
  c.fill();
  drawCentred(c, shown, font, TEXT_COLOUR, width / 2, height / 2, 'capitals');
  return canvas;
}

/** A disc with initials; the name itself is the label's matter. */
function drawInitials({ name, seed, width, height }: CardSpec & { kind: 'initials' }): OffscreenCanvas {
  const canvas = new OffscreenCanvas(width, height);
  const c = context(canvas);
  c.fillStyle = TILE_COLOUR;
  c.fillRect(0, 0, width, height);
  const diameter = Math.min(width, height) * 0.46;
  c.fillStyle = discColour(seed);
  c.beginPath();
  c.arc(width / 2, height / 2, diameter / 2, 0, 2 * Math.PI);
  c.fill();
  drawFitting(c, initials(name), 600, diameter * 0.4, diameter * 0.72, TEXT_COLOUR, width / 2, height / 2);
  return canvas;
}

function drawMessage({ text, width, height }: CardSpec & { kind: 'message' }): OffscreenCanvas {
  const canvas = new OffscreenCanvas(width, height);
  const c = context(canvas);
  c.fillStyle = PAGE_COLOUR;
  c.fillRect(0, 0, width, height);
  drawFitting(c, text, 400, Math.min(width, height) * 0.055, width * 0.86, QUIET_TEXT_COLOUR, width / 2, height / 2);
  return canvas;
}

/** One line of text, smaller than `size` where it would be wider than `maxWidth`. */
function drawFitting(
  c: OffscreenCanvasRenderingContext2D,
  text: string,
  weight: number,
  size: number,
  maxWidth: number,
  colour: string,
  x: number,
  y: number,
): void {
  c.font = `${weight} ${size}px ${FONTS}`;
  const fitting = Math.min(size, (size * maxWidth) / Math.max(1, c.measureText(text).width));
  drawCentred(c, text, `${weight} ${fitting}px ${FONTS}`, colour, x, y, 'glyphs');
}

/**
 * Centred on a point. `capitals`: capital letters are in the middle, so that all labels share one base line; `glyphs`:
 * the text's own shape is, whatever the script.
 */
function drawCentred(
  c: OffscreenCanvasRenderingContext2D,
  text: string,
  font: string,
  colour: string,
  x: number,
  y: number,
  by: 'capitals' | 'glyphs',
): void {
  c.font = font;
  c.fillStyle = colour;
  c.textAlign = 'center';
  c.textBaseline = 'alphabetic';
  const measured = c.measureText(by === 'capitals' ? 'H' : text);
  c.fillText(text, x, y + (measured.actualBoundingBoxAscent - measured.actualBoundingBoxDescent) / 2);
}

function context(canvas: OffscreenCanvas): OffscreenCanvasRenderingContext2D {
  const found = canvas.getContext('2d');
  if (!found) throw new Error('this browser draws no 2D canvas');
  return found;
}
