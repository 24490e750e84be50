import type { SpanReason, TimelineEvent } from '../../src-main/contract/timeline.ts';
import { tapSupport } from '../call/call.ts';
import type { NewConsumer } from '../call/signalling.ts';
import { canRecord } from './codecs.ts';
import { LastPackets } from './last-packets.ts';
import { recordedAs, Reencoders } from './reencoder.ts';
import { screenNumber, type LiveTrack, type StreamIds } from './stream-ids.ts';
import type { ToWorker, TrackInfo } from './worker-messages.ts';

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
  endedAtMs: number;
  /** When the call was lost, where it was. */
  lostAtMs?: number;
  /** Its peer was not there when the call was joined again. */
  absent?: true;
  /** Since when it is missed, milliseconds on the session clock, where that is not the last frame's time. */
  fromMs?: number;
}

/** Why a track ends where nothing is kept any more. */
const HOLD_WORDS = { paused: 'the recording was paused', loss: 'the disk could not follow' } as const;
/** The server's word of another layer and the picture's change come this close together. */
const LAYER_SWITCH_MS = 3000;
/** Who does not send again this long after the call was joined again has stopped sending. */
const COME_BACK_MS = 15_000;

/** Why a track ends: its producer was closed, the call was lost, its peer has gone, or the recording was stopped. */
export type Ending = 'producer' | 'reconnect' | 'gone' | 'stopped';

/** The tracks under way, by the consumers that they come from: each change of one goes on the timeline. */
export class LiveTracks {
  readonly #host: TrackHost;
  readonly #streamIds: StreamIds;
  readonly #tracks = new Map<string, LiveTrack>();
  readonly #reencoders: Reencoders;
  readonly #lastPackets: LastPackets;
  /** The last track of each stream and kind that ended and whose source may come back. */
  readonly #ended = new Map<string, Ended>();
  /** While nothing is kept (the recording is paused, the disk cannot follow): since when, ms on the session clock. */
  #heldAtMs: number | null = null;
  #heldFor: Extract<SpanReason, 'paused' | 'loss'> = 'paused';
  /** Tracks that this interrupted. */
  #interrupted: string[] = [];

  constructor(host: TrackHost, streamIds: StreamIds) {
    this.#host = host;
    this.#streamIds = streamIds;
    this.#reencoders = new Reencoders((message) => host.toWorker(message));
    this.#lastPackets = new LastPackets((trackId) => host.toWorker({ type: 'close-track', trackId }));
  }

  get consumerIds(): string[] {
    return [...this.#tracks.keys()];
  }

  /** Who sends something now. */
  get senders(): Set<string> {
    return new Set([...this.#tracks.values()].map(({ peerId }) => peerId));
  }

  consumerOf(trackId: string): string | null {
    for (const [consumerId, track] of this.#tracks) if (track.trackId === trackId) return consumerId;
    return null;
  }

  add(consumer: NewConsumer, receiver: RTCRtpReceiver, epochMs: number): void {
    const { kind, source, peerId } = consumer;
    const parameters = consumer.rtpParameters.codecs[0];
    const codec = (parameters?.mimeType.split('/')[1] ?? 'unknown').toLowerCase();
    const clockRate = parameters?.clockRate ?? (kind === 'video' ? 90_000 : 48_000);
    const isKept = canRecord(kind, codec);
    const media = isKept ? { codec, clockRate } : recordedAs(kind);
    const held = this.#heldAtMs !== null;
    const screens = [...this.#tracks.values()].filter((live) => live.peerId === peerId && live.source === 'screen');
    const screen = source === 'screen' ? screenNumber(kind, screens) : 0;
    const track: LiveTrack = {
      trackId: crypto.randomUUID(),
      streamId: this.#streamIds.get(peerId, source === 'screen' ? 'screen' : 'main', screen),
      peerId,
      kind,
      source,
      media: { ...media, channels: parameters?.channels ?? 1 },
      receiver,
      reencoded: !isKept,
      muted: consumer.producerPaused,
      held: held ? { trackId: null } : null,
      pausedAtMs: null,
      spatial: null,
      layersAtMs: null,
      resolutionAtMs: null,
      screen,
    };
    this.#tracks.set(consumer.consumerId, track);
    if (!isKept) this.#passThrough(receiver, track, codec);
    const info = held ? this.#info(track, epochMs, null) : this.#begin(track, epochMs);
    if (!isKept) return held ? undefined : this.#reencoders.begin(info, receiver);
    if (tapSupport() === 'script-transform') {
      this.#host.toWorker({ type: 'expect-track', info, held });
      receiver.transform = new RTCRtpScriptTransform(this.#host.worker, { trackId: track.trackId });
    } else {
      const { readable, writable } = (receiver as LegacyReceiver).createEncodedStreams();
      this.#host.toWorker({ type: 'track', info, held, readable, writable }, [readable, writable]);
    }
  }

  /** Its frames all go to their decoder; the timeline says that what is kept is not what was sent. */
  #passThrough(receiver: RTCRtpReceiver, { trackId, kind, peerId, media }: LiveTrack, codec: string): void {
    const message =
      `The ${kind} of ${peerId} is ${codec}, which cannot be kept as it is sent: ` +
      `it is encoded again, as ${media.codec}. Ask for another codec to have it as it is.`;
    this.#host.timeline({ type: 'warning', code: 'CODEC_REENCODED', track_id: trackId, message });
    if (tapSupport() === 'script-transform') return;
    const { readable, writable } = (receiver as LegacyReceiver).createEncodedStreams();
    readable.pipeTo(writable).catch((error: unknown) => console.warn('frames ended', String(error)));
  }

  /** Resolves when the files that the page itself makes are complete, and the others have what was on its way to them. */
  async filesEnded(): Promise<void> {
    await Promise.all([this.#reencoders.ended(), this.#lastPackets.ended()]);
  }

  pause(consumerId: string, paused: boolean): void {
    const track = this.#tracks.get(consumerId);
    if (!track || track.muted === paused) return;
    track.muted = paused;
    if (track.held) return;
    this.#host.toWorker({ type: 'pause-track', trackId: track.trackId, paused });
    if (paused) this.#beginPause(track);
    else {
      this.#host.timeline({ type: 'track-resumed', track_id: track.trackId });
      this.#endPause(track);
    }
  }

  /** From `atMs` on nothing is kept: every file ends here. */
  hold(atMs: number, reason: 'paused' | 'loss'): void {
    if (this.#heldAtMs !== null) return;
    this.#heldAtMs = atMs;
    this.#heldFor = reason;
    this.#lastPackets.closeNow();
    for (const track of this.#tracks.values()) {
      const { trackId } = track;
      this.#endPause(track);
      this.#host.timeline({ type: 'track-ended', track_id: trackId, reason: HOLD_WORDS[reason] });
      this.#reencoders.end(trackId);
      this.#host.toWorker({ type: 'hold-track', trackId });
      this.#interrupted.push(trackId);
      track.held = { trackId };
    }
    for (const { trackId, reason, fromMs, endedAtMs } of this.#ended.values()) {
      this.#span(trackId, reason, fromMs ?? endedAtMs, atMs);
      this.#interrupted.push(trackId);
    }
  }

  /** From `atMs` on everything that is sent is kept again, in files of its own. */
  release(epochMs: number, atMs: number): void {
    if (this.#heldAtMs === null) return;
    this.endHold(atMs);
    for (const ended of this.#ended.values()) ended.fromMs = atMs;
    for (const track of this.#tracks.values()) {
      this.#ended.delete(sourceKey(track));
      const heldId = track.trackId;
      track.held = null;
      track.trackId = crypto.randomUUID();
      const info = this.#begin(track, epochMs);
      if (track.reencoded) this.#reencoders.begin(info, track.receiver);
      else this.#host.toWorker({ type: 'continue-track', heldId, info });
    }
  }

  /** Puts the time in which nothing was kept on the timeline, up to `atMs`, for every track that it interrupted. */
  endHold(atMs: number): void {
    if (this.#heldAtMs === null) return;
    for (const trackId of this.#interrupted) this.#span(trackId, this.#heldFor, this.#heldAtMs, atMs);
    this.#heldAtMs = null;
    this.#interrupted = [];
  }

  layersChanged(consumerId: string, spatial: number | null, temporal: number | null): void {
    const track = this.#tracks.get(consumerId);
    if (!track || track.held) return;
    this.#host.timeline({ type: 'layer-switch', track_id: track.trackId, spatial, temporal });
    // More or fewer pictures a second are the same picture.
    if (spatial === track.spatial) return;
    track.spatial = spatial;
    track.layersAtMs = this.#host.sessionMs();
    this.#layerSwitch(track);
  }

  /** What a video track comes from. */
  pictureSourceOf(trackId: string): { receiver: RTCRtpReceiver; source: 'camera' | 'screen' } | null {
    const track = this.#byId(trackId);
    if (track?.kind !== 'video') return null;
    return { receiver: track.receiver, source: track.source === 'screen' ? 'screen' : 'camera' };
  }

  /** Tells the Worker how many frames a track's decoder has had. */
  async tellDecoded(trackId: string): Promise<void> {
    const stats = await this.#byId(trackId)?.receiver.getStats();
    for (const entry of stats?.values() ?? []) {
      const { type, framesDecoded: frames } = entry as RTCInboundRtpStreamStats;
      if (type === 'inbound-rtp' && frames !== undefined) this.#host.toWorker({ type: 'decoded', trackId, frames });
    }
  }

  #byId(trackId: string): LiveTrack | undefined {
    return [...this.#tracks.values()].find((candidate) => candidate.trackId === trackId);
  }

  /** The Worker saw another picture size. */
  resolution(trackId: string, width: number, height: number): void {
    this.#host.timeline({ type: 'resolution', track_id: trackId, width, height });
    const track = this.#byId(trackId);
    if (!track) return;
    track.resolutionAtMs = this.#host.sessionMs();
    this.#layerSwitch(track);
  }

  /** Puts a change of layer on the timeline once the server has said so and the picture has changed, whichever is first. */
  #layerSwitch(track: LiveTrack): void {
    const { layersAtMs, resolutionAtMs } = track;
    if (layersAtMs === null || resolutionAtMs === null) return;
    const [from, to] = [Math.min(layersAtMs, resolutionAtMs), Math.max(layersAtMs, resolutionAtMs)];
    // What is further apart has nothing to do with each other: a new layer of the same size, a sender that scales.
    if (to - from > LAYER_SWITCH_MS) {
      if (layersAtMs < resolutionAtMs) track.layersAtMs = null;
      else track.resolutionAtMs = null;
      return;
    }
    this.#span(track.trackId, 'layer-switch', from, Math.max(to, from + 1));
    [track.layersAtMs, track.resolutionAtMs] = [null, null];
  }

  /** @param lostAtMs where the call was lost: since when nothing was known of the track, ms on the session clock. */
  end(consumerId: string, reason: string, ending: Ending, lostAtMs?: number): void {
    const track = this.#tracks.get(consumerId);
    if (!track) return;
    this.#tracks.delete(consumerId);
    const wasMuted = track.pausedAtMs !== null;
    this.#endPause(track, lostAtMs);
    const recordedId = track.held ? track.held.trackId : track.trackId;
    const span = ending === 'reconnect' ? 'reconnect' : pauseReason(track);
    // A screen that is no longer shared is not missed.
    const isOver = ending === 'gone' || ending === 'stopped';
    if (isOver || (ending === 'producer' && track.source === 'screen')) this.#ended.delete(sourceKey(track));
    else if (recordedId !== null && !this.#isLive(sourceKey(track))) {
      const endedAtMs = this.#host.sessionMs();
      const ended: Ended = { trackId: recordedId, peerId: track.peerId, reason: span, endedAtMs };
      // Its last frame was before it was muted: what is missed since then is the mute's, until the call was lost.
      if (lostAtMs !== undefined) ended.lostAtMs = lostAtMs;
      if (wasMuted) ended.fromMs = lostAtMs ?? endedAtMs;
      this.#ended.set(sourceKey(track), ended);
    }
    if (!track.held) this.#host.timeline({ type: 'track-ended', track_id: track.trackId, reason });
    this.#reencoders.end(track.trackId);
    if (ending === 'producer' || ending === 'gone') this.#lastPackets.await(track.trackId);
    else this.#host.toWorker({ type: 'close-track', trackId: track.trackId });
  }

  /** Ends what a peer sent: what comes after its return is a new stay, no gap, unless it was the call that was lost. */
  endPeer(peerId: string, reason: string): void {
    for (const [consumerId, track] of this.#tracks) if (track.peerId === peerId) this.end(consumerId, reason, 'gone');
    for (const [key, ended] of this.#ended) {
      if (ended.peerId !== peerId) continue;
      if (ended.reason === 'reconnect') ended.absent = true;
      else this.#ended.delete(key);
    }
  }

  /** Whether another track of the same source is there already: a device was changed. */
  #isLive(key: string): boolean {
    return [...this.#tracks.values()].some((track) => sourceKey(track) === key);
  }

  /** What a new track goes on from; where its source stayed away after the call was back, that is said here. */
  #continued(track: LiveTrack): Ended | null {
    const key = sourceKey(track);
    const ended = this.#ended.get(key);
    this.#ended.delete(key);
    if (!ended) return null;
    const stayedAway = ended.reason === 'reconnect' && this.#host.sessionMs() - ended.endedAtMs > COME_BACK_MS;
    if (!stayedAway && !track.muted) return ended;
    const { trackId, peerId, reason, fromMs, endedAtMs, lostAtMs, absent } = ended;
    const missedFrom = fromMs ?? lostAtMs ?? endedAtMs;
    if (!stayedAway) {
      this.#span(trackId, reason, missedFrom);
      return null;
    }
    // A track that was lost with the call ended when that was joined again.
    this.#span(trackId, reason, missedFrom, endedAtMs);
    if (absent || track.source === 'screen') return null;
    if (track.muted) this.#span(trackId, pauseReason(track), endedAtMs);
    return track.muted ? null : { trackId, peerId, reason: pauseReason(track), endedAtMs, fromMs: endedAtMs };
  }

  /** A track's file begins: says so, and what it goes on from. */
  #begin(track: LiveTrack, epochMs: number): TrackInfo {
    const { trackId, kind, media } = track;
    this.#host.timeline({
      type: 'track-started',
      track_id: trackId,
      stream_id: track.streamId,
      peer_id: track.peerId,
      kind,
      source: track.source,
      codec: media.codec,
      clock_rate: media.clockRate,
      ...(kind === 'audio' ? { channels: media.channels } : {}),
      ...(track.muted ? { paused: true } : {}),
    });
    let continues = this.#continued(track);
    if (continues && track.reencoded) {
      // Nobody else sees its first frame: it begins now.
      this.#span(continues.trackId, continues.reason, continues.fromMs ?? continues.endedAtMs);
      continues = null;
    }
    if (track.muted) {
      this.#host.toWorker({ type: 'pause-track', trackId, paused: true });
      this.#beginPause(track);
    }
    return this.#info(track, epochMs, continues);
  }

  #info({ trackId, kind, source, media }: LiveTrack, epochMs: number, ended: Ended | null): TrackInfo {
    const continues = ended && {
      trackId: ended.trackId,
      reason: ended.reason,
      ...(ended.fromMs === undefined ? {} : { fromMs: ended.fromMs }),
    };
    return { trackId, kind, source, ...media, epochMs, continues };
  }

  #beginPause(track: LiveTrack): void {
    track.pausedAtMs = this.#host.sessionMs();
    this.#host.timeline({ type: 'track-paused', track_id: track.trackId, reason: pauseReason(track) });
  }

  #endPause(track: LiveTrack, atMs = this.#host.sessionMs()): void {
    if (track.pausedAtMs === null) return;
    this.#span(track.trackId, pauseReason(track), track.pausedAtMs, atMs);
    track.pausedAtMs = null;
  }

  #span(trackId: string, reason: SpanReason, fromMs: number, end = this.#host.sessionMs()): void {
    if (end > fromMs) this.#host.timeline({ type: 'span', track_id: trackId, reason, end }, fromMs);
  }
}

const sourceKey = ({ streamId, kind }: Pick<LiveTrack, 'streamId' | 'kind'>): string => `${kind} ${streamId}`;
const pauseReason = ({ kind }: LiveTrack): 'muted' | 'camera-off' => (kind === 'audio' ? 'muted' : 'camera-off');

/** Chromium's insertable streams from before the standard. */
interface LegacyReceiver extends RTCRtpReceiver {
  createEncodedStreams(): { readable: ReadableStream; writable: WritableStream };
}
