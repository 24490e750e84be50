import type { CardColours, CardSpec } from '../../src-main/contract/cards.ts';
import { discColour, initials, isRightToLeft, oneLine, shorten } from './text.ts';

/** System fonts of each platform, then whatever has the script, then emoji. */
const FONTS =
  'system-ui, "Segoe UI", "Helvetica Neue", "Noto Sans", sans-serif, "Apple Color Emoji", "Segoe UI Emoji", "Noto Color Emoji"';
/** As `DEFAULT_THEME`; a page takes types only from the contract. */
const DEFAULT_COLOURS: CardColours = {
  ...{ background: '#15171a', tile: '#1d2024', text: '#ffffff', labelBackground: '#0a0c0e', labelOpacity: 0.66 },
  ...{ muted: '#ff6b5e', font: '' },
};

/** Draws a card. Text is drawn as it is: in a canvas nothing of it can be markup. */
export function drawCard(spec: CardSpec): OffscreenCanvas {
  const colours = spec.colours ?? DEFAULT_COLOURS;
  const look: Look = { ...colours, fonts: colours.font === '' ? FONTS : `${colours.font}, ${FONTS}` };
  switch (spec.kind) {
    case 'label':
      return drawLabel(spec, look);
    case 'initials':
      return drawInitials(spec, look);
    case 'message':
      return drawMessage(spec, look);
    case 'muted':
      return drawMuted(spec, look);
    case 'line':
      return drawLine(spec, look);
  }
}

interface Look extends CardColours {
  fonts: string;
}

/** Shapes that a label's box and a badge's disc have in common. */
function fillGround(
  c: OffscreenCanvasRenderingContext2D,
  width: number,
  height: number,
  radius: number,
  look: Look,
): void {
  c.globalAlpha = look.labelOpacity;
  c.fillStyle = look.labelBackground;
  c.beginPath();
  c.roundRect(0, 0, width, height, radius);
  c.fill();
  c.globalAlpha = 1;
}

/** On a translucent box: readable over any picture. */
function drawLabel({ text, maxWidth, height }: CardSpec & { kind: 'label' }, look: Look): OffscreenCanvas {
  const font = `500 ${Math.round(height * 0.6)}px ${look.fonts}`;
  const padding = Math.round(height * 0.4);
  const { shown, width: textWidth } = fitted(text, font, maxWidth - 2 * padding);
  const width = Math.min(maxWidth, Math.ceil((textWidth + 2 * padding) / 2) * 2);
  const canvas = new OffscreenCanvas(width, height);
  const c = context(canvas);
  fillGround(c, width, height, height * 0.28, look);
  drawCentred(c, shown, font, look.text, width / 2, height / 2, 'capitals');
  return canvas;
}

/** Text without a box; its digits are all of one width where the font can, so that a clock does not tremble. */
function drawLine({ text, maxWidth, height }: CardSpec & { kind: 'line' }, look: Look): OffscreenCanvas {
  const font = `600 ${Math.round(height * 0.62)}px ${look.fonts}`;
  const { shown, width: textWidth } = fitted(text, font, maxWidth);
  const width = Math.max(2, Math.min(maxWidth, Math.ceil(textWidth / 2) * 2));
  const canvas = new OffscreenCanvas(width, height);
  drawCentred(context(canvas), shown, font, look.text, width / 2, height / 2, 'capitals');
  return canvas;
}

/** One line of the text, shortened to a width. A first strong direction mark of the text itself decides its direction. */
function fitted(text: string, font: string, maxWidth: number): { shown: string; width: number } {
  const measuring = context(new OffscreenCanvas(1, 1));
  measuring.font = font;
  const shown = shorten(oneLine(text), (candidate) => measuring.measureText(candidate).width <= maxWidth);
  return { shown, width: Math.ceil(measuring.measureText(shown).width) };
}

/** A microphone with a stroke through it. */
function drawMuted({ height }: CardSpec & { kind: 'muted' }, look: Look): OffscreenCanvas {
  const canvas = new OffscreenCanvas(height, height);
  const c = context(canvas);
  fillGround(c, height, height, height / 2, look);
  const unit = height / 24;
  c.strokeStyle = look.text;
  c.fillStyle = look.text;
  c.lineWidth = 1.8 * unit;
  c.lineCap = 'round';
  c.beginPath();
  c.roundRect(9.6 * unit, 4.6 * unit, 4.8 * unit, 8.8 * unit, 2.4 * unit);
  c.fill();
  c.beginPath();
  c.arc(12 * unit, 11 * unit, 4.8 * unit, 0.1 * Math.PI, 0.9 * Math.PI);
  c.moveTo(12 * unit, 16 * unit);
  c.lineTo(12 * unit, 19 * unit);
  c.stroke();
  // The stroke, with a margin that sets it off from the microphone.
  for (const [colour, width] of [
    [look.labelBackground, 5],
    [look.muted, 2.4],
  ] as const) {
    c.strokeStyle = colour;
    c.lineWidth = width * unit;
    c.beginPath();
    c.moveTo(6 * unit, 5.5 * unit);
    c.lineTo(18 * unit, 18.5 * unit);
    c.stroke();
  }
  return canvas;
}

/** A disc with initials; the name itself is the label's matter. */
function drawInitials(spec: CardSpec & { kind: 'initials' }, look: Look): OffscreenCanvas {
  const { name, seed, width, height } = spec;
  const canvas = new OffscreenCanvas(width, height);
  const c = context(canvas);
  c.fillStyle = look.tile;
  c.fillRect(0, 0, width, height);
  const diameter = Math.min(width, height) * 0.46;
  c.fillStyle = discColour(seed);
  c.beginPath();
  c.arc(width / 2, height / 2, diameter / 2, 0, 2 * Math.PI);
  c.fill();
  const text = { text: initials(name), weight: 600, size: diameter * 0.4, maxWidth: diameter * 0.72 };
  drawFitting(c, text, look.fonts, '#ffffff', width / 2, height / 2);
  return canvas;
}

function drawMessage({ text, width, height }: CardSpec & { kind: 'message' }, look: Look): OffscreenCanvas {
  const canvas = new OffscreenCanvas(width, height);
  const c = context(canvas);
  c.fillStyle = look.background;
  c.fillRect(0, 0, width, height);
  const line = { text: oneLine(text), weight: 400, size: Math.min(width, height) * 0.055, maxWidth: width * 0.86 };
  c.globalAlpha = 0.72;
  drawFitting(c, line, look.fonts, look.text, width / 2, height / 2);
  return canvas;
}

interface FittingText {
  text: string;
  weight: number;
  size: number;
  maxWidth: number;
}

/** One line of text, smaller than `size` where it would be wider than `maxWidth`. */
function drawFitting(
  c: OffscreenCanvasRenderingContext2D,
  { text, weight, size, maxWidth }: FittingText,
  fonts: string,
  colour: string,
  x: number,
  y: number,
): void {
  c.font = `${weight} ${size}px ${fonts}`;
  const fitting = Math.min(size, (size * maxWidth) / Math.max(1, c.measureText(text).width));
  drawCentred(c, text, `${weight} ${fitting}px ${fonts}`, colour, x, y, 'glyphs');
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
  c.direction = isRightToLeft(text) ? 'rtl' : 'ltr';
  const measured = c.measureText(by === 'capitals' ? 'H' : text);
  c.fillText(text, x, y + (measured.actualBoundingBoxAscent - measured.actualBoundingBoxDescent) / 2);
}

function context(canvas: OffscreenCanvas): OffscreenCanvasRenderingContext2D {
  const found = canvas.getContext('2d');
  if (!found) throw new Error('this browser draws no 2D canvas');
  return found;
}
