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

/** A PNG with alpha on top of the layers. */
export interface Overlay {
  file: string;
  x: number;
  y: number;
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

  const [first] = spec.layers;
  const whole = spec.layers.length === 1 && first?.width === spec.width && first.height === spec.height;
  let output = whole ? (layerLabels[0] ?? 'canvas') : 'canvas';
  if (!whole) {
    const canvas = `color=c=${spec.background}:s=${spec.width}x${spec.height}:r=${spec.fps}`;
    chains.push(`${canvas},trim=end_frame=${spec.frames},format=yuv420p,${grid(spec)}[canvas]`);
    spec.layers.forEach((layer, l) => {
      chains.push(
        `[${output}][${layerLabels[l] ?? ''}]overlay=${layer.x}:${layer.y}:format=yuv420:eof_action=repeat[o${l}]`,
      );
      output = `o${l}`;
    });
  }
  spec.overlays.forEach((overlay, o) => {
    chains.push(`[${still(overlay.file)}]scale=${COLOUR},format=yuva420p[a${o}]`);
    chains.push(`[${output}][a${o}]overlay=${overlay.x}:${overlay.y}:format=yuv420:eof_action=repeat[q${o}]`);
    output = `q${o}`;
  });
  return { inputs, graph: chains.join(';\n'), output: `[${output}]` };
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
  return `${trim}${fit},fps=${spec.fps}:start_time=0:round=near,${hold}`;
}
