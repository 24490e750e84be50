import type { TrackStats } from '../contract/capture.ts';
import type { TrackHealth } from '../contract/events.ts';
import type { LivePeer, LiveTrack } from '../contract/live.ts';
import type { TimelineEvent } from '../contract/timeline.ts';

type MutableTrack = LiveTrack & { previousBytes: number; previousFrames: number };

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
      const { bytes, width, height, lostFrames, level, lastKeyFrameMs } = stats;
      Object.assign(track, { bytes, width, height, lostFrames, level, lastKeyFrameMs });
    }
  }

  /** A copy for the window. */
  view(): LivePeer[] {
    return [...this.#peers.values()].map(({ peerId, displayName, present, streams }) => ({
      peerId,
      displayName,
      present,
      streams: streams.map(({ streamId, screen, tracks }) => ({
        streamId,
        type: screen ? 'screen' : tracks.some((track) => track.kind === 'video') ? 'regular' : 'audio',
        tracks: tracks.map(({ previousBytes: _bytes, previousFrames: _frames, ...track }) => track),
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
