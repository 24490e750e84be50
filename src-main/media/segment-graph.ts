/** The ffmpeg arguments for segments of picture. Pure. */

/** Something to show for a number of frames. */
export type ShownPart =
  /** A PNG. */
  | { kind: 'still'; file: string; frames: number }
  /** A copy of a track's frames (see `planCut`); its picture at `startS` is the first one shown. */
  | {
      kind: 'cut';
      file: string;
      startS: number;
      frames: number;
      /** Its pictures are BT.601, limited range: nothing has to be converted, nor looked at. */
      plainColour?: boolean;
    };

/** A rectangle of the canvas, and what it shows one after the other: `frames` of its parts add up to the segment's. */
export interface Layer {
  x: number;
  y: number;
  width: number;
  height: number;
  /** A picture that is hardly larger may lose its rim instead of being scaled. */
  mayCrop?: boolean;
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
  /** Labels of the graph's outputs, one per segment. */
  outputs: string[];
}

/**
 * WebRTC pictures are BT.601, limited range (libyuv makes them so and VP8 knows nothing else): everything is kept or
 * brought there and the file says so, which costs no conversion for the usual picture.
 */
const COLOUR = 'out_color_matrix=bt601:out_range=tv';
/** A picture that is so little larger than its tile is cropped instead of scaled: sharper, and nobody misses the rim. */
const MAX_CROP = 0.05;

/**
 * Builds one graph for segments that are made together: each layer brought into its rectangle on exactly the frame grid,
 * then laid together. A copy that several of them show is read and decoded once.
 */
export function segmentArgs(specs: readonly SegmentSpec[]): SegmentArgs {
  const graph = new GraphBuilder(specs);
  const outputs = specs.map((spec, s) => graph.segment(spec, specs.length > 1 ? `s${s}` : ''));
  return { inputs: graph.inputs, graph: graph.chains.join(';\n'), outputs };
}

type Cut = Extract<ShownPart, { kind: 'cut' }>;

class GraphBuilder {
  readonly inputs: string[] = [];
  readonly chains: string[] = [];
  #count = 0;
  /** Labels that are left to be taken of each copy. */
  readonly #shared = new Map<string, string[]>();

  constructor(specs: readonly SegmentSpec[]) {
    const parts = specs.flatMap((spec) => spec.layers.flatMap((layer) => layer.parts.map((part) => ({ spec, part }))));
    const uses = new Map<string, { spec: SegmentSpec; part: Cut }[]>();
    for (const { spec, part } of parts) {
      if (part.kind === 'cut') uses.set(cutKey(part), [...(uses.get(cutKey(part)) ?? []), { spec, part }]);
    }
    for (const [key, [first, ...more]] of uses) {
      if (first) this.#shared.set(key, this.#decode(first.spec, first.part, 1 + more.length));
    }
  }

  /** Adds what a segment is made of. @returns the label of its pictures. */
  segment(spec: SegmentSpec, prefix: string): string {
    const labels = spec.layers.map((layer, l) => this.#layer(spec, layer, `${prefix}l${l}`));
    // What lies on one layer is drawn there: blending a label into a small tile touches little memory.
    const dressed = labels.map((label, l) => {
      const layer = spec.layers[l];
      const bordered = (spec.borders ?? []).reduce((under, line, b) => {
        if (!layer || !within(line, layer)) return under;
        return this.#border(under, { ...line, x: line.x - layer.x, y: line.y - layer.y }, `${prefix}b${b}`);
      }, label);
      return spec.overlays.reduce((under, over, o) => {
        if (!layer || !within(over, layer)) return under;
        return this.#overlay(spec, under, { ...over, x: over.x - layer.x, y: over.y - layer.y }, `${prefix}q${o}`);
      }, bordered);
    });
    let output = this.#stack(spec, dressed, prefix);
    spec.overlays.forEach((over, o) => {
      if (!spec.layers.some((layer) => within(over, layer)))
        output = this.#overlay(spec, output, over, `${prefix}q${o}`);
    });
    return `[${output}]`;
  }

  #input(args: string[]): string {
    this.inputs.push(...args);
    return `${this.#count++}:v`;
  }

  #still(spec: SegmentSpec, file: string): string {
    return this.#input(['-f', 'png_pipe', '-framerate', String(spec.fps), '-i', file]);
  }

  /**
   * Reads a copy; its first picture is then the one that is shown first, at time 0. Layers of a picture come and go
   * between key frames as well: `scale` follows its size, where ffmpeg would begin the whole graph anew and lose what is in
   * it.
   */
  #decode(spec: SegmentSpec, part: Cut, uses: number): string[] {
    const from = this.#input(['-reinit_filter', '0', '-threads', '1', '-f', 'matroska', '-i', part.file]);
    const halfFrame = 0.5 / spec.fps;
    const start = part.startS.toFixed(6);
    const trim =
      part.startS > 0 ? [`trim=start=${(part.startS - halfFrame).toFixed(6)}`, `setpts=round(PTS-${start}/TB)`] : [];
    if (uses === 1 && trim.length === 0) return [from];
    const labels = Array.from({ length: uses }, (_, use) => `d${this.#count - 1}u${use}`);
    const split = uses > 1 ? [`split=${uses}`] : [];
    this.chains.push(`[${from}]${[...trim, ...split].join(',')}${labels.map((label) => `[${label}]`).join('')}`);
    return labels;
  }

  #layer(spec: SegmentSpec, layer: Layer, name: string): string {
    const labels = layer.parts.map((part, p) => {
      const label = `${name}p${p}`;
      const from =
        part.kind === 'still' ? this.#still(spec, part.file) : (this.#shared.get(cutKey(part))?.shift() ?? 'missing');
      this.chains.push(`[${from}]${partFilters(spec, layer, part)}[${label}]`);
      return label;
    });
    const only = labels.length === 1 ? labels[0] : undefined;
    if (only !== undefined) return only;
    const all = labels.map((label) => `[${label}]`).join('');
    this.chains.push(`${all}concat=n=${labels.length}:v=1:a=0,${grid(spec)}[${name}]`);
    return name;
  }

  #overlay(spec: SegmentSpec, under: string, { file, x, y, shown }: Overlay, name: string): string {
    this.chains.push(`[${this.#still(spec, file)}]scale=${COLOUR},format=yuva420p[a${name}]`);
    this.chains.push(`[${under}][a${name}]overlay=${x}:${y}:format=yuv420:eof_action=repeat${enabled(shown)}[${name}]`);
    return name;
  }

  #border(under: string, { x, y, width, height, thickness, colour, shown }: Border, name: string): string {
    const box = `drawbox=${x}:${y}:${width}:${height}:${colour}:${thickness}`;
    this.chains.push(`[${under}]${box}${enabled(shown)}[${name}]`);
    return name;
  }

  /** Lays the layers, which do not overlap, on the canvas: each pixel is copied once, whatever their number. */
  #stack(spec: SegmentSpec, labels: readonly string[], prefix: string): string {
    const { width, height, background, layers } = spec;
    const [first] = layers;
    const [label = ''] = labels;
    const canvas = `${prefix}canvas`;
    if (!first) throw new Error('a segment needs at least one layer');
    if (layers.length === 1) {
      if (first.width === width && first.height === height) return label;
      this.chains.push(`[${label}]pad=${width}:${height}:${first.x}:${first.y}:${background},${grid(spec)}[${canvas}]`);
      return canvas;
    }
    const places = layers.map(({ x, y }) => `${x}_${y}`).join('|');
    const inputs = labels.map((name) => `[${name}]`).join('');
    this.chains.push(
      `${inputs}xstack=inputs=${layers.length}:layout=${places}:fill=${background},` +
        `pad=${width}:${height}:0:0:${background},${grid(spec)}[${canvas}]`,
    );
    return canvas;
  }
}

const cutKey = ({ file, startS }: Cut): string => `${startS} ${file}`;

/** Frame numbers in the graph count from the segment's first. */
function enabled(shown: Overlay['shown']): string {
  if (!shown) return '';
  return `:enable='${shown.map(([from, to]) => `between(n,${from},${to - 1})`).join('+') || '0'}'`;
}

const within = ({ x, y }: { x: number; y: number }, layer: Layer): boolean =>
  x >= layer.x && y >= layer.y && x < layer.x + layer.width && y < layer.y + layer.height;

/** Frames numbered from 0 on the grid, whatever rounding came before. */
const grid = ({ fps }: SegmentSpec): string => `settb=1/${fps},setpts=N`;

/**
 * Scaled before `fps`, so that a frame that stays on view is scaled once; after the trimming, so that frames which only
 * feed the decoder are not scaled at all. `tpad` holds the last picture where a track ends early.
 */
function partFilters(spec: SegmentSpec, layer: Layer, part: ShownPart): string {
  const hold = `tpad=stop_mode=clone:stop=-1,trim=end_frame=${part.frames},${grid(spec)}`;
  if (part.kind === 'still') return `${fit(spec, layer, COLOUR)},${hold}`;
  // The last frame of a copy has no duration, and `fps` drops an only frame that lasts no time: it is held first.
  const onGrid = `tpad=stop_mode=clone:stop_duration=1,fps=${spec.fps}:start_time=0:round=near`;
  return `${fit(spec, layer, part.plainColour === true ? '' : COLOUR)},${onGrid},${hold}`;
}

/**
 * Fills as much of the rectangle as the picture's aspect lets it. The size is found out by ffmpeg: pictures of a track
 * may be of any size. One that is larger by no more than `MAX_CROP` is cropped, and one that fits is left as it is.
 */
function fit(spec: SegmentSpec, { width, height, mayCrop }: Layer, colour: string): string {
  const crops = `lte(abs(iw-${width})\\,${(MAX_CROP * width).toFixed(2)})*lte(abs(ih-${height})\\,${(MAX_CROP * height).toFixed(2)})*gte(iw\\,${width})*gte(ih\\,${height})`;
  const aspect = `min(${width}/iw\\,${height}/ih)`;
  const scaled = (own: string): string => `2*max(1\\,trunc(${own}*${aspect}/2+0.001))`;
  const side = (own: string): string => (mayCrop === true ? `if(${crops}\\,${own}\\,${scaled(own)})` : scaled(own));
  const scale = [`w=${side('iw')}`, `h=${side('ih')}`, 'flags=bicubic', ...(colour === '' ? [] : [colour])].join(':');
  const crop = `crop=w=min(iw\\,${width}):h=min(ih\\,${height})`;
  const pad = `pad=${width}:${height}:floor((ow-iw)/4)*2:floor((oh-ih)/4)*2:${spec.letterbox}`;
  return `scale=${scale},format=yuv420p,${crop},${pad},setsar=1`;
}
