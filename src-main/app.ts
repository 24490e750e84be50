import type { Outcome } from './cli/program.ts';
import { linkTo, replay } from './app-delivery.ts';
import { AppExport } from './app-export.ts';
import { AppLibrary } from './app-library.ts';
import { AppReview } from './app-review.ts';
import { AppSettings } from './app-settings.ts';
import { AppSetup } from './app-setup.ts';
import { RollcallError, toRollcallError } from './contract/errors.ts';
import type { Emit, RecordingEvent } from './contract/events.ts';
import type { AppChange, AppSnapshot, RecordTarget, SessionDetail, SessionSummary } from './contract/ipc.ts';
import type { LiveRecording } from './contract/live.ts';
import type { OutputPreviews } from './contract/previews.ts';
import { roomIdOf, type Environment } from './environment.ts';
import { deliver } from './deliver.ts';
import { makeFiles } from './finish.ts';
import type { SessionLanes } from './contract/lanes.ts';
import type { CompositeLook, Session, WebhookDelivery } from './contract/session.ts';
import type { Room, Settings } from './contract/settings.ts';
import { sessionLanes } from './library/lanes.ts';
import { readTimeline } from './recording/timeline.ts';
import { libraryState } from './library-state.ts';
import { SessionIndex } from './library/session-index.ts';
import { measureFiles } from './measure-files.ts';
import type { SessionManifest } from './recording/manifest.ts';
import { MachineLoad } from './machine-load.ts';
import type { Budget, Load } from './recording/budget.ts';
import { RecordingRun } from './recording-run.ts';
import { ProgressTeller } from './progress-teller.ts';
import { Recordings, type StartOptions } from './recordings.ts';
import { SessionWork } from './session-work.ts';
import { parseJoinUrl } from './settings/join-url.ts';
import { findRoom } from './settings/rooms.ts';
import { settingsOfSession } from './settings/session-room.ts';
import type { AppService, UpdatesService } from './shell/app-service.ts';
import { MeteredNetwork } from './shell/metered.ts';
import { idleSeconds } from './shell/network.ts';
import { UploadHolds } from './upload-holds.ts';

/** How often the window hears of a recording under way. */
const LIVE_INTERVAL_MS = 500;

export interface AppOptions {
  /** How many recordings may run at once. */
  budget(): Budget;
  /** Whether a window shows the recording under way: it then hears of it twice a second. */
  window: boolean;
  /** What happens in the recordings. */
  onEvent?(event: RecordingEvent): void;
  /** A recording is over: its files are made and delivered, or it failed. */
  onOver?(run: RecordingRun, outcome: Outcome): void;
}

/** What a recording is started with beside its room. */
export interface RecordOptions {
  kind: StartOptions['kind'];
  mayBegin?: StartOptions['mayBegin'];
  stopWhenEmptyS?: number | null;
  maxDurationS?: number | null;
  look?: Partial<CompositeLook> | undefined;
}

/** The app behind the window, the API and `rollcall serve`: recordings, the library, and work on its sessions. */
export class RollcallApp implements AppService {
  readonly settings: AppSettings;
  readonly library: AppLibrary;
  readonly review: AppReview;
  readonly exports: AppExport;
  readonly setup: AppSetup;
  readonly #environment: Environment;
  readonly #index: SessionIndex;
  readonly #listeners = new Set<(change: AppChange) => void>();
  readonly #settingsListeners = new Set<() => void>();
  /** When a session's failed uploads are sent again by themselves, Unix milliseconds. */
  uploadRetryAt: (sessionId: string) => number | null = () => null;
  /** Why a delivered recording whose time has come is kept. */
  retentionProblem: () => RollcallError | null = () => null;
  /** The app's own updates; only where it runs with its window. */
  updates: UpdatesService = { view: { state: 'off' }, check: async () => undefined, install: async () => undefined };
  /** Making files or uploading, outside of a recording. */
  readonly #work: SessionWork;
  readonly #holds: UploadHolds;
  readonly #progress = new ProgressTeller((sessionId, progress) =>
    this.#tell({ kind: 'progress', sessionId, progress }),
  );
  readonly #recordings: Recordings;
  readonly #load: MachineLoad;
  readonly #options: AppOptions;
  /** Recordings that are over and off the window's screen. */
  readonly #dismissed = new WeakSet<RecordingRun>();
  #liveTimer: NodeJS.Timeout | undefined;

  constructor(environment: Environment, options: AppOptions) {
    this.#environment = environment;
    this.#options = options;
    this.#load = new MachineLoad(
      () => environment.libraryDir,
      () => this.#recordings.working().reduce((sum, run) => sum + run.view().capturedBytes, 0),
    );
    this.#recordings = new Recordings({
      budget: () => options.budget(),
      load: () => this.#load.now(),
      onEvent: (event) => this.#hear(event),
      onChange: () => this.#recordingsChanged(),
    });
    this.#index = new SessionIndex({
      library: environment.libraryDir,
      isActive: (sessionId) => this.#work.has(sessionId) || this.#isRecordings(sessionId),
      onChange: ({ changed, removed }) => this.#tell({ kind: 'sessions', changed, removed }),
    });
    this.#work = new SessionWork({
      index: this.#index,
      isRecorded: (sessionId) => this.#isRecordings(sessionId),
      onEvent: (sessionId, event) => this.#progress.hear(sessionId, event),
      onOver: (sessionId) => this.#progress.over(sessionId),
    });
    environment.ensurePreviews = async (sessionId, outputId) => {
      await this.previews(sessionId, outputId).catch((error: unknown) => console.error('previews:', error));
    };
    const changed = (): Promise<void> => this.tellSnapshot();
    this.#holds = new UploadHolds({
      settings: () => environment.settingsStore.redacted(),
      isCapturing: () => this.isCapturing,
      idleSeconds,
      network: new MeteredNetwork(() => this.#holds.apply()),
      onChange: () => void changed().catch((error: unknown) => console.error(error)),
    });
    this.settings = new AppSettings(environment, async () => {
      this.#holds.apply();
      await changed();
      for (const listener of this.#settingsListeners) listener();
    });
    this.setup = new AppSetup(environment, changed);
    this.library = new AppLibrary({
      index: this.#index,
      isBusy: (sessionId) => this.#work.has(sessionId) || this.#isRecordings(sessionId),
      trash: (dir) => environment.trash(dir),
    });
    this.exports = new AppExport({
      dirOf: async (sessionId) => (await this.#index.detail(sessionId)).dir,
      tools: { ffmpeg: () => environment.ffmpeg(), cards: environment.cards, encoders: environment.encoders },
      onChange: (view) => this.#tell({ kind: 'export', view }),
    });
    this.review = new AppReview(async (sessionId) => (await this.#index.detail(sessionId)).dir);
    environment.sessionDir = (sessionId) => this.#index.dirOf(sessionId) ?? this.#recordingDir(sessionId);
  }

  /** Reads the library and goes on with uploads that the last run left. */
  async start(): Promise<void> {
    this.#load.start();
    this.#holds.apply();
    await this.#refresh();
    for (const { sessionId, state } of this.#index.list()) {
      if (state === 'interrupted') this.#inBackground(sessionId, this.finishFiles(sessionId));
      else if (state === 'uploading' || state === 'waiting')
        this.#inBackground(sessionId, this.retryUploads(sessionId));
    }
  }

  /** Stops the recordings and waits until everything is done; for leaving the app. */
  async finish(): Promise<Outcome[]> {
    this.#holds.close();
    await this.exports.cancel();
    const outcomes = await this.#recordings.finish('Rollcall was closed');
    this.#load.stop();
    // Files and uploads of earlier sessions go on at the next start, from where they are.
    await this.#work.cancelAll();
    return outcomes;
  }

  async snapshot(): Promise<AppSnapshot> {
    const dir = this.#environment.libraryDir;
    return {
      version: this.#environment.version,
      platform: process.platform === 'darwin' || process.platform === 'win32' ? process.platform : 'linux',
      library: { dir, ...(await libraryState(dir)), scanned: this.#index.scanned },
      settings: this.settings.view(),
      uploadsHeld: this.#holds.held,
      retentionProblem: this.retentionProblem()?.toRecord() ?? null,
      updates: this.updates.view,
      firstRun: this.#index.scanned && this.setup.isFirstRun(this.#index.list().length),
    };
  }

  live(): LiveRecording | null {
    return this.#run?.live() ?? null;
  }

  /** The recording that the window shows: the latest that works, else the latest one, until it is dismissed. */
  get #run(): RecordingRun | null {
    const latest = this.#recordings.latest();
    return latest === null || this.#dismissed.has(latest) ? null : latest;
  }

  /** What the machine has and does, as of some seconds ago. */
  get load(): Load {
    return this.#load.now();
  }

  /** Whether any call is being recorded, or about to be. */
  get isCapturing(): boolean {
    return this.#recordings.isCapturing();
  }

  get recordings(): Recordings {
    return this.#recordings;
  }

  sessions(): Promise<SessionSummary[]> {
    return Promise.resolve(this.#index.list());
  }

  async session(sessionId: string): Promise<SessionDetail> {
    const retryAt = this.uploadRetryAt(sessionId);
    const detail = await this.#index.detail(sessionId);
    return retryAt === null ? detail : { ...detail, uploadRetryAt: new Date(retryAt).toISOString() };
  }

  /** Tells everybody of a session once more: what is not in its folder has changed. */
  tellSession(sessionId: string): void {
    const changed = this.#index.list().filter((summary) => summary.sessionId === sessionId);
    this.#tell({ kind: 'sessions', changed, removed: [] });
  }

  /** Tells everybody of what is neither in a session nor in the live recording once more. */
  async tellSnapshot(): Promise<void> {
    this.#tell({ kind: 'snapshot', snapshot: await this.snapshot() });
  }

  onSettingsChanged(listener: () => void): () => void {
    this.#settingsListeners.add(listener);
    return () => this.#settingsListeners.delete(listener);
  }

  async startRecording(target: RecordTarget): Promise<void> {
    const live = this.live();
    if (live && live.phase !== 'done' && live.phase !== 'failed') {
      throw new RollcallError(
        'USAGE',
        `"${live.roomName}" is being recorded now.`,
        'Stop it first: Rollcall records one call at a time.',
      );
    }
    await this.record(target, { kind: 'asked' });
  }

  /**
   * Starts a recording beside those that run.
   * @throws RollcallError where the room is disabled or busy, the link is wrong, or the budget is used up.
   */
  async record(target: RecordTarget, options: RecordOptions): Promise<RecordingRun> {
    const environment = this.#environment;
    const room =
      'roomId' in target ? this.#room(target.roomId) : this.#roomOf(await environment.settings(), target.url);
    const { kind, mayBegin } = options;
    const start: StartOptions = { roomId: room.id, roomName: room.name, kind, ...(mayBegin ? { mayBegin } : {}) };
    const run = await this.#recordings.start(start, (hooks) =>
      RecordingRun.prepare(environment, {
        request: {
          joinUrl: room.url,
          room: 'roomId' in target ? room.id : undefined,
          libraryDir: environment.libraryDir,
          // A watched room is empty most of the time: its recordings begin with people.
          begin: kind === 'watch' ? 'first-peer' : undefined,
          maxDurationS: options.maxDurationS,
          stopWhenEmptyS: options.stopWhenEmptyS,
          upload: true,
          composite: true,
          look: options.look,
        },
        settings: () => environment.settings(),
        keepRoom: true,
        flow: this.#holds.flow,
        ...hooks,
      }),
    );
    this.#recordings
      .outcome(run)
      .then((outcome) => this.#recordingOver(run, outcome))
      .catch((error: unknown) => console.error(error));
    return run;
  }

  stopRecording(): Promise<void> {
    this.#run?.stop('it was stopped by the user');
    this.#tellLive();
    return Promise.resolve();
  }

  /** Pauses the recording under way; does nothing where there is none. Throws USAGE where it is over. */
  async pauseRecording(): Promise<void> {
    await this.#run?.pause();
    this.#tellLive();
  }

  async resumeRecording(): Promise<void> {
    await this.#run?.resume();
    this.#tellLive();
  }

  watchTracks(trackIds: readonly string[]): void {
    this.#run?.watch(trackIds, (trackId, jpeg) => this.#tell({ kind: 'picture', trackId, jpeg }));
  }

  dismissLive(): void {
    const run = this.#run;
    if (run?.phase === 'done' || run?.phase === 'failed') this.#dismissed.add(run);
    this.#tellLive();
  }

  finishFiles(sessionId: string): Promise<void> {
    return this.#work.run(sessionId, async (manifest, emit, signal) => {
      const error = await makeFiles(manifest, {
        ffmpeg: () => this.#environment.ffmpeg(),
        cards: this.#environment.cards,
        encoders: this.#environment.encoders,
        emit,
        signal,
      });
      const { previews } = this.#environment;
      await measureFiles(manifest, { ffmpeg: () => this.#environment.ffmpeg(), emit, signal, previews });
      if (error) throw error;
      if (manifest.session.settings.upload) await this.#deliver(manifest, emit, signal);
    });
  }

  retryUploads(sessionId: string): Promise<void> {
    return this.#work.run(sessionId, (manifest, emit, signal) => this.#deliver(manifest, emit, signal));
  }

  retryUpload(sessionId: string, outputId: string): Promise<void> {
    return this.#work.run(sessionId, (manifest, emit, signal) => this.#deliver(manifest, emit, signal, [outputId]));
  }

  async link(sessionId: string, outputId: string, seconds?: number): Promise<{ url: string; expiresAt: string }> {
    const { session } = await this.#index.detail(sessionId);
    const settingsOf = async (known: Session) => settingsOfSession(await this.#environment.settings(), known);
    return linkTo(session, outputId, settingsOf, seconds);
  }

  async replayWebhook(sessionId: string, deliveryId: string): Promise<WebhookDelivery | null> {
    let sent: WebhookDelivery | null = null;
    await this.#work.run(sessionId, async (manifest, _emit, signal) => {
      const settings = settingsOfSession(await this.#environment.settings(), manifest.session);
      const accountId = this.#environment.settingsStore.installationId();
      sent = await replay(manifest, deliveryId, { settings, accountId, signal });
    });
    return sent;
  }

  async lanes(sessionId: string): Promise<SessionLanes> {
    const { session, dir } = await this.#index.detail(sessionId);
    return session === null ? { durationMs: 0, lanes: [] } : sessionLanes(session, await readTimeline(dir));
  }

  async previews(sessionId: string, outputId: string): Promise<OutputPreviews | null> {
    const { session, dir } = await this.#index.detail(sessionId);
    return session && this.#environment.previews.get(dir, session, outputId);
  }

  async cancelUploads(sessionId: string): Promise<void> {
    this.#recordings.find(sessionId)?.cancelFinishing();
    await this.#work.cancel(sessionId);
  }

  async setLibrary(dir: string): Promise<void> {
    this.#environment.setPreference('library', dir);
    this.#index.setLibrary(this.#environment.libraryDir);
    await this.#refresh();
  }

  onChange(listener: (change: AppChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #deliver(
    manifest: SessionManifest,
    emit: Emit,
    signal: AbortSignal,
    outputIds?: readonly string[],
  ): Promise<void> {
    const inForce = await this.#environment.settings();
    this.#holds.apply();
    const now = settingsOfSession(inForce, manifest.session);
    const accountId = this.#environment.settingsStore.installationId();
    const error = await deliver(manifest, {
      ...{ settings: now, accountId, emit, signal, flow: this.#holds.flow },
      ...(outputIds === undefined ? {} : { outputIds }),
    });
    if (error) throw error;
  }

  #inBackground(sessionId: string, work: Promise<void>): void {
    // What failed is in the session's manifest, where the library shows it.
    work.catch((error: unknown) => console.error(`session ${sessionId}: ${toRollcallError(error).message}`));
  }

  #room(roomId: string) {
    const room = this.#environment.settingsStore.load().settings.rooms.find(({ id }) => id === roomId);
    if (!room)
      throw new RollcallError(
        'USAGE',
        'That room is no longer in the settings.',
        'Choose another room, or paste its link.',
      );
    return room;
  }

  /** The room that a link leads to: one of the settings, or the one that would be made for it. */
  #roomOf(settings: Settings, joinUrl: string): Room {
    return findRoom(settings, { joinUrl }, () => roomIdOf(parseJoinUrl(joinUrl).signallingUrl)).room;
  }

  /** Whether a recording of this process works on the session. */
  #isRecordings(sessionId: string): boolean {
    return this.#recordings.working().some(({ id }) => id === sessionId);
  }

  #recordingDir(sessionId: string): string | null {
    return this.#recordings.find(sessionId)?.sessionDir ?? null;
  }

  #hear(event: RecordingEvent): void {
    this.#options.onEvent?.(event);
    const { event: what, recording_id: id } = event;
    this.#progress.hear(id, event);
    if (what === 'recording' || what === 'output' || what === 'upload') void this.#touchRecording(id);
  }

  /** One began or ended. */
  #recordingsChanged(): void {
    const working = this.#recordings.working().length > 0;
    clearInterval(this.#liveTimer);
    if (working) this.#liveTimer = setInterval(() => this.#tellLive(), LIVE_INTERVAL_MS);
    this.#tellLive();
  }

  async #recordingOver(run: RecordingRun, { done, error }: Outcome): Promise<void> {
    this.#options.onOver?.(run, { done, error });
    const whose = { recording_id: run.id, room_id: run.view().roomId };
    if (error) this.#hear({ ...whose, event: 'error', ...error.toRecord() });
    if (done) this.#hear({ ...whose, ...done });
    this.#progress.over(run.id);
    await this.#touchRecording(run.id);
    await this.tellSnapshot();
  }

  async #touchRecording(recordingId: string): Promise<void> {
    const dir = this.#recordings.find(recordingId)?.sessionDir;
    if (dir) await this.#index.touch(dir);
  }

  #tellLive(): void {
    this.#holds.apply();
    if (this.#options.window) this.#tell({ kind: 'live', live: this.live() });
  }

  #tell(change: AppChange): void {
    for (const listener of this.#listeners) listener(change);
  }

  async #refresh(): Promise<void> {
    await this.#index.refresh().catch((error: unknown) => console.error('the library could not be read', error));
    await this.tellSnapshot();
  }
}
