import type { CaptureCommand, CaptureMessage } from '../../src-main/contract/capture.ts';
import { Call, type CallListener } from '../call/call.ts';
import { MediasoupDemoSignalling } from '../call/mediasoup-demo.ts';
import { JoinError, type RemotePeer } from '../call/signalling.ts';
import { LivePictures } from './live-pictures.ts';
import { LiveTracks, type Untimed } from './live-tracks.ts';
import { StreamIds } from './stream-ids.ts';
import { nowMs, slept, type FromWorker, type KeyFrameReason, type ToWorker } from './worker-messages.ts';

type StartCommand = Extract<CaptureCommand, { type: 'start' }>;

/** What other recorders of this kind say of themselves, see `MediasoupDemoSignalling.join`. */
const RECORDER_DEVICE = 'Rollcall recorder';
/** Waits between attempts to join again, in seconds; the last one repeats until the recording is stopped. */
const REJOIN_DELAYS_S = [0.5, 1, 2, 3, 5];
/** A longer message of the chat is cut: as long as the contract takes them (UTF-16 code units). */
const MAX_CHAT_TEXT = 16_384;
/** After joining again an empty room counts as empty only then: the others have to come back as well. */
const RETURN_MS = 15_000;

/**
 * One recording on the page's side: joins, follows who is there, gives each consumer a track in the Worker, and tells
 * main what happens. A lost call is joined again; peers and sources go on with their streams.
 */
export class CaptureSession {
  readonly #worker: Worker;
  #start: StartCommand | null = null;
  #call: Call | null = null;
  /** Unix milliseconds at session time 0: the first track. */
  #epochMs: number | null = null;
  readonly #peers = new Map<string, RemotePeer>();
  #tracks: LiveTracks;
  readonly #pictures: LivePictures;
  /** While the call is lost: since when, Unix milliseconds. */
  #lostAtMs: number | null = null;
  /** While media cannot come over a call that is there. */
  #linkDownAtMs: number | null = null;
  #rejoinedAtMs: number | null = null;
  /** While it waits to join again: ends the wait. */
  #retryNow: (() => void) | null = null;
  #presenceTimer: ReturnType<typeof setTimeout> | undefined;
  #stopping = false;
  /** The recording is paused: nothing that is sent is kept. */
  #paused = false;
  /** The disk cannot follow: nothing is taken in until it can again. */
  #overloaded = false;
  /** Who spoke last while it was paused; undefined: nothing was said of it. */
  #speakerId: string | null | undefined;

  constructor(worker: Worker) {
    this.#worker = worker;
    this.#tracks = this.#newTracks([]);
    this.#pictures = new LivePictures({
      sourceOf: (trackId) => this.#tracks.pictureSourceOf(trackId),
      send: (trackId, jpeg) => this.#toWorker({ type: 'picture', trackId, jpeg }),
    });
  }

  handleWorker(message: FromWorker): void {
    switch (message.type) {
      case 'command':
        if (message.command.type === 'start') void this.#begin(message.command);
        else if (message.command.type === 'stop') this.#stop();
        else if (message.command.type === 'pause') this.#setPaused(true);
        else if (message.command.type === 'resume') this.#setPaused(false);
        else if (message.command.type === 'watch') this.#pictures.watch(message.command.trackIds);
        else if (message.command.type === 'wake') this.#wake(message.command.sleptMs);
        return;
      case 'key-frame-wanted':
        return this.#requestKeyFrame(message.trackId, message.reason);
      case 'resolution':
        return this.#tracks.resolution(message.trackId, message.width, message.height);
      case 'decoded-wanted':
        void this.#tracks.tellDecoded(message.trackId);
        return;
      case 'overloaded':
        return this.#setOverloaded(message.overloaded);
      case 'all-closed':
        this.#call?.leave();
        return this.#toMain({ type: 'stopped', t: this.#sessionMs() });
    }
  }

  /** The network is another one, or is back: nothing waits for time-outs and backoffs. */
  networkChanged(): void {
    this.#retryNow?.();
    if (this.#lostAtMs === null) this.#call?.networkChanged();
  }

  #wake(sleptMs: number): void {
    slept(sleptMs);
    if (sleptMs > 0) {
      const message = `This computer slept for ${Math.round(sleptMs / 1000)} s: nothing of that time could be captured.`;
      this.#timeline({ type: 'warning', code: 'SLEPT', message });
    }
    this.networkChanged();
  }

  /** Tells main that this page cannot go on. */
  fail(details: string): void {
    this.#toMain({ type: 'failed', code: 'CAPTURE_FAILED', message: 'The capture page failed.', details });
  }

  #newTracks(streams: StartCommand['streams']): LiveTracks {
    const host = {
      worker: this.#worker,
      toWorker: (message: ToWorker, transfer?: Transferable[]) => this.#toWorker(message, transfer),
      timeline: (event: Untimed, t?: number) => this.#timeline(event, t),
      sessionMs: () => this.#sessionMs(),
    };
    return new LiveTracks(host, new StreamIds(streams));
  }

  async #begin(command: StartCommand): Promise<void> {
    this.#start = command;
    this.#epochMs = command.epochMs;
    this.#tracks = this.#newTracks(command.streams);
    this.#paused = command.paused;
    if (command.paused) this.#tracks.hold(this.#sessionMs(), 'paused');
    this.#toWorker({ type: 'configure', keyFrameIntervalS: command.keyFrameIntervalS });
    try {
      this.#replacePeers(await this.#join(command));
    } catch (error) {
      // A recording that goes on in a new page is not given up because the server is not there at this moment.
      if (command.epochMs !== null) return this.#lose('signalling', String(error));
      this.#toMain({
        type: 'failed',
        code: error instanceof JoinError ? error.code : 'CAPTURE_FAILED',
        message: error instanceof Error ? error.message : String(error),
        details: error instanceof Error && error.cause instanceof Error ? error.cause.message : undefined,
      });
    }
  }

  async #join(command: StartCommand): Promise<RemotePeer[]> {
    const holder: { call?: Call } = {};
    const call = new Call(
      (signallingListener) => new MediasoupDemoSignalling(command.signallingUrl, command.peerId, signallingListener),
      this.#callListener(() => holder.call === this.#call),
    );
    holder.call = call;
    const paused = this.#paused;
    const peers = await call.join(paused ? command.pausedDisplayName : command.displayName);
    if (call.over || this.#stopping) {
      call.leave();
      throw new JoinError('JOIN_UNREACHABLE', 'The connection was lost while joining.');
    }
    this.#call = call;
    if (paused !== this.#paused) this.#tellName();
    this.#toMain({ type: 'joined', atMs: nowMs(), peers });
    if (command.begin === 'join' && !this.#paused) this.#startClock();
    return peers;
  }

  /** Who is there after joining; after joining again, also who has gone meanwhile. */
  #replacePeers(peers: readonly RemotePeer[]): void {
    const ids = new Set(peers.map((peer) => peer.peerId));
    for (const peerId of [...this.#peers.keys()]) if (!ids.has(peerId)) this.#peerLeft(peerId);
    for (const peer of peers) this.#peerJoined(peer);
    this.#presence();
  }

  /** @param isCurrent whether the call that reports is the one that counts: one being joined fails by itself. */
  #callListener(isCurrent: () => boolean): CallListener {
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
        if (peer) this.#peerJoined({ ...peer, displayName });
      },
      activeSpeaker: (peerId) => this.#speaker(peerId),
      consumerAdded: (consumer, receiver) => {
        // Paused, nothing begins: the session does when the recording goes on.
        const epochMs = this.#paused ? (this.#epochMs ?? 0) : this.#startClock();
        // Some servers announce a consumer before its peer.
        if (!this.#peers.has(consumer.peerId)) {
          this.#peerJoined({ peerId: consumer.peerId, displayName: consumer.peerId, device: null });
        }
        this.#tracks.add(consumer, receiver, epochMs);
      },
      chat: (peerId, text) => this.#chat(peerId, text),
      consumerFailed: ({ peerId, kind }, reason) =>
        this.#toMain({
          type: 'warning',
          code: 'NOT_RECEIVED',
          message: `The ${kind} of ${this.#peers.get(peerId)?.displayName ?? peerId} cannot be received and is not recorded: ${reason}`,
        }),
      consumerClosed: (consumerId) => this.#tracks.end(consumerId, 'the producer was closed', 'producer'),
      consumerPaused: (consumerId) => this.#tracks.pause(consumerId, true),
      consumerResumed: (consumerId) => this.#tracks.pause(consumerId, false),
      layersChanged: (consumerId, spatial, temporal) => this.#tracks.layersChanged(consumerId, spatial, temporal),
      linkChanged: (up) => {
        if (isCurrent()) this.#linkChanged(up);
      },
      lost: (what, reason) => {
        if (isCurrent()) this.#lose(what, reason);
      },
    };
  }

  /** Pauses the recording, or goes on with it; main is told when it is so. */
  #setPaused(paused: boolean): void {
    if (this.#stopping) return;
    if (paused !== this.#paused) {
      this.#paused = paused;
      if (paused) {
        const t = this.#sessionMs();
        this.#timeline({ type: 'recording-paused' }, t);
        this.#tracks.release(this.#epochMs ?? 0, t);
        this.#tracks.hold(t, 'paused');
      } else {
        if (this.#tracks.consumerIds.length > 0 || (this.#start?.begin === 'join' && this.#call)) this.#startClock();
        const t = this.#sessionMs();
        this.#timeline({ type: 'recording-resumed' }, t);
        this.#tracks.release(this.#epochMs ?? 0, t);
        if (this.#overloaded) this.#tracks.hold(t, 'loss');
        if (this.#speakerId !== undefined) this.#speaker(this.#speakerId);
        this.#speakerId = undefined;
      }
      this.#tellName();
    }
    this.#toMain({ type: 'paused', paused });
  }

  /** Named and bounded: what the disk cannot take is not captured, and everything says so. */
  #setOverloaded(overloaded: boolean): void {
    this.#overloaded = overloaded;
    if (this.#epochMs === null || this.#stopping || this.#paused) return;
    if (overloaded) this.#tracks.hold(this.#sessionMs(), 'loss');
    else this.#tracks.release(this.#epochMs, this.#sessionMs());
  }

  /** The others see by our name whether they are recorded. */
  #tellName(): void {
    if (!this.#call || !this.#start || this.#lostAtMs !== null) return;
    this.#call
      .changeDisplayName(this.#paused ? this.#start.pausedDisplayName : this.#start.displayName)
      .catch((error: unknown) => console.warn('the server refused the new name', error));
  }

  #speaker(peerId: string | null): void {
    if (this.#paused) this.#speakerId = peerId;
    else this.#timeline({ type: 'active-speaker', peer_id: peerId });
  }

  /** What is written before the recording begins, or while it is paused, is not kept. */
  #chat(peerId: string | null, text: string): void {
    if (this.#epochMs === null || this.#paused || this.#stopping) return;
    const truncated = text.length > MAX_CHAT_TEXT;
    this.#toMain({
      type: 'chat',
      message: {
        t: this.#sessionMs(),
        peer_id: peerId,
        display_name: (peerId !== null && this.#peers.get(peerId)?.displayName) || (peerId ?? ''),
        text: truncated ? text.slice(0, MAX_CHAT_TEXT) : text,
        ...(truncated ? { truncated } : {}),
      },
    });
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

  #peerJoined(peer: RemotePeer): void {
    const known = this.#peers.get(peer.peerId);
    this.#peers.set(peer.peerId, peer);
    if (this.#epochMs === null) return;
    if (!known) return this.#sayJoined(peer);
    // Its consumer came before it, or it has another name since we last saw it.
    const { peerId, displayName, device } = peer;
    if (known.displayName === displayName && known.device === device) return;
    this.#timeline({
      type: 'peer-renamed',
      peer_id: peerId,
      display_name: displayName,
      ...(device === null ? {} : { device }),
    });
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
    this.#tracks.endPeer(peerId, 'the peer left');
    if (this.#peers.delete(peerId)) this.#timeline({ type: 'peer-left', peer_id: peerId });
  }

  /** Media stopped, or came back by an ICE restart, while signalling stands. */
  #linkChanged(up: boolean): void {
    this.#toWorker({ type: 'link', up });
    if (!up) {
      this.#linkDownAtMs = nowMs();
      this.#timeline({ type: 'disconnected', what: 'ice', details: 'no media arrive; ICE is restarted' });
    } else if (this.#linkDownAtMs !== null) {
      this.#timeline({ type: 'reconnected', what: 'ice', gap_ms: nowMs() - this.#linkDownAtMs });
      this.#linkDownAtMs = null;
    }
  }

  #lose(what: 'signalling' | 'ice', reason: string): void {
    if (this.#stopping || this.#lostAtMs !== null) return;
    this.#lostAtMs = nowMs();
    if (this.#linkDownAtMs === null) this.#timeline({ type: 'disconnected', what, details: reason });
    this.#presence();
    this.#rejoin(what, reason).catch((error: unknown) => this.fail(String(error)));
  }

  /** Joins again with backoff until it works or the recording is stopped; what still arrives is recorded meanwhile. */
  async #rejoin(what: 'signalling' | 'ice', reason: string): Promise<void> {
    const old = this.#call;
    const oldTracks = this.#tracks.consumerIds;
    for (let attempt = 0; !this.#stopping && this.#start; attempt += 1) {
      const delayS = REJOIN_DELAYS_S[Math.min(attempt, REJOIN_DELAYS_S.length - 1)] ?? 5;
      await new Promise<void>((resolve) => {
        this.#retryNow = resolve;
        setTimeout(resolve, delayS * 1000);
      });
      this.#retryNow = null;
      if (this.#stopping) break;
      let peers: RemotePeer[];
      try {
        peers = await this.#join(this.#start);
      } catch (error) {
        console.warn(`joining again failed (attempt ${attempt + 1})`, error);
        continue;
      }
      const lostAtMs = Math.min(this.#lostAtMs ?? nowMs(), this.#linkDownAtMs ?? Infinity);
      const lostAt = this.#toSession(lostAtMs);
      for (const consumerId of oldTracks) {
        this.#tracks.end(consumerId, `the call was joined again: ${reason}`, 'reconnect', lostAt);
      }
      [this.#lostAtMs, this.#linkDownAtMs, this.#rejoinedAtMs] = [null, null, nowMs()];
      this.#toWorker({ type: 'link', up: true });
      this.#timeline({ type: 'reconnected', what, gap_ms: nowMs() - lostAtMs });
      this.#replacePeers(peers);
      break;
    }
    old?.leave();
  }

  #requestKeyFrame(trackId: string, reason: KeyFrameReason): void {
    const consumerId = this.#tracks.consumerOf(trackId);
    if (consumerId === null || !this.#call || this.#lostAtMs !== null || this.#linkDownAtMs !== null) return;
    this.#timeline({ type: 'key-frame-requested', track_id: trackId, reason });
    this.#call
      .requestKeyFrame(consumerId)
      .catch((error: unknown) => console.warn('the server refused a key-frame request', error));
  }

  #stop(): void {
    if (this.#stopping) return;
    this.#stopping = true;
    clearTimeout(this.#presenceTimer);
    this.#tracks.endHold(this.#sessionMs());
    for (const consumerId of this.#tracks.consumerIds)
      this.#tracks.end(consumerId, 'the recording was stopped', 'stopped');
    void this.#tracks.filesEnded().then(() => this.#toWorker({ type: 'close-all' }));
  }

  /** Who is there, to main. Nobody counts as gone for good while the call is lost, or before they could come back. */
  #presence(): void {
    clearTimeout(this.#presenceTimer);
    const connected = this.#lostAtMs === null;
    const waitMs = this.#rejoinedAtMs === null ? 0 : this.#rejoinedAtMs + RETURN_MS - nowMs();
    const peers = this.#others();
    if (connected && peers === 0 && waitMs > 0) {
      this.#presenceTimer = setTimeout(() => this.#presence(), waitMs);
      return;
    }
    this.#toMain({ type: 'presence', peers, connected });
  }

  /** How many are there to be recorded. Another recorder waits as this one does: neither would ever leave for the other. */
  #others(): number {
    const { senders } = this.#tracks;
    return [...this.#peers.values()].filter(({ peerId, device }) => device !== RECORDER_DEVICE || senders.has(peerId))
      .length;
  }

  #sessionMs(): number {
    return this.#toSession(nowMs());
  }

  #toSession(atMs: number): number {
    // Tenths of a millisecond: all that the clock is good for.
    return this.#epochMs === null ? 0 : Math.max(0, Math.round((atMs - this.#epochMs) * 10) / 10);
  }

  /** Before the first track there is no session and so no timeline. */
  #timeline(event: Untimed, t = this.#sessionMs()): void {
    if (this.#epochMs === null) return;
    this.#toMain({ type: 'timeline', event: { ...event, t } });
  }

  #toMain(message: CaptureMessage): void {
    this.#toWorker({ type: 'forward', message });
  }

  #toWorker(message: ToWorker, transfer: Transferable[] = []): void {
    this.#worker.postMessage(message, transfer);
  }
}
