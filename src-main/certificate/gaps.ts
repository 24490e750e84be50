import { MAX_GAPS, type Gap, type GapReason } from '../contract/certificate.ts';
import type { SessionTrack } from '../contract/session.ts';
import type { TimelineEvent } from '../contract/timeline.ts';

/** Session milliseconds, [from, to]. */
export type Span = readonly [from: number, to: number];

/** What a track's own packets say of when it has media. */
export interface TrackMedia {
  track: SessionTrack;
  /** Times without media between its first packet and its last one. */
  holes: readonly Span[];
  /** From its first packet to the end of its last one; null where it has none. */
  media: Span | null;
}

/** Shorter ones nobody sees or hears: a few lost packets, the jitter of a camera. */
const MIN_GAP_MS = { audio: 100, video: 500 };
/** How much of a gap a reason must cover to be its reason. */
const MIN_COVER = 0.25;

/** The gaps of a file's tracks inside [from, to) of the session, each with the reason that covers most of it. Pure. */
export function findGaps(
  tracks: readonly TrackMedia[],
  timeline: readonly TimelineEvent[],
  within: Span,
): { gaps: Gap[]; more_gaps: number } {
  const gaps = tracks.flatMap(({ track, holes, media }): Gap[] => {
    const reasons = reasonsOf(track, timeline);
    const named = (span: Span, otherwise: GapReason): Gap[] => {
      const [from, to] = [Math.max(span[0], within[0]), Math.min(span[1], within[1])];
      if (to - from < MIN_GAP_MS[track.kind]) return [];
      return [
        {
          track_id: track.track_id,
          from_ms: round(from),
          to_ms: round(to),
          reason: reasonOf([from, to], reasons, otherwise),
        },
      ];
    };
    if (media === null) return named(within, 'not-sent');
    return [
      ...named([within[0], media[0]], 'not-started'),
      // A shared screen that does not change sends nothing, and nothing is missing.
      ...(track.source === 'screen' && track.kind === 'video' ? [] : holes.flatMap((hole) => named(hole, 'not-sent'))),
      ...named([media[1], within[1]], 'ended'),
    ];
  });
  gaps.sort((a, b) => a.from_ms - b.from_ms || a.track_id.localeCompare(b.track_id));
  return { gaps: gaps.slice(0, MAX_GAPS), more_gaps: Math.max(0, gaps.length - MAX_GAPS) };
}

interface Reason {
  span: Span;
  reason: GapReason;
}

function reasonsOf(track: SessionTrack, timeline: readonly TimelineEvent[]): Reason[] {
  const reasons: Reason[] = track.paused.map((span) => ({
    span,
    reason: track.kind === 'audio' ? 'muted' : 'camera-off',
  }));
  let lost: number | null = null;
  let paused: number | null = null;
  for (const event of timeline) {
    if (event.type === 'span' && event.track_id === track.track_id)
      reasons.push({ span: [event.t, event.end], reason: event.reason });
    if (event.type === 'recording-paused') paused ??= event.t;
    if (event.type === 'recording-resumed' && paused !== null) {
      reasons.push({ span: [paused, event.t], reason: 'paused' });
      paused = null;
    }
    if (event.type === 'disconnected') lost ??= event.t;
    if (event.type === 'reconnected') {
      reasons.push({ span: [lost ?? event.t - event.gap_ms, event.t], reason: 'reconnect' });
      lost = null;
    }
  }
  if (paused !== null) reasons.push({ span: [paused, Infinity], reason: 'paused' });
  if (lost !== null) reasons.push({ span: [lost, Infinity], reason: 'reconnect' });
  return reasons;
}

function reasonOf([from, to]: Span, reasons: readonly Reason[], otherwise: GapReason): GapReason {
  const covers = new Map<GapReason, number>();
  for (const { span, reason } of reasons) {
    const covered = Math.min(to, span[1]) - Math.max(from, span[0]);
    if (covered > 0) covers.set(reason, (covers.get(reason) ?? 0) + covered);
  }
  const [best] = [...covers].sort((a, b) => b[1] - a[1]);
  return best && best[1] >= MIN_COVER * (to - from) ? best[0] : otherwise;
}

const round = (ms: number): number => Math.round(ms * 10) / 10;
