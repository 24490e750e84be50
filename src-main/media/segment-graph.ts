/** The ffmpeg arguments for one segment of picture. Pure. */

/** Something to show for a number of frames. */
export type ShownPart =
  /** A PNG. */
  | { kind: 'still'; file: string; frames: number }
  /** A copy of a track's frames (see `planCut`); its picture at `startS` is the first one shown. */
  | { kind: 'cut'; file: string; startS: number; frames: number };

/** A rectangle of the canvas, and what it shows one after the other: `frames` of its parts add up to the segment's. */
export interface Layer {
  x: number;
  y: number;
  width: number;
  height: number;
  parts: ShownPart[];
}

/** A PNG with alpha on top of the layers; one that begins on a layer lies wholly on it. */
export interface Overlay {
  file: string;
  x: number;
  y: number;
  /** Frames of the segment, [from, to), in which it is there; always where absent. */
  shown?: readonly (readonly [number, number])[] | undefined;
}

/** A frame of one colour just inside a layer, for some frames of the segment. */
export interface Border {
  x: number;
  y: number;
  width: number;
  height: number;
  /** Of the line, pixels. */
  thickness: number;
  /** `0xRRGGBB` */
  colour: string;
  shown: readonly (readonly [number, number])[];
}

export interface SegmentSpec {
  width: number;
  height: number;
  fps: number;
  frames: number;
  /** `0xRRGGBB` of the canvas between the tiles. */
  background: string;
  /** `0xRRGGBB` beside a picture that does not have its tile's aspect. */
  letterbox: string;
  layers: Layer[];
  overlays: Overlay[];
  borders?: Border[] | undefined;
}

export interface SegmentArgs {
  /** Input options and files. */
  inputs: string[];
  graph: string;
  /** Label of the graph's output. */
  output: string;
}

/**
 * WebRTC pictures are BT.601, limited range (libyuv makes them so and VP8 knows nothing else): everything is kept or
 * brought there and the file says so, which costs no conversion for the usual picture.
 */
const COLOUR = 'out_color_matrix=bt601:out_range=tv';

/** Builds the graph of a segment: each layer scaled into its rectangle on exactly the frame grid, then laid together. */
export function segmentArgs(spec: SegmentSpec): SegmentArgs {
  const inputs: string[] = [];
  const chains: string[] = [];
  let count = 0;
  const addInput = (args: string[]): string => {
    inputs.push(...args);
    return `${count++}:v`;
  };
  const still = (file: string): string => addInput(['-f', 'png_pipe', '-framerate', String(spec.fps), '-i', file]);

  const layerLabels = spec.layers.map((layer, l) => {
    const labels = layer.parts.map((part, p) => {
      const label = `l${l}p${p}`;
      const from =
        part.kind === 'still' ? still(part.file) : addInput(['-threads', '1', '-f', 'matroska', '-i', part.file]);
      chains.push(`[${from}]${partFilters(spec, layer, part)}[${label}]`);
      return label;
    });
    const only = labels.length === 1 ? labels[0] : undefined;
    if (only !== undefined) return only;
    chains.push(
      `${labels.map((label) => `[${label}]`).join('')}concat=n=${labels.length}:v=1:a=0,${grid(spec)}[l${l}]`,
    );
    return `l${l}`;
  });

  const overlay = (under: string, { file, x, y, shown }: Overlay, name: string): string => {
    chains.push(`[${still(file)}]scale=${COLOUR},format=yuva420p[a${name}]`);
    chains.push(`[${under}][a${name}]overlay=${x}:${y}:format=yuv420:eof_action=repeat${enabled(shown)}[${name}]`);
    return name;
  };
  const border = (under: string, { x, y, width, height, thickness, colour, shown }: Border, name: string): string => {
    const box = `drawbox=${x}:${y}:${width}:${height}:${colour}:${thickness}`;
    chains.push(`[${under}]${box}${enabled(shown)}[${name}]`);
    return name;
  };
  const within = ({ x, y }: { x: number; y: number }, layer: Layer): boolean =>
    x >= layer.x && y >= layer.y && x < layer.x + layer.width && y < layer.y + layer.height;
  // What lies on one layer is drawn there: blending a label into a small tile touches little memory.
  const dressed = layerLabels.map((label, l) => {
    const layer = spec.layers[l];
    const bordered = (spec.borders ?? []).reduce((under, line, b) => {
      if (!layer || !within(line, layer)) return under;
      return border(under, { ...line, x: line.x - layer.x, y: line.y - layer.y }, `b${b}`);
    }, label);
    return spec.overlays.reduce((under, over, o) => {
      if (!layer || !within(over, layer)) return under;
      return overlay(under, { ...over, x: over.x - layer.x, y: over.y - layer.y }, `q${o}`);
    }, bordered);
  });
  let output = stack(spec, dressed, chains);
  spec.overlays.forEach((over, o) => {
    if (!spec.layers.some((layer) => within(over, layer))) output = overlay(output, over, `q${o}`);
  });
  return { inputs, graph: chains.join(';\n'), output: `[${output}]` };
}

/** Frame numbers in the graph count from the segment's first. */
function enabled(shown: Overlay['shown']): string {
  if (!shown) return '';
  return `:enable='${shown.map(([from, to]) => `between(n,${from},${to - 1})`).join('+') || '0'}'`;
}

/** Lays the layers, which do not overlap, on the canvas: each pixel is copied once, whatever their number. */
function stack(spec: SegmentSpec, labels: readonly string[], chains: string[]): string {
  const { width, height, background, layers } = spec;
  const [first] = layers;
  const [label = ''] = labels;
  if (!first) throw new Error('a segment needs at least one layer');
  if (layers.length === 1) {
    if (first.width === width && first.height === height) return label;
    chains.push(`[${label}]pad=${width}:${height}:${first.x}:${first.y}:${background},${grid(spec)}[canvas]`);
    return 'canvas';
  }
  const places = layers.map(({ x, y }) => `${x}_${y}`).join('|');
  const inputs = labels.map((name) => `[${name}]`).join('');
  chains.push(
    `${inputs}xstack=inputs=${layers.length}:layout=${places}:fill=${background},` +
      `pad=${width}:${height}:0:0:${background},${grid(spec)}[canvas]`,
  );
  return 'canvas';
}

/** Frames numbered from 0 on the grid, whatever rounding came before. */
const grid = ({ fps }: SegmentSpec): string => `settb=1/${fps},setpts=N`;

/**
 * Scaled before `fps`, so that a frame that stays on view is scaled once; trimmed before that, so that frames which only
 * feed the decoder are not scaled at all. `tpad` holds the last picture where a track ends early.
 */
function partFilters(spec: SegmentSpec, layer: Layer, part: ShownPart): string {
  const { width, height } = layer;
  const fit =
    `scale=${width}:${height}:force_original_aspect_ratio=decrease:force_divisible_by=2:flags=bicubic:${COLOUR},format=yuv420p,` +
    `pad=${width}:${height}:'floor((ow-iw)/4)*2':'floor((oh-ih)/4)*2':${spec.letterbox},setsar=1`;
  const hold = `tpad=stop_mode=clone:stop=-1,trim=end_frame=${part.frames},${grid(spec)}`;
  if (part.kind === 'still') return `${fit},${hold}`;
  const from = part.startS.toFixed(6);
  const halfFrame = 0.5 / spec.fps;
  const trim = part.startS > 0 ? `trim=start=${(part.startS - halfFrame).toFixed(6)},setpts=PTS-${from}/TB,` : '';
  // The last frame of a copy has no duration, and `fps` drops an only frame that lasts no time: it is held first.
  return `${trim}${fit},tpad=stop_mode=clone:stop_duration=1,fps=${spec.fps}:start_time=0:round=near,${hold}`;
}
