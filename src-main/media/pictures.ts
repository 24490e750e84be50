import { assignTicks } from './ticks.ts';
import type { CutPlan, FrameIndex } from './video-track.ts';

/** What the plan needs of a track. */
export interface PictureTrack {
  index: FrameIndex;
  /** End of the last frame, session time in milliseconds. */
  endMs: number;
  /** Spans in which the sender had muted it, session time in milliseconds. */
  paused: readonly (readonly [number, number])[];
  /** A camera that sends nothing for long is as good as off; a shared screen may rest. */
  isCamera: boolean;
}

/** An output's frame grid. */
export interface Grid {
  /** Session time of tick 0, milliseconds. */
  startMs: number;
  fps: number;
  /** Number of ticks: the output's frames. */
  ticks: number;
}

/** What a stream shows in [from, to), ticks: one picture format of one track, or (null) its card. */
export interface PicturePart {
  from: number;
  to: number;
  /** Index into the tracks given. */
  track: number | null;
}

/** A stream's pictures on a grid: which part is when, and each track's frames in ticks. */
export interface PicturePlan {
  /** Covers [0, ticks) without a gap, in order. */
  parts: PicturePart[];
  frameTicks: Int32Array[];
}

/** A camera without a frame for this long counts as off from then on. */
const STALL_MS = 5000;
/** Frames may come this much before the signalling says that the sender has resumed. */
const RESUME_EARLY_MS = 500;

/** Plans what to show of a stream's video tracks, which are in the order of their start; the newest picture wins. */
export function planPictures(tracks: readonly PictureTrack[], grid: Grid): PicturePlan {
  const tick = (ms: number): number => ((ms - grid.startMs) * grid.fps) / 1000;
  const frameTicks = tracks.map(({ index }) => assignTicks(Float64Array.from(index.timesMs, tick)));
  let parts: PicturePart[] = grid.ticks > 0 ? [{ from: 0, to: grid.ticks, track: null }] : [];
  tracks.forEach((track, i) => {
    for (const shown of shownSpans(track, frameTicks[i] ?? new Int32Array(), tick)) {
      parts = lay(parts, { ...shown, track: i }, grid.ticks);
    }
  });
  return { parts, frameTicks };
}

interface Span {
  from: number;
  to: number;
}

/** The spans in which a track has a picture, cut where its format changes. */
function shownSpans(track: PictureTrack, ticks: Int32Array, tick: (ms: number) => number): Span[] {
  const { timesMs, keys, formats, damaged } = track.index;
  const spans: Span[] = [];
  let current: Span | null = null;
  const endTick = Math.round(tick(track.endMs));
  let pause = 0;
  const close = (to: number): void => {
    if (current && to > current.from) spans.push({ from: current.from, to });
    current = null;
  };
  let decodable = false;
  let format: number | undefined;
  for (let i = 0; i < ticks.length; i++) {
    decodable ||= keys[i] === 1;
    // The picture before damaged ones stays on view.
    if (!decodable || damaged[i] === 1) continue;
    const time = timesMs[i] ?? 0;
    const before = i > 0 ? (timesMs[i - 1] ?? time) : time;
    while (pause < track.paused.length && (track.paused[pause]?.[1] ?? 0) - RESUME_EARLY_MS <= time) {
      close(Math.round(tick(track.paused[pause]?.[0] ?? 0)));
      pause++;
    }
    if ((track.paused[pause]?.[0] ?? Number.POSITIVE_INFINITY) <= time) {
      close(Math.round(tick(track.paused[pause]?.[0] ?? 0)));
      continue;
    }
    // After the pauses: one that explains the gap began before it counts as a stall.
    if (track.isCamera && time - before > STALL_MS) close(Math.round(tick(before + STALL_MS)));
    if (current && formats[i] !== format) close(ticks[i] ?? 0);
    format = formats[i];
    current ??= { from: ticks[i] ?? 0, to: 0 };
  }
  const lastPause = track.paused[pause]?.[0];
  close(Math.max(lastPause === undefined ? endTick : Math.min(endTick, Math.round(tick(lastPause))), 0));
  return spans;
}

/** Puts a part over the parts there are. */
function lay(parts: readonly PicturePart[], over: PicturePart, ticks: number): PicturePart[] {
  const from = Math.max(0, over.from);
  const to = Math.min(ticks, over.to);
  if (to <= from) return [...parts];
  const before = parts.filter((part) => part.from < from).map((part) => ({ ...part, to: Math.min(part.to, from) }));
  const after = parts.filter((part) => part.to > to).map((part) => ({ ...part, from: Math.max(part.from, to) }));
  return [...before, { ...over, from, to }, ...after];
}

/** The parts of a plan inside [from, to), clipped. */
export function sliceParts(parts: readonly PicturePart[], from: number, to: number): PicturePart[] {
  return parts
    .filter((part) => part.from < to && part.to > from)
    .map((part) => ({ ...part, from: Math.max(part.from, from), to: Math.min(part.to, to) }));
}

/** Which frames of a track show [from, to), and where in their copy tick `from` lies. */
export interface Cut extends CutPlan {
  /** Ticks from the copy's first frame to tick `from`. */
  start: number;
}

/**
 * Plans the copy of a track's frames that show [from, to): from the last key frame at or before the frame on view at
 * `from`. That frame is moved to `from` itself; those before it only feed the decoder.
 */
export function planCut(index: FrameIndex, ticks: Int32Array, from: number, to: number): Cut | null {
  const firstKey = index.keys.indexOf(1);
  if (firstKey < 0) return null;
  let shown = Math.max(firstKey, lastAtOrBefore(ticks, from));
  while (shown > firstKey && index.damaged[shown] === 1) shown--;
  // What is shown from `from` on may come a little later: the part began with it.
  let firstFrame = shown;
  while (firstFrame > firstKey && index.keys[firstFrame] !== 1) firstFrame--;
  let endFrame = shown + 1;
  while (endFrame < ticks.length && (ticks[endFrame] ?? 0) < to && index.formats[endFrame] === index.formats[shown])
    endFrame++;
  const base = firstFrame === shown ? from : Math.min(ticks[firstFrame] ?? from, from - 1);
  const relative: number[] = [];
  for (let i = firstFrame; i < endFrame; i++) {
    const own = ticks[i] ?? from;
    const at = i < shown ? Math.min(own, from - 1) : i === shown ? from : own;
    relative.push(at - base);
  }
  return { firstFrame, endFrame, ticks: relative, start: from - base };
}

/** Index of the last of ascending ticks that is not beyond `tick`; -1 for none. */
function lastAtOrBefore(ticks: Int32Array, tick: number): number {
  let [low, high] = [0, ticks.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ticks[middle] ?? 0) <= tick) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
