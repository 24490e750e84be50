import type { SpanReason, TimelineEvent } from '../../src-main/contract/timeline.ts';
import { tapSupport } from '../call/call.ts';
import type { NewConsumer } from '../call/signalling.ts';
import { canRecord } from './codecs.ts';
import type { LiveTrack, StreamIds } from './stream-ids.ts';
import type { ToWorker } from './worker-messages.ts';

/** A timeline event without its time, which is stamped by the session. */
export type Untimed<E = TimelineEvent> = E extends TimelineEvent ? Omit<E, 't'> : never;

/** What the tracks need of the session that they are part of. */
export interface TrackHost {
  worker: Worker;
  toWorker(message: ToWorker, transfer?: Transferable[]): void;
  /** Appends to the timeline, now or at `t` (ms on the session clock). */
  timeline(event: Untimed, t?: number): void;
  sessionMs(): number;
}

/** A track that is over, of a source that may come back; `reason` is for the time between. */
interface Ended {
  trackId: string;
  peerId: string;
  reason: Extract<SpanReason, 'muted' | 'camera-off' | 'reconnect'>;
}

/** Why a track ends: its producer was closed, the call was lost, or it is not to be missed. */
export type Ending = 'producer' | 'reconnect' | 'gone';

/** The tracks under way, by the consumers that they come from: each change of one goes on the timeline. */
export class LiveTracks {
  readonly #host: TrackHost;
  readonly #streamIds: StreamIds;
  readonly #tracks = new Map<string, LiveTrack>();
  /** The last track of each stream and kind that ended and whose source may come back. */
  readonly #ended = new Map<string, Ended>();

  constructor(host: TrackHost, streamIds: StreamIds) {
    this.#host = host;
    this.#streamIds = streamIds;
  }

  get consumerIds(): string[] {
    return [...this.#tracks.keys()];
  }

  consumerOf(trackId: string): string | null {
    for (const [consumerId, track] of this.#tracks) if (track.trackId === trackId) return consumerId;
    return null;
  }

  add(consumer: NewConsumer, receiver: RTCRtpReceiver, epochMs: number): void {
    const { kind, source, peerId } = consumer;
    const parameters = consumer.rtpParameters.codecs[0];
    const codec = (parameters?.mimeType.split('/')[1] ?? 'unknown').toLowerCase();
    if (!canRecord(kind, codec)) {
      const message = `The ${kind} of ${peerId} is ${codec}, which cannot be recorded; ask for another codec.`;
      this.#host.timeline({ type: 'warning', code: 'CODEC_NOT_RECORDED', message });
      return;
    }
    const track: LiveTrack = {
      trackId: crypto.randomUUID(),
      streamId: this.#streamIds.get(peerId, source === 'screen' ? 'screen' : 'main'),
      peerId,
      kind,
      source,
      pausedAtMs: null,
      layersAtMs: null,
    };
    this.#tracks.set(consumer.consumerId, track);
    const clockRate = parameters?.clockRate ?? (kind === 'video' ? 90_000 : 48_000);
    const channels = parameters?.channels ?? 1;
    this.#host.timeline({
      type: 'track-started',
      track_id: track.trackId,
      stream_id: track.streamId,
      peer_id: peerId,
      kind,
      source,
      codec,
      clock_rate: clockRate,
      ...(kind === 'audio' ? { channels } : {}),
      ...(consumer.producerPaused ? { paused: true } : {}),
    });
    const before = this.#ended.get(sourceKey(track));
    const continues = before ? { trackId: before.trackId, reason: before.reason } : null;
    this.#ended.delete(sourceKey(track));
    const info = { trackId: track.trackId, kind, source, codec, clockRate, channels, epochMs, continues };
    if (tapSupport() === 'script-transform') {
      this.#host.toWorker({ type: 'expect-track', info });
      receiver.transform = new RTCRtpScriptTransform(this.#host.worker, { trackId: track.trackId });
    } else {
      const { readable, writable } = (receiver as LegacyReceiver).createEncodedStreams();
      this.#host.toWorker({ type: 'track', info, readable, writable }, [readable, writable]);
    }
    if (consumer.producerPaused) this.pause(consumer.consumerId, true);
  }

  pause(consumerId: string, paused: boolean): void {
    const track = this.#tracks.get(consumerId);
    if (!track || (track.pausedAtMs !== null) === paused) return;
    this.#host.toWorker({ type: 'pause-track', trackId: track.trackId, paused });
    const track_id = track.trackId;
    if (paused) {
      track.pausedAtMs = this.#host.sessionMs();
      this.#host.timeline({ type: 'track-paused', track_id, reason: pauseReason(track) });
    } else {
      this.#host.timeline({ type: 'track-resumed', track_id });
      this.#endPause(track);
    }
  }

  layersChanged(consumerId: string, spatial: number | null, temporal: number | null): void {
    const track = this.#tracks.get(consumerId);
    if (!track) return;
    track.layersAtMs = this.#host.sessionMs();
    this.#host.timeline({ type: 'layer-switch', track_id: track.trackId, spatial, temporal });
  }

  /** The Worker saw another picture size. */
  resolution(trackId: string, width: number, height: number): void {
    this.#host.timeline({ type: 'resolution', track_id: trackId, width, height });
    const track = [...this.#tracks.values()].find((candidate) => candidate.trackId === trackId);
    if (!track || track.layersAtMs === null) return;
    this.#span(trackId, 'layer-switch', track.layersAtMs);
    track.layersAtMs = null;
  }

  end(consumerId: string, reason: string, ending: Ending): void {
    const track = this.#tracks.get(consumerId);
    if (!track) return;
    this.#tracks.delete(consumerId);
    this.#endPause(track);
    const span = ending === 'reconnect' ? 'reconnect' : pauseReason(track);
    // A screen that is no longer shared is not missed.
    if (ending === 'gone' || (ending === 'producer' && track.source === 'screen')) this.#ended.delete(sourceKey(track));
    else this.#ended.set(sourceKey(track), { trackId: track.trackId, peerId: track.peerId, reason: span });
    this.#host.timeline({ type: 'track-ended', track_id: track.trackId, reason });
    this.#host.toWorker({ type: 'close-track', trackId: track.trackId });
  }

  /** Ends what a peer sent: what comes after its return is a new stay, no gap, unless it was the call that was lost. */
  endPeer(peerId: string, reason: string): void {
    for (const [consumerId, track] of this.#tracks) if (track.peerId === peerId) this.end(consumerId, reason, 'gone');
    for (const [key, ended] of this.#ended) {
      if (ended.peerId === peerId && ended.reason !== 'reconnect') this.#ended.delete(key);
    }
  }

  #endPause(track: LiveTrack): void {
    if (track.pausedAtMs === null) return;
    this.#span(track.trackId, pauseReason(track), track.pausedAtMs);
    track.pausedAtMs = null;
  }

  #span(trackId: string, reason: SpanReason, fromMs: number): void {
    this.#host.timeline({ type: 'span', track_id: trackId, reason, end: this.#host.sessionMs() }, fromMs);
  }
}

const sourceKey = ({ streamId, kind }: Pick<LiveTrack, 'streamId' | 'kind'>): string => `${kind} ${streamId}`;
const pauseReason = ({ kind }: LiveTrack): 'muted' | 'camera-off' => (kind === 'audio' ? 'muted' : 'camera-off');

/** Chromium's insertable streams from before the standard. */
interface LegacyReceiver extends RTCRtpReceiver {
  createEncodedStreams(): { readable: ReadableStream; writable: WritableStream };
}
