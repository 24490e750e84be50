import { COLOUR_PATCH, COUNTER, FLASH_MS, MOVING, type Rect } from '../publisher/pattern.ts';

/** The test's picture (see publisher/pattern.ts), drawn on a canvas; each drawn picture has the next number. */
export function drawPattern(
  context: AudioContext,
  { width, height, fps, colour, name }: { width: number; height: number; fps: number; colour: string; name: string },
): { track: MediaStreamTrack; drawn: () => number; stop: () => void } {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [width, height];
  document.body.append(canvas);
  const pen = canvas.getContext('2d');
  const stream = canvas.captureStream(0);
  const track = stream.getVideoTracks()[0] as CanvasCaptureMediaStreamTrack | undefined;
  if (!pen || !track) throw new Error('no canvas to draw on');
  const fill = (rect: Rect, fillStyle: string): void => {
    pen.fillStyle = fillStyle;
    pen.fillRect(rect.x * width, rect.y * height, rect.width * width, rect.height * height);
  };
  let drawn = 0;
  const draw = (): void => {
    const flash = (context.currentTime * 1000) % 1000 < FLASH_MS;
    fill({ x: 0, y: 0, width: 1, height: 1 }, flash ? 'white' : colour);
    if (!flash) {
      pen.fillStyle = 'white';
      pen.font = `bold ${Math.round(height * 0.1)}px sans-serif`;
      pen.textAlign = 'center';
      pen.fillText(name, width / 2, height * 0.27);
      fill({ ...MOVING, width: MOVING.width * ((drawn % 60) / 60) }, '#8090a0');
      fill(COLOUR_PATCH, colour);
    }
    counterCells(drawn).forEach((white, cell) => fill(cellRect(cell), white ? 'white' : 'black'));
    track.requestFrame();
    drawn += 1;
  };
  const timer = setInterval(draw, 1000 / fps);
  return { track, drawn: () => drawn, stop: () => clearInterval(timer) };
}

/** Which cells of the counter are white: references, bits, parity. */
function counterCells(number: number): boolean[] {
  const bits = Array.from({ length: COUNTER.bits }, (_, i) => (number >> (COUNTER.bits - 1 - i)) % 2 === 1);
  const parity = bits.filter(Boolean).length % 2 === 1;
  return [true, false, ...bits, parity, false];
}

const cellRect = (cell: number): Rect => ({
  x: COUNTER.x + (cell * COUNTER.width) / COUNTER.cells,
  y: COUNTER.y,
  width: COUNTER.width / COUNTER.cells,
  height: COUNTER.height,
});
