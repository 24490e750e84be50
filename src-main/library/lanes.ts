import type { Lane, LaneSpan, SessionLanes } from '../contract/lanes.ts';
import type { Session, SessionOutput, SessionStream } from '../contract/session.ts';
import type { SpanReason, TimelineEvent } from '../contract/timeline.ts';

/** Spans of one reason that are closer than this are drawn as one. */
const JOIN_WITHIN_MS = 40;
/** A change of layer is no trouble of the recording: it is in the timeline, not on a lane. */
const SHOWN: ReadonlySet<SpanReason> = new Set(['muted', 'camera-off', 'loss', 'stall', 'reconnect', 'paused']);

/** The lanes of a session, from its manifest and timeline. Pure. */
export function sessionLanes(session: Session, events: readonly TimelineEvent[]): SessionLanes {
  const durationMs = Math.max(
    session.duration_ms ?? 0,
    ...events.map(({ t }) => t),
    ...session.streams.map(({ end_ms }) => end_ms),
  );
  const gaps = reconnects(events, durationMs);
  const lanes = session.peers.flatMap((peer): Lane[] => {
    const presence = presenceOf(peer.peer_id, events, durationMs);
    const base = {
      peerId: peer.peer_id,
      name: peer.display_name || peer.peer_id,
      presence: presence.length > 0 ? presence : [[peer.joined_ms, peer.left_ms ?? durationMs] as [number, number]],
    };
    const streams = session.streams.filter(({ peer_id }) => peer_id === peer.peer_id);
    if (streams.length === 0) {
      return [{ ...base, laneId: peer.peer_id, type: null, file: null, media: [0, 0], spans: gaps }];
    }
    return streams.map((stream) => ({
      ...base,
      laneId: stream.stream_id,
      type: stream.type,
      file: fileOf(session.outputs, stream),
      media: [stream.start_ms, stream.end_ms],
      spans: spansOf(stream, events, gaps),
    }));
  });
  return { durationMs, lanes };
}

function fileOf(outputs: readonly SessionOutput[], stream: SessionStream): Lane['file'] {
  const output = outputs.find(({ stream_id, state }) => stream_id === stream.stream_id && state === 'done');
  if (output === undefined) return null;
  const { output_id: outputId, file: path, start_ms: startMs, duration_ms: durationMs, width } = output;
  return { outputId, path, startMs, durationMs, hasPicture: width !== null };
}

function presenceOf(peerId: string, events: readonly TimelineEvent[], endMs: number): [number, number][] {
  const spans: [number, number][] = [];
  let since: number | null = null;
  for (const event of events) {
    if (event.type === 'peer-joined' && event.peer_id === peerId) since ??= event.t;
    if (event.type !== 'peer-left' || event.peer_id !== peerId || since === null) continue;
    spans.push([since, event.t]);
    since = null;
  }
  return since === null ? spans : [...spans, [since, endMs]];
}

/** While the recorder itself had no connection, nothing came from anybody. */
function reconnects(events: readonly TimelineEvent[], endMs: number): LaneSpan[] {
  const spans: LaneSpan[] = [];
  const since = new Map<string, number>();
  for (const event of events) {
    if (event.type === 'disconnected' && !since.has(event.what)) since.set(event.what, event.t);
    if (event.type !== 'reconnected') continue;
    const fromMs = since.get(event.what) ?? event.t - event.gap_ms;
    since.delete(event.what);
    spans.push({ fromMs, toMs: event.t, reason: 'reconnect' });
  }
  for (const fromMs of since.values()) spans.push({ fromMs, toMs: endMs, reason: 'reconnect' });
  return joined(spans);
}

function spansOf(stream: SessionStream, events: readonly TimelineEvent[], gaps: readonly LaneSpan[]): LaneSpan[] {
  const spans: LaneSpan[] = [...gaps];
  for (const trackId of stream.track_ids) {
    let open: LaneSpan | null = null;
    for (const event of events) {
      if (!('track_id' in event) || event.track_id !== trackId) continue;
      if (event.type === 'span') spans.push({ fromMs: event.t, toMs: event.end, reason: event.reason });
      if (event.type === 'track-paused') open ??= { fromMs: event.t, toMs: stream.end_ms, reason: event.reason };
      if (event.type === 'track-started' && event.paused === true) {
        open = { fromMs: event.t, toMs: stream.end_ms, reason: event.kind === 'audio' ? 'muted' : 'camera-off' };
      }
      if ((event.type === 'track-resumed' || event.type === 'track-ended') && open !== null) {
        spans.push({ ...open, toMs: event.t });
        open = null;
      }
    }
    if (open !== null) spans.push(open);
  }
  return joined(spans.filter(({ reason }) => SHOWN.has(reason)));
}

/** In order, with those of the same reason that touch made one. */
function joined(spans: readonly LaneSpan[]): LaneSpan[] {
  const result: LaneSpan[] = [];
  const last = new Map<SpanReason, LaneSpan>();
  for (const span of [...spans].sort((a, b) => a.fromMs - b.fromMs)) {
    const before = last.get(span.reason);
    if (before !== undefined && span.fromMs <= before.toMs + JOIN_WITHIN_MS) {
      before.toMs = Math.max(before.toMs, span.toMs);
      continue;
    }
    const copy = { ...span };
    last.set(span.reason, copy);
    result.push(copy);
  }
  return result.filter(({ fromMs, toMs }) => toMs > fromMs);
}
