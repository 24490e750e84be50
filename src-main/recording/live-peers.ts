import type { ClockSample, TrackStats } from '../contract/capture.ts';
import type { PeerHealth, TrackHealth } from '../contract/events.ts';
import type { LivePeer, LiveTrack } from '../contract/live.ts';
import type { TimelineEvent } from '../contract/timeline.ts';

type MutableTrack = LiveTrack & { previousBytes: number; previousFrames: number; delay: Delay };

/** How much later than at best a track's frames arrive. */
interface Delay {
  /** The least that arrival was behind the file's time, milliseconds. */
  leastMs: number;
  /** Beyond that, at the last sample. */
  excessMs: number | null;
}

/** Clocks of senders and ours drift apart by up to about this much a second, which is no delay. */
const DRIFT_MS_PER_S = 0.1;

interface MutableStream {
  streamId: string;
  screen: boolean;
  tracks: MutableTrack[];
}

interface MutablePeer {
  peerId: string;
  displayName: string;
  present: boolean;
  streams: MutableStream[];
}

/** Who is in the call and what arrives from them, for the window; follows the timeline and the tracks' numbers. */
export class LivePeers {
  readonly #peers = new Map<string, MutablePeer>();
  readonly #tracks = new Map<string, MutableTrack>();
  /** Bytes captured so far, over all tracks. */
  capturedBytes = 0;
  /** Since when the recording is paused, milliseconds on the session clock; null while it is not. */
  pausedAtMs: number | null = null;
  /** Frames that never arrived, over all tracks. */
  lostFrames = 0;

  apply(event: TimelineEvent): void {
    switch (event.type) {
      case 'peer-joined':
        Object.assign(this.#peer(event.peer_id), { displayName: event.display_name, present: true });
        return;
      case 'peer-renamed':
        this.#peer(event.peer_id).displayName = event.display_name;
        return;
      case 'peer-left':
        this.#peer(event.peer_id).present = false;
        return;
      case 'track-started':
        return this.#startTrack(event);
      case 'track-paused':
      case 'track-resumed': {
        const track = this.#tracks.get(event.track_id);
        if (track) track.paused = event.type === 'track-paused';
        return;
      }
      case 'track-ended':
        return this.#endTrack(event.track_id);
      case 'recording-paused':
        this.pausedAtMs = event.t;
        return;
      case 'recording-resumed':
        this.pausedAtMs = null;
        return;
      default:
        return;
    }
  }

  /** Takes a second's numbers. */
  stats(list: readonly TrackStats[]): void {
    for (const stats of list) {
      const track = this.#tracks.get(stats.trackId);
      if (!track) continue;
      track.bitrateBps = Math.max(0, stats.bytes - track.previousBytes) * 8;
      track.fps = track.kind === 'video' ? Math.max(0, stats.frames - track.previousFrames) : null;
      this.capturedBytes += Math.max(0, stats.bytes - track.previousBytes);
      track.previousBytes = stats.bytes;
      track.previousFrames = stats.frames;
      const { bytes, width, height, frames, lostFrames, level, lastKeyFrameMs } = stats;
      this.lostFrames += Math.max(0, lostFrames - track.lostFrames);
      Object.assign(track, { bytes, width, height, frames, lostFrames, level, lastKeyFrameMs });
    }
  }

  /** Takes a sample of a track's clock, about one a second. */
  clock(trackId: string, { fileMs, arrivalMs }: ClockSample): void {
    const delay = this.#tracks.get(trackId)?.delay;
    if (!delay) return;
    const nowMs = arrivalMs - fileMs;
    delay.leastMs = Math.min(delay.leastMs + DRIFT_MS_PER_S, nowMs);
    delay.excessMs = nowMs - delay.leastMs;
  }

  /** A copy for the window. */
  view(): LivePeer[] {
    return [...this.#peers.values()].map(({ peerId, displayName, present, streams }) => ({
      peerId,
      displayName,
      present,
      avSkewMs: avSkew(streams),
      streams: streams.map(({ streamId, screen, tracks }) => ({
        streamId,
        type: screen ? 'screen' : tracks.some((track) => track.kind === 'video') ? 'regular' : 'audio',
        tracks: tracks.map(({ previousBytes: _bytes, previousFrames: _frames, delay: _delay, ...track }) => track),
      })),
    }));
  }

  /** The tracks under way, as `--json` tells of them. */
  health(): TrackHealth[] {
    return this.view().flatMap(({ peerId, streams }) =>
      streams.flatMap(({ tracks }) =>
        tracks.map((track) => ({
          track_id: track.trackId,
          peer_id: peerId,
          kind: track.kind,
          codec: track.codec,
          paused: track.paused,
          bytes: track.bytes,
          bitrate_bps: track.bitrateBps,
          fps: track.fps,
          width: track.width,
          height: track.height,
          lost_frames: track.lostFrames,
          last_key_frame_ms: track.lastKeyFrameMs ?? null,
          level: track.level,
        })),
      ),
    );
  }

  /** The people, as `--json` tells of them. */
  peerHealth(): PeerHealth[] {
    return [...this.#peers.values()]
      .filter(({ present }) => present)
      .map(({ peerId, streams }) => ({ peer_id: peerId, av_skew_ms: avSkew(streams) }));
  }

  displayName(peerId: string): string {
    return this.#peers.get(peerId)?.displayName ?? peerId;
  }

  #peer(peerId: string): MutablePeer {
    let peer = this.#peers.get(peerId);
    if (!peer) {
      peer = { peerId, displayName: peerId, present: true, streams: [] };
      this.#peers.set(peerId, peer);
    }
    return peer;
  }

  #startTrack(event: Extract<TimelineEvent, { type: 'track-started' }>): void {
    const peer = this.#peer(event.peer_id);
    let stream = peer.streams.find((candidate) => candidate.streamId === event.stream_id);
    if (!stream) {
      stream = { streamId: event.stream_id, screen: event.source === 'screen', tracks: [] };
      peer.streams.push(stream);
    }
    const track: MutableTrack = {
      trackId: event.track_id,
      kind: event.kind,
      codec: event.codec,
      paused: event.paused ?? false,
      bytes: 0,
      bitrateBps: 0,
      fps: event.kind === 'video' ? 0 : null,
      width: null,
      height: null,
      lostFrames: 0,
      level: null,
      previousBytes: 0,
      previousFrames: 0,
      delay: { leastMs: Infinity, excessMs: null },
    };
    stream.tracks.push(track);
    this.#tracks.set(event.track_id, track);
  }

  #endTrack(trackId: string): void {
    this.#tracks.delete(trackId);
    for (const peer of this.#peers.values()) {
      for (const stream of peer.streams) stream.tracks = stream.tracks.filter((track) => track.trackId !== trackId);
      peer.streams = peer.streams.filter((stream) => stream.tracks.length > 0);
    }
  }
}

/** Of microphone and camera: a screen has its sound seldom, and rests often. */
function avSkew(streams: readonly MutableStream[]): number | null {
  const tracks = streams.find(({ screen }) => !screen)?.tracks ?? [];
  const excess = (kind: LiveTrack['kind']): number | null =>
    tracks.findLast((track) => track.kind === kind && !track.paused)?.delay.excessMs ?? null;
  const [sound, picture] = [excess('audio'), excess('video')];
  return sound === null || picture === null ? null : Math.round(picture - sound);
}
