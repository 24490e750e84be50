import type { Session, SessionStream } from '../contract/session.ts';
import type { TimelineEvent } from '../contract/timeline.ts';

/** Someone or something that has a place in the picture. */
export interface Tile {
  streamId: string;
  peerId: string;
  source: 'main' | 'screen';
  /** The peer's display name at that time. */
  name: string;
}

/** A stretch in which the same tiles are there, in frames of the composite: [from, to). */
export interface Interval {
  from: number;
  to: number;
  /** In the order in which they first came; empty while nobody is in the call. */
  tiles: Tile[];
  /** The active speaker, where the SFU named one. */
  speakerId: string | null;
  /** The recording was paused: nobody is in the picture, wherever they were. */
  paused?: true;
}

/** Session milliseconds, [from, to]. */
type Span = readonly [number, number];

export interface CompositeRange {
  startMs: number;
  endMs: number;
}

/** A share that pauses for less than this keeps its tile. */
const SCREEN_GAP_MS = 1000;

/** From the first stream's start to the last one's end; null for a session without media. */
export function compositeRange(session: Session): CompositeRange | null {
  if (session.streams.length === 0) return null;
  return {
    // A recording that began with the recorder's joining shows how long nobody was there.
    startMs: session.settings.start === 'join' ? 0 : Math.min(...session.streams.map(({ start_ms }) => start_ms)),
    endMs: Math.max(...session.streams.map(({ end_ms }) => end_ms)),
  };
}

/** Who is in the picture when: intervals that cover the whole composite, boundaries on its frames. */
export function planIntervals(
  session: Session,
  timeline: readonly TimelineEvent[],
  range: CompositeRange,
  fps: number,
  withoutPeers: ReadonlySet<string> = new Set(),
): Interval[] {
  const frame = (ms: number): number => Math.round(((ms - range.startMs) * fps) / 1000);
  const total = Math.max(1, frame(range.endMs));
  const streams = session.streams
    .filter(({ peer_id }) => !withoutPeers.has(peer_id))
    .sort((a, b) => a.start_ms - b.start_ms)
    .map((stream) => ({
      stream,
      spans: streamSpans(session, stream, timeline).map(([a, b]): Span => [frame(a), frame(b)]),
    }));
  const names = nameChanges(timeline);
  const speakers = steadySpeakers(timeline.filter((event) => !isSpeechOf(event, withoutPeers)));
  const pauses = (session.pauses ?? []).map(([a, b]): Span => [frame(a), frame(b)]);
  const cuts = [
    ...pauses.flat(),
    ...streams.flatMap(({ spans }) => spans.flat()),
    ...[...names.values()].flat().map(({ t }) => frame(t)),
    ...speakers.map(({ t }) => frame(t)),
  ].filter((cut) => cut > 0 && cut < total);
  const boundaries = [...new Set([0, ...cuts, total])].sort((a, b) => a - b);

  const intervals: Interval[] = [];
  boundaries.slice(0, -1).forEach((from, i) => {
    const to = boundaries[i + 1] ?? total;
    if (pauses.some(([a, b]) => a <= from && b >= to)) {
      intervals.push({ from, to, tiles: [], speakerId: null, paused: true });
      return;
    }
    const atMs = range.startMs + (from * 1000) / fps + 0.5000001 * (1000 / fps);
    const tiles = streams
      .filter(({ spans }) => spans.some(([a, b]) => a <= from && b >= to))
      .map(({ stream }) => tileOf(stream, nameAt(session, names, stream.peer_id, atMs)));
    const speakerId = speakers.findLast(({ t }) => frame(t) <= from)?.peerId ?? null;
    intervals.push({ from, to, tiles, speakerId });
  });
  return intervals;
}

/** Whoever is left out does not become the large picture, and is no reason for another one to. */
const isSpeechOf = (event: TimelineEvent, peers: ReadonlySet<string>): boolean =>
  event.type === 'active-speaker' && event.peer_id !== null && peers.has(event.peer_id);

interface SpeakerChange {
  t: number;
  peerId: string;
}

/** Who speaks for less than this (a cough, a "yes") does not become the large picture. */
export const SPEAKER_HOLD_MS = 1500;

/**
 * The changes of speaker that are worth a change of picture, each at the time at which the speaker began. In silence the
 * last one stays.
 */
export function steadySpeakers(timeline: readonly TimelineEvent[]): SpeakerChange[] {
  const named = timeline.flatMap((event): SpeakerChange[] =>
    event.type === 'active-speaker' && event.peer_id !== null ? [{ t: event.t, peerId: event.peer_id }] : [],
  );
  const changes: SpeakerChange[] = [];
  named.forEach((change, i) => {
    const next = named.slice(i + 1).find(({ peerId }) => peerId !== change.peerId);
    const holds = (next?.t ?? Infinity) - change.t >= SPEAKER_HOLD_MS;
    if (changes.at(-1)?.peerId !== change.peerId && (holds || changes.length === 0)) changes.push(change);
  });
  return changes;
}

/** Joins neighbours between which nothing changes that `key` sees (a grid does not care who speaks). */
export function mergeIntervals(intervals: readonly Interval[], key: (interval: Interval) => string): Interval[] {
  const merged: Interval[] = [];
  for (const interval of intervals) {
    const last = merged.at(-1);
    if (last && key(last) === key(interval)) last.to = interval.to;
    else merged.push({ ...interval });
  }
  return merged;
}

/** When a stream has its tile: a person while in the call, a shared screen while it is shared. */
function streamSpans(session: Session, stream: SessionStream, timeline: readonly TimelineEvent[]): Span[] {
  const whole: Span = [stream.start_ms, stream.end_ms];
  const spans = stream.type === 'screen' ? sharedSpans(session, stream) : [whole];
  return absences(stream.peer_id, timeline).reduce(subtract, spans);
}

function sharedSpans(session: Session, stream: SessionStream): Span[] {
  const tracks = session.tracks
    .filter((track) => track.stream_id === stream.stream_id)
    .sort((a, b) => a.start_ms - b.start_ms);
  const spans: [number, number][] = [];
  for (const { start_ms: start, end_ms: end } of tracks) {
    const last = spans.at(-1);
    if (last && start - last[1] < SCREEN_GAP_MS) last[1] = Math.max(last[1], end);
    else spans.push([start, end]);
  }
  return spans;
}

/** From each leaving of a peer to its coming back; the last leaving needs none, as its streams end there. */
function absences(peerId: string, timeline: readonly TimelineEvent[]): Span[] {
  const spans: Span[] = [];
  let left: number | null = null;
  for (const event of timeline) {
    if (event.type === 'peer-left' && event.peer_id === peerId) left ??= event.t;
    const back = event.type === 'peer-joined' || event.type === 'track-started';
    if (left !== null && back && event.peer_id === peerId) {
      spans.push([left, event.t]);
      left = null;
    }
  }
  return spans;
}

function subtract(spans: Span[], [from, to]: Span): Span[] {
  return spans.flatMap(([a, b]): Span[] => {
    if (to <= a || from >= b) return [[a, b]];
    return [[a, from] as const, [to, b] as const].filter(([x, y]) => y > x);
  });
}

const tileOf = (stream: SessionStream, name: string): Tile => ({
  streamId: stream.stream_id,
  peerId: stream.peer_id,
  source: stream.type === 'screen' ? 'screen' : 'main',
  name,
});

type NameChanges = Map<string, { t: number; name: string }[]>;

function nameChanges(timeline: readonly TimelineEvent[]): NameChanges {
  const changes: NameChanges = new Map();
  for (const event of timeline) {
    if (event.type !== 'peer-joined' && event.type !== 'peer-renamed') continue;
    const own = changes.get(event.peer_id) ?? [];
    const last = own.at(-1);
    // An id stands for a name that is not known yet: the name is shown from the beginning.
    if (last?.name === event.peer_id) last.name = event.display_name;
    if (own.at(-1)?.name !== event.display_name) own.push({ t: event.t, name: event.display_name });
    changes.set(event.peer_id, own);
  }
  return changes;
}

function nameAt(session: Session, changes: NameChanges, peerId: string, ms: number): string {
  const own = changes.get(peerId) ?? [];
  const known = own.findLast(({ t }) => t <= ms) ?? own[0];
  return known?.name ?? session.peers.find(({ peer_id }) => peer_id === peerId)?.display_name ?? '';
}
