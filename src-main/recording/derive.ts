import type { ClockSample } from '../contract/capture.ts';
import { trackFile } from '../contract/ids.ts';
import type { SessionPeer, SessionStream, SessionTrack } from '../contract/session.ts';
import type { TimelineEvent } from '../contract/timeline.ts';
import { alignByCapture } from './capture-align.ts';
import { fitClock } from './clock-fit.ts';
import { clockSteps, unstepped, withoutSteps } from './clock-steps.ts';

/** What a track's file holds, from its `track-closed` event or, after a crash, from the file. */
export interface TrackContent {
  endFileMs: number;
  frames: number;
  keyFrames: number;
  lostFrames: number;
  width: number | null;
  height: number | null;
  sizeBytes: number;
}

/** Everything that is on disk of a session. */
export interface SessionEvidence {
  timeline: readonly TimelineEvent[];
  clocks: ReadonlyMap<string, readonly ClockSample[]>;
  contents: ReadonlyMap<string, TrackContent>;
  /** Folder and key segment of a peer id. */
  segment: (peerId: string) => string;
}

export interface DerivedSession {
  peers: SessionPeer[];
  streams: SessionStream[];
  tracks: SessionTrack[];
  /** Spans in which the recording was paused. */
  pauses: [number, number][];
  durationMs: number;
}

type TrackStarted = Extract<TimelineEvent, { type: 'track-started' }>;

/**
 * Peers, streams and tracks of a session from what is on disk: the same after an orderly stop and after a crash. Tracks
 * without a single frame are left out, and so are streams without tracks.
 */
export function deriveSession(evidence: SessionEvidence): DerivedSession {
  const { timeline } = evidence;
  const lastMs = timeline.reduce((latest, event) => Math.max(latest, event.t), 0);
  const arrived = timeline.flatMap((event) => {
    const track = event.type === 'track-started' ? deriveTrack(event, evidence) : null;
    return track ? [track] : [];
  });
  const tracks = alignByCapture(arrived, steady(evidence.clocks));
  const streams = deriveStreams(tracks, timeline);
  const durationMs = streams.reduce((latest, stream) => Math.max(latest, stream.end_ms), lastMs);
  return {
    peers: derivePeers(timeline, evidence.segment),
    streams,
    tracks,
    pauses: pauses(timeline, durationMs),
    durationMs,
  };
}

/** Samples as they would be had the server left the timestamps alone. */
function steady(clocks: SessionEvidence['clocks']): SessionEvidence['clocks'] {
  return new Map([...clocks].map(([id, samples]) => [id, withoutSteps(samples, clockSteps(samples))]));
}

/** Pauses of the whole recording; one that nothing ended lasts to its end. */
function pauses(timeline: readonly TimelineEvent[], endMs: number): [number, number][] {
  const spans: [number, number][] = [];
  let from: number | null = null;
  for (const event of timeline) {
    if (event.type === 'recording-paused') from ??= event.t;
    if (event.type !== 'recording-resumed' || from === null) continue;
    spans.push([from, event.t]);
    from = null;
  }
  if (from !== null && endMs > from) spans.push([from, endMs]);
  return spans;
}

function deriveTrack(started: TrackStarted, { timeline, clocks, contents }: SessionEvidence): SessionTrack | null {
  const { track_id } = started;
  const content = contents.get(track_id);
  if (!content || content.frames === 0) return null;
  // Without a single sample (a crash in the first second) the announcement is the best guess.
  const samples = clocks.get(track_id) ?? [];
  const steps = clockSteps(samples);
  const clock = fitClock(withoutSteps(samples, steps)) ?? { offset_ms: started.t, skew: 0 };
  const paused = pausedSpans(started, timeline);
  // The file's times are whole milliseconds.
  const damaged = timeline.flatMap((event): [number, number][] => {
    if (event.type !== 'span' || event.track_id !== track_id || !event.damaged_file_ms) return [];
    return [[Math.round(event.damaged_file_ms[0]), Math.round(event.damaged_file_ms[1])]];
  });
  const start_ms = Math.max(0, clock.offset_ms);
  const mediaEndMs = Math.max(start_ms, clock.offset_ms + (1 + clock.skew) * unstepped(steps, content.endFileMs));
  // A track that was muted when it ended was present to its end, in silence.
  const end_ms = paused.at(-1)?.[1] === Infinity ? mediaEndMs : Math.max(mediaEndMs, mutedTail(paused, mediaEndMs));
  return {
    track_id,
    stream_id: started.stream_id,
    peer_id: started.peer_id,
    kind: started.kind,
    source: started.source,
    codec: started.codec,
    clock_rate: started.clock_rate,
    channels: started.channels ?? null,
    file: trackFile(track_id),
    start_ms,
    end_ms,
    clock,
    frames: content.frames,
    key_frames: content.keyFrames,
    size_bytes: content.sizeBytes,
    width: content.width,
    height: content.height,
    paused: joinSpans([...paused, ...outages(started, mediaEndMs, timeline)]).filter(([, to]) => Number.isFinite(to)),
    ...(steps.length > 0 ? { steps } : {}),
    ...(damaged.length > 0 ? { damaged: joinSpans(damaged) } : {}),
    lost_frames: content.lostFrames,
  };
}

/**
 * Times within a video track in which no picture came, though its sender had not said that none would: an outage, a
 * stall, a loss. As in a pause, the last picture is not to be shown on through them.
 */
function outages(
  { track_id, kind }: TrackStarted,
  mediaEndMs: number,
  timeline: readonly TimelineEvent[],
): [number, number][] {
  if (kind === 'audio') return [];
  return timeline.flatMap((event): [number, number][] => {
    // What came after the track's end needs no hiding, and pictures that came but are damaged are left out one by one.
    if (event.type !== 'span' || event.track_id !== track_id || event.end > mediaEndMs) return [];
    if (event.damaged_file_ms) return [];
    return ['reconnect', 'stall', 'loss'].includes(event.reason) ? [[event.t, event.end]] : [];
  });
}

/** Spans in order of their beginning, those that touch joined. */
function joinSpans(spans: readonly [number, number][]): [number, number][] {
  const joined: [number, number][] = [];
  for (const [from, to] of [...spans].sort((a, b) => a[0] - b[0])) {
    const last = joined.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else joined.push([from, to]);
  }
  return joined;
}

/** The end of a pause that lasts beyond the last media, else 0. */
function mutedTail(paused: readonly [number, number][], mediaEndMs: number): number {
  const last = paused.at(-1);
  return last && last[1] > mediaEndMs && last[0] <= mediaEndMs + 1000 ? last[1] : 0;
}

/** Pauses of a track; one that nothing ended lasts to the track's end, or to Infinity where that is unknown. */
function pausedSpans(started: TrackStarted, timeline: readonly TimelineEvent[]): [number, number][] {
  const spans: [number, number][] = [];
  let from: number | null = started.paused ? started.t : null;
  for (const event of timeline) {
    if (!('track_id' in event) || event.track_id !== started.track_id) continue;
    if (event.type === 'track-paused') from ??= event.t;
    if ((event.type === 'track-resumed' || event.type === 'track-ended') && from !== null) {
      spans.push([from, event.t]);
      from = null;
    }
  }
  if (from !== null) spans.push([from, Infinity]);
  return spans;
}

function deriveStreams(tracks: readonly SessionTrack[], timeline: readonly TimelineEvent[]): SessionStream[] {
  const ids = new Set(timeline.flatMap((event) => (event.type === 'track-started' ? [event.stream_id] : [])));
  return [...ids].flatMap((stream_id) => {
    const own = tracks.filter((track) => track.stream_id === stream_id);
    const first = own[0];
    if (!first) return [];
    const hasVideo = own.some((track) => track.kind === 'video');
    return [
      {
        stream_id,
        peer_id: first.peer_id,
        type: first.source === 'screen' ? 'screen' : hasVideo ? 'regular' : 'audio',
        start_ms: Math.min(...own.map((track) => track.start_ms)),
        end_ms: Math.max(...own.map((track) => track.end_ms)),
        track_ids: own.map((track) => track.track_id),
      },
    ];
  });
}

function derivePeers(timeline: readonly TimelineEvent[], segment: (peerId: string) => string): SessionPeer[] {
  const peers = new Map<string, SessionPeer>();
  for (const event of timeline) {
    if (event.type === 'peer-joined') {
      const known = peers.get(event.peer_id);
      const { peer_id, display_name } = event;
      const joined_ms = known?.joined_ms ?? event.t;
      const device = event.device ?? known?.device ?? null;
      peers.set(peer_id, { peer_id, display_name, device, segment: segment(peer_id), joined_ms, left_ms: null });
    } else if (event.type === 'peer-renamed' || event.type === 'peer-left') {
      const peer = peers.get(event.peer_id);
      if (peer && event.type === 'peer-renamed') {
        peer.display_name = event.display_name;
        peer.device = event.device ?? peer.device;
      }
      if (peer && event.type === 'peer-left') peer.left_ms = event.t;
    }
  }
  return [...peers.values()];
}
