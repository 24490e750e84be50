import type { Session, SessionStream } from '../contract/session.ts';
import type { TimelineEvent } from '../contract/timeline.ts';
import type { CompositeRange } from './intervals.ts';

/** Frames of the composite, [from, to). */
export type FrameSpan = readonly [from: number, to: number];

/** When a tile carries what; spans in order, apart from each other. */
export interface Badges {
  muted: FrameSpan[];
  speaking: FrameSpan[];
  reconnecting: FrameSpan[];
}

/** Session milliseconds. */
type Span = readonly [from: number, to: number];

/** A badge that comes and goes faster than this only flickers. */
const MIN_MS = 400;
const MIN_RECONNECT_MS = 1000;

/** The badges of every stream's tile. Pure. */
export function planBadges(
  session: Session,
  timeline: readonly TimelineEvent[],
  range: CompositeRange,
  fps: number,
): Map<string, Badges> {
  const frame = (ms: number): number => Math.round(((ms - range.startMs) * fps) / 1000);
  const frames = (spans: readonly Span[], minMs: number): FrameSpan[] =>
    joined(spans, minMs)
      .map(([from, to]): FrameSpan => [Math.max(0, frame(from)), frame(Math.min(to, range.endMs))])
      .filter(([from, to]) => to > from);
  const lost = disconnections(timeline, range.endMs);
  return new Map(
    session.streams.map((stream) => {
      const person = stream.type !== 'screen';
      const badges: Badges = {
        muted: person ? frames(mutedSpans(session, stream), MIN_MS) : [],
        speaking: person ? frames(speakingSpans(timeline, stream.peer_id, range.endMs), MIN_MS) : [],
        reconnecting: frames([...lost, ...reconnectSpans(timeline, stream)], MIN_RECONNECT_MS),
      };
      return [stream.stream_id, badges];
    }),
  );
}

/** The part of spans inside [from, to), counted from `from`. */
export function sliceSpans(spans: readonly FrameSpan[], from: number, to: number): FrameSpan[] {
  return spans.flatMap(([a, b]): FrameSpan[] => {
    const [first, last] = [Math.max(a, from), Math.min(b, to)];
    return last > first ? [[first - from, last - from]] : [];
  });
}

/** While no microphone of the stream is on: it is muted, or there is none. */
function mutedSpans(session: Session, stream: SessionStream): Span[] {
  let muted: Span[] = [[stream.start_ms, stream.end_ms]];
  for (const track of session.tracks) {
    if (track.stream_id !== stream.stream_id || track.kind !== 'audio') continue;
    const on = track.paused.reduce<Span[]>((spans, pause) => without(spans, pause), [[track.start_ms, track.end_ms]]);
    muted = on.reduce(without, muted);
  }
  return muted;
}

function without(spans: readonly Span[], [from, to]: Span): Span[] {
  return spans.flatMap(([a, b]): Span[] => {
    if (to <= a || from >= b) return [[a, b]];
    return (
      [
        [a, from],
        [to, b],
      ] as const
    ).filter(([x, y]) => y > x);
  });
}

function speakingSpans(timeline: readonly TimelineEvent[], peerId: string, endMs: number): Span[] {
  const spans: Span[] = [];
  let since: number | null = null;
  for (const event of timeline) {
    if (event.type !== 'active-speaker') continue;
    if (event.peer_id === peerId) since ??= event.t;
    else if (since !== null) {
      spans.push([since, event.t]);
      since = null;
    }
  }
  return since === null ? spans : [...spans, [since, endMs]];
}

/** While the recorder itself had no connection, nothing came from anybody. */
function disconnections(timeline: readonly TimelineEvent[], endMs: number): Span[] {
  const spans: Span[] = [];
  const since = new Map<string, number>();
  for (const event of timeline) {
    // Without signalling alone the media goes on.
    if (event.type === 'disconnected' && event.what !== 'signalling' && !since.has(event.what))
      since.set(event.what, event.t);
    if (event.type !== 'reconnected' || event.what === 'signalling') continue;
    spans.push([since.get(event.what) ?? event.t - event.gap_ms, event.t]);
    since.delete(event.what);
  }
  return [...spans, ...[...since.values()].map((from): Span => [from, endMs])];
}

function reconnectSpans(timeline: readonly TimelineEvent[], { track_ids }: SessionStream): Span[] {
  return timeline.flatMap((event): Span[] =>
    event.type === 'span' && event.reason === 'reconnect' && track_ids.includes(event.track_id)
      ? [[event.t, event.end]]
      : [],
  );
}

/** In order; those that nearly touch made one, and those that are too short left out. */
function joined(spans: readonly Span[], minMs: number): Span[] {
  const result: [number, number][] = [];
  for (const [from, to] of [...spans].sort((a, b) => a[0] - b[0])) {
    const last = result.at(-1);
    if (last && from - last[1] < MIN_MS) last[1] = Math.max(last[1], to);
    else result.push([from, to]);
  }
  return result.filter(([from, to]) => to - from >= minMs);
}
