import type { CaptureCommand } from '../contract/capture.ts';
import type { Emit } from '../contract/events.ts';
import type { StreamType } from '../contract/session.ts';
import type { MediaKind, TimelineEvent } from '../contract/timeline.ts';

interface StreamState {
  peerId: string;
  screen: boolean;
  video: boolean;
  openTracks: Set<string>;
}

/** Follows the timeline and tells what of it people and other programs want to hear, with streams in place of tracks. */
export class Announcer {
  readonly #emit: Emit;
  readonly #streams = new Map<string, StreamState>();
  readonly #streamOfTrack = new Map<string, { streamId: string; kind: MediaKind }>();

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  /** Every stream so far, for a capture page that goes on with them. */
  get streams(): Extract<CaptureCommand, { type: 'start' }>['streams'] {
    return [...this.#streams].map(([streamId, { peerId, screen }]) => ({
      peerId,
      type: screen ? 'screen' : 'main',
      streamId,
    }));
  }

  /** Tracks under way: `[track id, what it is]`. */
  get openTracks(): [string, { streamId: string; kind: MediaKind }][] {
    return [...this.#streamOfTrack];
  }

  apply(event: TimelineEvent): void {
    const { t } = event;
    switch (event.type) {
      case 'peer-joined':
        return this.#emit({ event: 'peer-joined', t, peer_id: event.peer_id, display_name: event.display_name });
      case 'peer-renamed':
        return this.#emit({ event: 'peer-renamed', t, peer_id: event.peer_id, display_name: event.display_name });
      case 'peer-left':
        return this.#emit({ event: 'peer-left', t, peer_id: event.peer_id });
      case 'recording-paused':
        return this.#emit({ event: 'paused', t });
      case 'recording-resumed':
        return this.#emit({ event: 'resumed', t });
      case 'track-started':
        return this.#streamTrackStarted(event);
      case 'track-ended':
        return this.#streamTrackEnded(event.track_id, t);
      case 'warning':
        return this.#emit({ event: 'warning', code: event.code, message: event.message, t });
      case 'disconnected':
        return this.#emit({
          event: 'warning',
          code: 'DISCONNECTED',
          message:
            event.what === 'capture'
              ? 'The part of Rollcall that captures stopped working; it is started again.'
              : `The ${event.what === 'ice' ? 'media' : event.what} connection was lost; connecting again.`,
          t,
        });
      case 'reconnected':
        return this.#emit({
          event: 'warning',
          code: 'RECONNECTED',
          message: `Connected again after ${(event.gap_ms / 1000).toFixed(1)} s.`,
          t,
        });
      default:
        return;
    }
  }

  #streamTrackStarted(event: Extract<TimelineEvent, { type: 'track-started' }>): void {
    const { t, peer_id, stream_id, track_id } = event;
    let stream = this.#streams.get(stream_id);
    if (!stream) {
      stream = { peerId: peer_id, screen: event.source === 'screen', video: false, openTracks: new Set() };
      this.#streams.set(stream_id, stream);
    }
    const first = stream.openTracks.size === 0;
    stream.video ||= event.kind === 'video';
    stream.openTracks.add(track_id);
    this.#streamOfTrack.set(track_id, { streamId: stream_id, kind: event.kind });
    // Microphone and camera are announced apart; until the camera is, the stream counts as `regular` all the same.
    if (first)
      this.#emit({ event: 'stream-started', t, peer_id, stream_id, type: stream.screen ? 'screen' : 'regular' });
  }

  #streamTrackEnded(trackId: string, t: number): void {
    const streamId = this.#streamOfTrack.get(trackId)?.streamId;
    const stream = streamId === undefined ? undefined : this.#streams.get(streamId);
    if (streamId === undefined || !stream) return;
    this.#streamOfTrack.delete(trackId);
    stream.openTracks.delete(trackId);
    if (stream.openTracks.size > 0) return;
    const type: StreamType = stream.screen ? 'screen' : stream.video ? 'regular' : 'audio';
    this.#emit({ event: 'stream-ended', t, peer_id: stream.peerId, stream_id: streamId, type });
  }
}
