import { captureMessageSchema, type CaptureCommand, type CaptureMessage } from '../contract/capture.ts';
import type { ChatMessage } from '../contract/chat.ts';
import { RollcallError, toRollcallError } from '../contract/errors.ts';
import type { Emit } from '../contract/events.ts';
import type { TimelineEvent } from '../contract/timeline.ts';
import { Announcer } from './announcer.ts';
import { LivePeers } from './live-peers.ts';
import type { SessionManifest } from './manifest.ts';
import { closeSession, openSession, type CapturePlan, type OpenSession } from './open-session.ts';

/** A capture page as this stage sees it; the real one is a window (`shell/capture-window.ts`). */
export interface CapturePage {
  post(command: CaptureCommand): void;
  close(): void;
}

/** Opens a page and connects it. `onGone` is called at most once, when the page dies by itself. */
export type OpenCapturePage = (
  onMessage: (message: unknown) => void,
  onGone: (reason: string) => void,
) => Promise<CapturePage>;

/** What a capture ended with. No session: nobody ever sent anything. */
export interface CaptureResult {
  manifest: SessionManifest | null;
  /** Gives the session's folder back to other processes, once its files are made. */
  unlock: () => Promise<void>;
  /** Why it ended early, where it did; what was captured until then is in the session. */
  error: RollcallError | null;
}

/** A page that dies is opened again, unless it has died more often than this within DEATHS_MS. */
const MAX_DEATHS = 5;
const DEATHS_MS = 60_000;
/** How long levels are measured after somebody looked at them. */
const LEVELS_MS = 3000;
/** How long tracks are watched after somebody said that they see them. */
export const WATCH_MS = 10_000;
const HEALTH_MS = 10_000;

/** @param jpeg what a video track shows now. */
export type ShowPicture = (trackId: string, jpeg: Uint8Array) => void;

/**
 * One recording from the first message of its capture page to a closed session folder: tracks, timeline, manifest. Disk
 * work is in order; the page is told how far it is, so that what is in flight stays bounded.
 */
export class SessionCapture {
  readonly #plan: CapturePlan;
  readonly #openPage: OpenCapturePage;
  readonly #emit: Emit;
  readonly #announcer: Announcer;
  #resolve: (result: CaptureResult) => void = () => undefined;
  readonly peers = new LivePeers();
  #page: CapturePage | null = null;
  #levelsTimer: NodeJS.Timeout | undefined;
  #watchTimer: NodeJS.Timeout | undefined;
  #show: ShowPicture = () => undefined;
  #healthAtMs = 0;
  #deathsAtMs: number[] = [];
  /** Tracks that ended with their page, by kind and stream: since when they are missed. */
  readonly #missed = new Map<string, { trackId: string; sinceMs: number }>();
  #session: OpenSession | null = null;
  /** Messages are handled one after the other: each may have to wait for the disk. */
  #tail: Promise<void> = Promise.resolve();
  #joined = false;
  #stopping: string | null = null;
  /** Whether the recording is to be paused, and those who wait for the page to have done it. */
  #paused = false;
  #pauseWaiters: (() => void)[] = [];
  #error: RollcallError | null = null;
  #over = false;
  /** The recording may not begin: what comes until the page has stopped is not kept. */
  #refused = false;
  #seenPeers = false;
  #emptyTimer: NodeJS.Timeout | undefined;
  #durationTimer: NodeJS.Timeout | undefined;

  constructor(plan: CapturePlan, openPage: OpenCapturePage, emit: Emit) {
    this.#plan = plan;
    this.#openPage = openPage;
    this.#emit = emit;
    this.#announcer = new Announcer(emit);
  }

  /** Joins and records until stopped; never rejects. */
  run(): Promise<CaptureResult> {
    void this.#connect();
    return new Promise((resolve) => (this.#resolve = resolve));
  }

  /** Somebody looks at the levels now: they are measured for a while. */
  wantLevels(): void {
    clearTimeout(this.#levelsTimer);
    if (this.#levelsTimer === undefined) this.#page?.post({ type: 'levels', wanted: true });
    this.#levelsTimer = setTimeout(() => {
      this.#levelsTimer = undefined;
      this.#page?.post({ type: 'levels', wanted: false });
    }, LEVELS_MS).unref();
  }

  /**
   * Somebody sees these tracks now: `show` is given what they show, a few times a second, for a while or until the next
   * call. Only of these are frames decoded.
   */
  watch(trackIds: readonly string[], show: ShowPicture): void {
    clearTimeout(this.#watchTimer);
    this.#show = show;
    this.#page?.post({ type: 'watch', trackIds });
    if (trackIds.length > 0) this.#watchTimer = setTimeout(() => this.watch([], show), WATCH_MS).unref();
  }

  get joined(): boolean {
    return this.#joined;
  }

  /** The session's id, also before there is one. */
  get sessionId(): string {
    return this.#plan.sessionId;
  }

  /**
   * Pauses the recording: once this resolves, nothing that anybody sends is kept. Doing it twice does nothing.
   * Throws USAGE where there is nothing to pause any more.
   */
  pause(): Promise<void> {
    return this.#setPaused(true);
  }

  /** Goes on after `pause`. Throws as it does. */
  resume(): Promise<void> {
    return this.#setPaused(false);
  }

  /** Whether it is paused, or will be as soon as it begins. */
  get paused(): boolean {
    return this.#paused && this.#stopping === null && !this.#over;
  }

  async #setPaused(paused: boolean): Promise<void> {
    if (this.#stopping !== null || this.#over) {
      throw new RollcallError(
        'USAGE',
        `The recording of "${this.#plan.room.name}" is over.`,
        'Only a recording that goes on can be paused and resumed.',
      );
    }
    this.#paused = paused;
    // A page that is being opened begins as it is to be.
    if (!this.#page) return;
    const done = new Promise<void>((resolve) => this.#pauseWaiters.push(resolve));
    this.#page.post({ type: paused ? 'pause' : 'resume' });
    await done;
  }

  /** The session's folder and start, once there is media. */
  get session(): { id: string; dir: string; epochMs: number } | null {
    if (!this.#session) return null;
    return { id: this.#plan.sessionId, dir: this.#session.manifest.dir, epochMs: this.#session.epochMs };
  }

  /** Leaves the call; `run` resolves when everything is on disk. */
  stop(reason: string): void {
    if (this.#stopping !== null || this.#over) return;
    this.#stopping = reason;
    clearTimeout(this.#emptyTimer);
    clearTimeout(this.#durationTimer);
    if (this.#page) this.#page.post({ type: 'stop' });
    else void this.#end();
  }

  async #connect(): Promise<void> {
    try {
      const page = await this.#openPage(
        (message) => this.#receive(message),
        (reason) => this.#pageGone(reason),
      );
      this.#page = page;
      if (this.#levelsTimer !== undefined) page.post({ type: 'levels', wanted: true });
      if (this.#stopping !== null) {
        page.post({ type: 'stop' });
        return;
      }
      this.#pauseDone();
      const { start } = this.#plan;
      page.post({
        ...start,
        paused: this.#paused,
        epochMs: this.#session?.epochMs ?? null,
        streams: this.#announcer.streams,
      });
    } catch (error) {
      this.#fail(toRollcallError(error));
    }
  }

  #pauseDone(): void {
    for (const waiter of this.#pauseWaiters.splice(0)) waiter();
  }

  /** The page's renderer died: what it held back (a fraction of a second) is gone, all else goes on in a new one. */
  #pageGone(reason: string): void {
    if (this.#over) return;
    this.#page = null;
    const goneAtMs = Date.now();
    this.#deathsAtMs = [...this.#deathsAtMs.filter((at) => at > goneAtMs - DEATHS_MS), goneAtMs];
    this.#inOrder(async () => {
      const session = this.#session;
      if (!session || this.#stopping !== null || this.#deathsAtMs.length > MAX_DEATHS) {
        this.#error ??= new RollcallError(
          'CAPTURE_FAILED',
          `The part of Rollcall that captures stopped working (${reason}).`,
          'What was captured until then is kept. Start the recording again.',
        );
        await this.#end();
        return;
      }
      const t = goneAtMs - session.epochMs;
      await this.#timeline({ t, type: 'disconnected', what: 'capture', details: reason });
      for (const [trackId, { streamId, kind }] of this.#announcer.openTracks) {
        this.#missed.set(`${kind} ${streamId}`, { trackId, sinceMs: t });
        await this.#timeline({ t, type: 'track-ended', track_id: trackId, reason: 'the capture page died' });
      }
      await session.tracks.closeAll();
      await this.#connect();
      const gap_ms = Date.now() - goneAtMs;
      await this.#timeline({ t: t + gap_ms, type: 'reconnected', what: 'capture', gap_ms });
    });
  }

  #receive(message: unknown): void {
    const parsed = captureMessageSchema.safeParse(message);
    if (!parsed.success) {
      this.#emit({
        event: 'warning',
        code: 'CAPTURE_MESSAGE',
        message: `A message of the capture page was not understood: ${parsed.error.message}`,
      });
      return;
    }
    // Nothing of it is kept, so it waits for no disk.
    if (parsed.data.type === 'picture') return this.#show(parsed.data.trackId, parsed.data.jpeg);
    const kept = parsed.data;
    this.#inOrder(() => this.#handle(kept));
  }

  #inOrder(work: () => Promise<void>): void {
    this.#tail = this.#tail.then(work).catch((error: unknown) => this.#fail(toRollcallError(error)));
  }

  async #handle(message: Exclude<CaptureMessage, { type: 'picture' }>): Promise<void> {
    if (this.#refused && message.type !== 'stopped' && message.type !== 'failed') return;
    switch (message.type) {
      case 'joined':
        this.#joined = true;
        this.#emit({
          event: 'joined',
          room: this.#plan.room.name,
          room_id: this.#plan.room.id,
          peers: message.peers.length,
        });
        return;
      case 'presence':
        return this.#presence(message.connected ? message.peers : null);
      case 'epoch':
        return this.#openSession(message.epochMs);
      case 'timeline':
        return this.#timeline(message.event);
      case 'paused':
        return this.#pauseDone();
      case 'warning':
        return this.#emit({ event: 'warning', code: message.code, message: message.message });
      case 'chunk': {
        const tracks = this.#open().tracks;
        await tracks.append(message.trackId, message.position, message.data);
        this.#page?.post({ type: 'written', bytes: tracks.writtenBytes });
        return;
      }
      case 'chat':
        return this.#chat(message.message);
      case 'clock':
        this.peers.clock(message.trackId, message.sample);
        return this.#open().tracks.appendClock(message.trackId, message.sample);
      case 'stats':
        this.peers.stats(message.tracks);
        return this.#tellHealth();
      case 'track-closed':
        return this.#trackClosed(message);
      case 'track-stored':
        return this.#open().tracks.close(message.trackId);
      case 'stopped':
        return this.#end();
      case 'failed':
        this.#error ??= joinError(message, this.#plan.start.signallingUrl);
        return this.#end();
    }
  }

  async #chat(message: ChatMessage): Promise<void> {
    const { chat } = this.#open();
    if ((await chat.append(message)) || chat.refused > 1) return;
    await this.#timeline({
      t: message.t,
      type: 'warning',
      code: 'CHAT_FULL',
      message: 'The chat is as long as chats are recorded: what is written from now on is not kept.',
    });
  }

  #open(): OpenSession {
    if (!this.#session) throw new Error('media came before the session began');
    return this.#session;
  }

  async #openSession(epochMs: number): Promise<void> {
    if (this.#session) return;
    const plan = this.#plan;
    const refused = plan.admit?.() ?? null;
    if (refused !== null) {
      this.#refused = true;
      this.#error ??= refused;
      this.stop(refused.message);
      return;
    }
    this.#session = await openSession(plan, epochMs);
    const { dir, session } = this.#session.manifest;
    await this.#timeline({ t: 0, type: 'session-started', wall_clock: session.started_at });
    this.#emit({ event: 'recording', session_id: plan.sessionId, session_dir: dir, started_at: session.started_at });
    if (plan.maxDurationS !== null) {
      this.#durationTimer = setTimeout(() => this.stop('the maximum duration was reached'), plan.maxDurationS * 1000);
    }
  }

  #tellHealth(): void {
    const now = Date.now();
    if (!this.#session || now - this.#healthAtMs < HEALTH_MS) return;
    this.#healthAtMs = now;
    this.#emit({
      event: 'health',
      t: now - this.#session.epochMs,
      tracks: this.peers.health(),
      peers: this.peers.peerHealth(),
    });
  }

  /** @param peers null while the call is lost: nobody can tell then. */
  #presence(peers: number | null): void {
    clearTimeout(this.#emptyTimer);
    if (peers !== null && peers > 0) this.#seenPeers = true;
    const { stopWhenEmptyS } = this.#plan;
    if (peers === 0 && this.#seenPeers && stopWhenEmptyS !== null) {
      this.#emptyTimer = setTimeout(() => this.stop('everybody had left'), stopWhenEmptyS * 1000);
    }
  }

  async #timeline(event: TimelineEvent): Promise<void> {
    this.peers.apply(event);
    this.#announcer.apply(event);
    await this.#open().timeline.append(event);
    if (event.type === 'track-started') await this.#explainGap(event);
  }

  /** Says since when a source was missing that comes back after its page had died. */
  async #explainGap({ t, kind, stream_id }: Extract<TimelineEvent, { type: 'track-started' }>): Promise<void> {
    const key = `${kind} ${stream_id}`;
    const missed = this.#missed.get(key);
    if (!missed) return;
    this.#missed.delete(key);
    await this.#open().timeline.append({
      t: missed.sinceMs,
      type: 'span',
      track_id: missed.trackId,
      reason: 'reconnect',
      end: t,
    });
  }

  async #trackClosed({ trackId, endFileMs, stats }: Extract<CaptureMessage, { type: 'track-closed' }>): Promise<void> {
    const { tracks, epochMs } = this.#open();
    await tracks.close(trackId);
    await this.#timeline({
      t: Date.now() - epochMs,
      type: 'track-closed',
      track_id: trackId,
      end_file_ms: endFileMs,
      frames: stats.frames,
      key_frames: stats.keyFrames,
      lost_frames: stats.lostFrames,
      width: stats.width,
      height: stats.height,
    });
  }

  /** Something here broke (the disk, mostly): the capture ends with what is on disk. */
  #fail(error: RollcallError): void {
    if (this.#over) return;
    const known = this.#error !== null;
    this.#error ??= error;
    if (known || error.fault === 'disk') void this.#end();
    else this.stop(error.message);
    if (!this.#page) void this.#end();
  }

  async #end(): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    this.#pauseDone();
    clearTimeout(this.#emptyTimer);
    clearTimeout(this.#durationTimer);
    clearTimeout(this.#levelsTimer);
    clearTimeout(this.#watchTimer);
    this.#page?.close();
    const session = this.#session;
    try {
      if (session) await closeSession(session, this.#stopping ?? this.#error?.message ?? 'the call ended');
    } catch (error) {
      this.#error ??= toRollcallError(error);
    }
    this.#resolve({
      manifest: session?.manifest ?? null,
      unlock: session?.unlock ?? (() => Promise.resolve()),
      error: this.#error,
    });
  }
}

function joinError(message: Extract<CaptureMessage, { type: 'failed' }>, url: string): RollcallError {
  const { host } = new URL(url);
  const remedy = {
    JOIN_UNREACHABLE: `Check the link, that ${host} is up, and that this network lets you reach it.`,
    JOIN_CERTIFICATE: `Pin the certificate of ${host} in the room's settings if you know it.`,
    JOIN_REFUSED: 'Check the link and whether the room lets recorders in.',
    JOIN_PROTOCOL: 'Check that the link leads to a mediasoup-demo server.',
    CAPTURE_FAILED: 'What was captured until then is kept. Start the recording again.',
  }[message.code];
  return new RollcallError(message.code, message.message, message.remedy ?? remedy, { details: message.details });
}
