import { ffmpegBin, runOk } from '../programs.ts';
import type { Rect } from '../publisher/pattern.ts';

export const WHOLE: Rect = { x: 0, y: 0, width: 1, height: 1 };

/** A part of a part: `inner` in fractions of `outer`. */
export const within = (outer: Rect, inner: Rect): Rect => ({
  x: outer.x + inner.x * outer.width,
  y: outer.y + inner.y * outer.height,
  width: inner.width * outer.width,
  height: inner.height * outer.height,
});

export interface SampledFrame {
  /** Presentation time in seconds on the file's own time line, edit lists applied. */
  timeS: number;
  /** `width * height` samples, one byte each for grey, three for RGB. */
  pixels: Uint8Array;
}

export interface SampleOptions {
  /** Part of the picture, in fractions. */
  region?: Rect;
  /** Size to which the region is scaled, by area: each pixel is the mean of what it covers. */
  width: number;
  height: number;
  format?: 'gray' | 'rgb24';
  fromS?: number;
  toS?: number;
}

/** Every frame of a file, cut to a region and shrunk to few pixels, with its time. */
export async function sampleFrames(file: string, options: SampleOptions): Promise<SampledFrame[]> {
  const { region = WHOLE, width, height, format = 'gray', fromS = -Infinity, toS = Infinity } = options;
  const crop = `crop=w=iw*${region.width}:h=ih*${region.height}:x=iw*${region.x}:y=ih*${region.y}:exact=1`;
  const filter = `${crop},scale=${width}:${height}:flags=area,format=${format},showinfo=checksum=0`;
  const { stdout, stderr } = await runOk(ffmpegBin(), [
    ...['-v', 'info', '-nostdin', '-nostats', '-copyts', '-i', file, '-map', '0:v:0', '-an', '-vf', filter],
    ...['-fps_mode', 'passthrough', '-f', 'rawvideo', 'pipe:1'],
  ]);
  const size = width * height * (format === 'gray' ? 1 : 3);
  const times = [...stderr.matchAll(/\bn: *\d+ pts: *\S+ pts_time:(\S+)/g)].map((match) => Number(match[1]));
  if (times.length * size !== stdout.length) {
    throw new Error(`${file}: ${times.length} time stamps for ${stdout.length / size} frames`);
  }
  return times
    .map((timeS, index) => ({ timeS, pixels: stdout.subarray(index * size, (index + 1) * size) }))
    .filter(({ timeS }) => timeS >= fromS && timeS <= toS);
}

export interface Colour {
  r: number;
  g: number;
  b: number;
}

/** The mean colour of a region in the frame shown at a time (the last one at or before it). */
export async function colourAt(file: string, timeS: number, region: Rect): Promise<Colour> {
  const frames = await sampleFrames(file, { region, width: 1, height: 1, format: 'rgb24', toS: timeS + 1e-4 });
  const pixels = frames.at(-1)?.pixels;
  if (!pixels) throw new Error(`${file} has no frame at ${timeS} s`);
  const [r = 0, g = 0, b = 0] = pixels;
  return { r, g, b };
}

export const parseColour = (hex: string): Colour => ({
  r: parseInt(hex.slice(1, 3), 16),
  g: parseInt(hex.slice(3, 5), 16),
  b: parseInt(hex.slice(5, 7), 16),
});

/** Largest difference of a channel. */
export const colourDistance = (a: Colour, b: Colour): number =>
  Math.max(Math.abs(a.r - b.r), Math.abs(a.g - b.g), Math.abs(a.b - b.b));

/**
 * How far a flat colour may be off after two encodings: quantisation and chroma subsampling cost about 6, reading BT.709
 * as BT.601 (files that do not say which they are) up to 24. The COLOURS are at least 60 apart.
 */
export const COLOUR_TOLERANCE = 28;
