import type { CaptureCommand, CaptureMessage } from '../../src-main/contract/capture.ts';
import type { TimelineEvent } from '../../src-main/contract/timeline.ts';
import { Call, tapSupport, type CallListener } from '../call/call.ts';
import { MediasoupDemoSignalling } from '../call/mediasoup-demo.ts';
import { JoinError, type NewConsumer, type RemotePeer } from '../call/signalling.ts';
import { StreamIds, type LiveTrack } from './stream-ids.ts';
import { nowMs, type FromWorker, type ToWorker } from './worker-messages.ts';

type StartCommand = Extract<CaptureCommand, { type: 'start' }>;
/** A timeline event without its time, which is stamped here. */
type Untimed<E = TimelineEvent> = E extends TimelineEvent ? Omit<E, 't'> : never;

/** Waits between attempts to join again, in seconds; the last one repeats until the recording is stopped. */
const REJOIN_DELAYS_S = [0.5, 1, 2, 4, 8, 15];

/**
 * One recording on the page's side: joins, follows who is there, gives each consumer a track in the Worker, and tells
 * main what happens. A lost call is joined again; peers and sources go on with their streams.
 */
export class CaptureSession {
  readonly #worker: Worker;
  #start: StartCommand | null = null;
  #call: Call | null = null;
  #streamIds = new StreamIds([]);
  /** Unix milliseconds at session time 0: the first track. */
  #epochMs: number | null = null;
  readonly #peers = new Map<string, RemotePeer>();
  /** By consumer id. */
  readonly #tracks = new Map<string, LiveTrack>();
  #lostAtMs: number | null = null;
  #stopping = false;

  constructor(worker: Worker) {
    this.#worker = worker;
  }

  handleWorker(message: FromWorker): void {
    switch (message.type) {
      case 'command':
        if (message.command.type === 'start') void this.#begin(message.command);
        else if (message.command.type === 'stop') this.#stop();
        return;
      case 'key-frame-wanted':
        return this.#requestKeyFrame(message.trackId, message.reason);
      case 'resolution': {
        const { trackId, width, height } = message;
        return this.#timeline({ type: 'resolution', track_id: trackId, width, height });
      }
      case 'all-closed':
        this.#call?.leave();
        return this.#toMain({ type: 'stopped', t: this.#sessionMs() });
    }
  }

  /** Tells main that this page cannot go on. */
  fail(details: string): void {
    this.#toMain({ type: 'failed', code: 'CAPTURE_FAILED', message: 'The capture page failed.', details });
  }

  async #begin(command: StartCommand): Promise<void> {
    this.#start = command;
    this.#epochMs = command.epochMs;
    this.#streamIds = new StreamIds(command.streams);
    this.#toWorker({ type: 'configure', keyFrameIntervalS: command.keyFrameIntervalS });
    try {
      await this.#join(command);
    } catch (error) {
      this.#toMain({
        type: 'failed',
        code: error instanceof JoinError ? error.code : 'CAPTURE_FAILED',
        message: error instanceof Error ? error.message : String(error),
        details: error instanceof Error && error.cause instanceof Error ? error.cause.message : undefined,
      });
    }
  }

  async #join(command: StartCommand): Promise<void> {
    const listener = this.#callListener();
    const call = new Call(
      (signallingListener) => new MediasoupDemoSignalling(command.signallingUrl, command.peerId, signallingListener),
      listener,
    );
    this.#call = call;
    const peers = await call.join(command.displayName);
    this.#toMain({ type: 'joined', atMs: nowMs(), peers });
    this.#replacePeers(peers);
  }

  /** Who is there after joining; after joining again, also who has gone meanwhile. */
  #replacePeers(peers: readonly RemotePeer[]): void {
    const ids = new Set(peers.map((peer) => peer.peerId));
    for (const peerId of [...this.#peers.keys()]) if (!ids.has(peerId)) this.#peerLeft(peerId);
    for (const peer of peers) this.#peerJoined(peer);
    this.#presence();
  }

  #callListener(): CallListener {
    return {
      peerJoined: (peer) => {
        this.#peerJoined(peer);
        this.#presence();
      },
      peerLeft: (peerId) => {
        this.#peerLeft(peerId);
        this.#presence();
      },
      peerRenamed: (peerId, displayName) => {
        const peer = this.#peers.get(peerId);
        if (peer) this.#peers.set(peerId, { ...peer, displayName });
        this.#timeline({ type: 'peer-renamed', peer_id: peerId, display_name: displayName });
      },
      activeSpeaker: (peerId) => this.#timeline({ type: 'active-speaker', peer_id: peerId }),
      consumerAdded: (consumer, receiver) => this.#consumerAdded(consumer, receiver),
      consumerFailed: ({ peerId, kind }, reason) =>
        this.#toMain({
          type: 'warning',
          code: 'NOT_RECEIVED',
          message: `The ${kind} of ${this.#peers.get(peerId)?.displayName ?? peerId} cannot be received and is not recorded: ${reason}`,
        }),
      consumerClosed: (consumerId) => this.#endTrack(consumerId, 'the producer was closed'),
      consumerPaused: (consumerId) => this.#pauseTrack(consumerId, true),
      consumerResumed: (consumerId) => this.#pauseTrack(consumerId, false),
      layersChanged: (consumerId, spatial, temporal) => {
        const track = this.#tracks.get(consumerId);
        if (track) this.#timeline({ type: 'layer-switch', track_id: track.trackId, spatial, temporal });
      },
      lost: (what, reason) => void this.#rejoin(what, reason),
    };
  }

  /** The epoch is the first track: from then on there is a session. */
  #startClock(): number {
    if (this.#epochMs === null) {
      this.#epochMs = Math.floor(nowMs());
      this.#toMain({ type: 'epoch', epochMs: this.#epochMs });
      for (const peer of this.#peers.values()) this.#sayJoined(peer);
    }
    return this.#epochMs;
  }

  #consumerAdded(consumer: NewConsumer, receiver: RTCRtpReceiver): void {
    const epochMs = this.#startClock();
    // Some servers announce a consumer before its peer.
    if (!this.#peers.has(consumer.peerId)) {
      this.#peerJoined({ peerId: consumer.peerId, displayName: consumer.peerId, device: null });
    }
    const parameters = consumer.rtpParameters.codecs[0];
    const track: LiveTrack = {
      trackId: crypto.randomUUID(),
      streamId: this.#streamIds.get(consumer.peerId, consumer.source === 'screen' ? 'screen' : 'main'),
      peerId: consumer.peerId,
      kind: consumer.kind,
    };
    this.#tracks.set(consumer.consumerId, track);
    const codec = (parameters?.mimeType.split('/')[1] ?? 'unknown').toLowerCase();
    const clockRate = parameters?.clockRate ?? (consumer.kind === 'video' ? 90_000 : 48_000);
    const channels = parameters?.channels ?? 1;
    this.#timeline({
      type: 'track-started',
      track_id: track.trackId,
      stream_id: track.streamId,
      peer_id: consumer.peerId,
      kind: consumer.kind,
      source: consumer.source,
      codec,
      clock_rate: clockRate,
      ...(consumer.kind === 'audio' ? { channels } : {}),
      ...(consumer.producerPaused ? { paused: true } : {}),
    });
    const info = { trackId: track.trackId, kind: consumer.kind, codec, clockRate, channels, epochMs };
    if (tapSupport() === 'script-transform') {
      this.#toWorker({ type: 'expect-track', info });
      receiver.transform = new RTCRtpScriptTransform(this.#worker, { trackId: track.trackId });
    } else {
      const { readable, writable } = (receiver as LegacyReceiver).createEncodedStreams();
      this.#toWorker({ type: 'track', info, readable, writable }, [readable, writable]);
    }
    if (consumer.producerPaused) this.#pauseTrack(consumer.consumerId, true);
  }

  #pauseTrack(consumerId: string, paused: boolean): void {
    const track = this.#tracks.get(consumerId);
    if (!track) return;
    this.#toWorker({ type: 'pause-track', trackId: track.trackId, paused });
    const reason = track.kind === 'audio' ? 'muted' : 'camera-off';
    this.#timeline(
      paused
        ? { type: 'track-paused', track_id: track.trackId, reason }
        : { type: 'track-resumed', track_id: track.trackId },
    );
  }

  #endTrack(consumerId: string, reason: string): void {
    const track = this.#tracks.get(consumerId);
    if (!track) return;
    this.#tracks.delete(consumerId);
    this.#timeline({ type: 'track-ended', track_id: track.trackId, reason });
    this.#toWorker({ type: 'close-track', trackId: track.trackId });
  }

  #peerJoined(peer: RemotePeer): void {
    const known = this.#peers.has(peer.peerId);
    this.#peers.set(peer.peerId, peer);
    if (this.#epochMs !== null && !known) this.#sayJoined(peer);
  }

  #sayJoined({ peerId, displayName, device }: RemotePeer): void {
    this.#timeline({
      type: 'peer-joined',
      peer_id: peerId,
      display_name: displayName,
      ...(device === null ? {} : { device }),
    });
  }

  #peerLeft(peerId: string): void {
    for (const [consumerId, track] of this.#tracks) {
      if (track.peerId === peerId) this.#endTrack(consumerId, 'the peer left');
    }
    if (this.#peers.delete(peerId)) this.#timeline({ type: 'peer-left', peer_id: peerId });
  }

  /** Joins again with backoff until it works or the recording is stopped; what still arrives is recorded meanwhile. */
  async #rejoin(what: 'signalling' | 'ice', reason: string): Promise<void> {
    this.#lostAtMs ??= nowMs();
    const lostAtMs = this.#lostAtMs;
    this.#timeline({ type: 'disconnected', what, details: reason });
    const old = this.#call;
    const oldTracks = [...this.#tracks.keys()];
    for (let attempt = 0; !this.#stopping && this.#start; attempt += 1) {
      const delayS = REJOIN_DELAYS_S[Math.min(attempt, REJOIN_DELAYS_S.length - 1)] ?? 15;
      await new Promise((resolve) => setTimeout(resolve, delayS * 1000));
      if (this.#stopping) break;
      try {
        await this.#join(this.#start);
      } catch (error) {
        console.warn(`joining again failed (attempt ${attempt + 1})`, error);
        continue;
      }
      for (const consumerId of oldTracks) this.#endTrack(consumerId, `the call was joined again: ${reason}`);
      this.#lostAtMs = null;
      this.#timeline({ type: 'reconnected', what, gap_ms: nowMs() - lostAtMs });
      break;
    }
    old?.leave();
  }

  #requestKeyFrame(trackId: string, reason: 'periodic' | 'start' | 'stall'): void {
    const entry = [...this.#tracks].find(([, track]) => track.trackId === trackId);
    if (!entry || !this.#call) return;
    this.#timeline({ type: 'key-frame-requested', track_id: trackId, reason });
    this.#call
      .requestKeyFrame(entry[0])
      .catch((error: unknown) => console.warn('the server refused a key-frame request', error));
  }

  #stop(): void {
    if (this.#stopping) return;
    this.#stopping = true;
    for (const consumerId of [...this.#tracks.keys()]) this.#endTrack(consumerId, 'the recording was stopped');
    this.#toWorker({ type: 'close-all' });
  }

  #presence(): void {
    this.#toMain({ type: 'presence', peers: this.#peers.size });
  }

  #sessionMs(): number {
    // Tenths of a millisecond: all that the clock is good for.
    return this.#epochMs === null ? 0 : Math.max(0, Math.round((nowMs() - this.#epochMs) * 10) / 10);
  }

  /** Before the first track there is no session and so no timeline. */
  #timeline(event: Untimed): void {
    if (this.#epochMs === null) return;
    this.#toMain({ type: 'timeline', event: { ...event, t: this.#sessionMs() } });
  }

  #toMain(message: CaptureMessage): void {
    this.#toWorker({ type: 'forward', message });
  }

  #toWorker(message: ToWorker, transfer: Transferable[] = []): void {
    this.#worker.postMessage(message, transfer);
  }
}

/** Chromium's insertable streams from before the standard. */
interface LegacyReceiver extends RTCRtpReceiver {
  createEncodedStreams(): { readable: ReadableStream; writable: WritableStream };
}
