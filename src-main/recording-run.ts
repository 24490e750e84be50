import { statfs } from 'node:fs/promises';
import type { Outcome } from './cli/program.ts';
import { RollcallError, toRollcallError } from './contract/errors.ts';
import type { Emit, RollcallEvent } from './contract/events.ts';
import type { LiveOutput, LivePhase, LiveRecording, LiveUpload } from './contract/live.ts';
import type { Settings } from './contract/settings.ts';
import { roomIdOf, type Environment } from './environment.ts';
import type { Ffmpeg } from './media/ffmpeg.ts';
import { deliver, doneEvent, keepLocal } from './deliver.ts';
import { makeFiles } from './finish.ts';
import { FileMeasurer } from './measure-files.ts';
import { LiveFiles } from './live-files.ts';
import { planRecording, prepareCapture, type RecordPlan, type RecordRequest } from './record.ts';
import type { SessionManifest } from './recording/manifest.ts';
import type { SessionCapture, ShowPicture } from './recording/session-capture.ts';
import { parseJoinUrl } from './settings/join-url.ts';
import { settingsOfSession } from './settings/session-room.ts';
import { limitedFlow, type Flow } from './upload/flow.ts';

const DISK_CHECK_MS = 5000;
/** Below this a recording is ended while its files can still be closed. */
const DISK_STOP_BYTES = 200e6;
/** Minutes of recording left at which a warning is due. */
const DISK_WARN_MINUTES = 10;

export interface RunOptions {
  request: RecordRequest;
  /** The settings as they are at the time of asking: a pending upload uses those in force when it runs. */
  settings(): Promise<Settings>;
  /** Keep a room that was not in the settings. */
  keepRoom: boolean;
  emit: Emit;
  /** Asked when the first media is there: why nothing may be recorded, or null. */
  admit?: () => RollcallError | null;
  /** Holds uploads back together with others; absent: this recording's own, with the settings' limit. */
  flow?: Flow;
}

/** One recording from the wish to the delivered files, for the command line and the window alike. */
export class RecordingRun {
  readonly #environment: Environment;
  readonly #options: RunOptions;
  readonly #plan: RecordPlan;
  readonly #capture: SessionCapture;
  readonly #finishing = new AbortController();
  #files: LiveFiles | null = null;
  #phase: LivePhase = 'joining';
  #outputs: LiveOutput[] = [];
  #uploads = new Map<string, LiveUpload>();
  #warnings: LiveRecording['warnings'] = [];
  #error: RollcallError | null = null;
  /** Why the recording ended before it began. */
  #refused: RollcallError | null = null;
  #capturedMs = 0;
  #diskFreeBytes: number | null = null;
  #diskWarned = false;
  #stopping = false;

  private constructor(environment: Environment, options: RunOptions, plan: RecordPlan, capture: SessionCapture) {
    this.#environment = environment;
    this.#options = options;
    this.#plan = plan;
    this.#capture = capture;
  }

  /** Checks everything that can be said before joining. Throws RollcallError: usage, settings, disabled, no ffmpeg. */
  static async prepare(environment: Environment, options: RunOptions): Promise<RecordingRun> {
    const { request } = options;
    const plan = planRecording(await options.settings(), request, () =>
      roomIdOf(parseJoinUrl(request.joinUrl).signallingUrl),
    );
    // Said now and not after the call: without it no file can be made.
    await environment.ffmpeg();
    const holder: { run?: RecordingRun } = {};
    const capture = await prepareCapture(plan, request, {
      appVersion: environment.version,
      openPage: (of) => environment.openPage(of),
      admit: options.admit,
      emit: (event) => holder.run?.emit(event),
    });
    holder.run = new RecordingRun(environment, options, plan, capture);
    return holder.run;
  }

  /** Joins, records until it is stopped, makes the files, delivers them. Never rejects. */
  async run(): Promise<Outcome> {
    const disk = setInterval(() => {
      void this.#checkDisk();
      void this.#checkAllowed();
    }, DISK_CHECK_MS);
    void this.#checkDisk();
    const { manifest, unlock, error } = await this.#capture.run();
    clearInterval(disk);
    await this.#files?.stop(this.#finishing.signal);
    let outcome: Outcome;
    try {
      outcome = manifest
        ? await this.#finish(manifest, error)
        : { done: null, error: this.#refused ?? error ?? noMedia(this.#capture.joined) };
    } catch (thrown) {
      outcome = { done: manifest ? doneEvent(manifest, null) : null, error: toRollcallError(thrown) };
    } finally {
      await this.#files?.pool.close();
      await unlock();
    }
    this.#error = outcome.error;
    this.#phase = outcome.error ? 'failed' : 'done';
    return outcome;
  }

  /** Leaves the call; the files are made and delivered all the same. */
  stop(reason: string): void {
    this.#stopping = true;
    this.#capture.stop(reason);
  }

  /** Pauses the recording: once this resolves, nothing that anybody sends is kept. Throws USAGE where it is over. */
  pause(): Promise<void> {
    return this.#capture.pause();
  }

  /** Goes on after `pause`. Throws USAGE where the recording is over. */
  resume(): Promise<void> {
    return this.#capture.resume();
  }

  /** Whether it is paused, or will be as soon as it begins. */
  get paused(): boolean {
    return this.#capture.paused;
  }

  /** Stops making files and uploading; everything is kept and can go on later. */
  cancelFinishing(): void {
    this.#finishing.abort();
  }

  /** The recording's id, which is also its session's. */
  get id(): string {
    return this.#capture.sessionId;
  }

  get phase(): LivePhase {
    return this.#phase;
  }

  get sessionDir(): string | null {
    return this.#capture.session?.dir ?? null;
  }

  /** Takes part in what happens, then passes it on. */
  emit(event: RollcallEvent): void {
    switch (event.event) {
      case 'joined':
        this.#phase = 'waiting-for-peers';
        break;
      case 'recording':
        this.#phase = 'recording';
        this.#startFiles(event.session_dir);
        break;
      case 'finalizing':
        this.#updateOutput(event.output_id, { state: 'running', progress: event.progress });
        break;
      case 'output':
        this.#updateOutput(event.output_id, { state: 'done', progress: 1, sizeBytes: event.size });
        break;
      case 'upload': {
        const { output_id: outputId, key, state, sent: sentBytes, size: sizeBytes, rate, eta } = event;
        this.#uploads.set(outputId, {
          ...{ outputId, key, state, sentBytes, sizeBytes, error: null },
          ...{ bytesPerS: rate, etaS: eta },
        });
        break;
      }
      case 'warning':
        this.#warnings = [...this.#warnings.slice(-19), { code: event.code, message: event.message }];
        break;
      default:
        break;
    }
    this.#options.emit(event);
  }

  /** What the window shows now. Somebody looks: levels are measured for as long as they do. */
  live(): LiveRecording {
    this.#capture.wantLevels();
    return this.view();
  }

  /** Somebody sees these video tracks now; see `SessionCapture.watch`. */
  watch(trackIds: readonly string[], show: ShowPicture): void {
    this.#capture.watch(trackIds, show);
  }

  /** How far it is, for whoever does not look at levels. */
  view(): LiveRecording {
    const session = this.#capture.session;
    return {
      recordingId: this.id,
      phase: this.#phase,
      roomName: this.#plan.room.name,
      roomId: this.#plan.room.id,
      sessionId: session?.id ?? null,
      sessionDir: session?.dir ?? null,
      startedAt: session ? new Date(session.epochMs).toISOString() : null,
      stopping: this.#stopping,
      elapsedMs: this.#phase === 'recording' && session ? Date.now() - session.epochMs : this.#capturedMs,
      pausedAtMs: this.#capture.paused ? (this.#capture.peers.pausedAtMs ?? 0) : null,
      capturedBytes: this.#capture.peers.capturedBytes,
      lostFrames: this.#capture.peers.lostFrames,
      diskFreeBytes: this.#diskFreeBytes,
      peers: this.#capture.peers.view(),
      outputs: this.#outputs,
      uploads: [...this.#uploads.values()],
      warnings: this.#warnings,
      ...(this.#files ? { files: this.#files.pace } : {}),
      error: this.#error?.toRecord() ?? null,
    };
  }

  async #finish(manifest: SessionManifest, captureError: RollcallError | null): Promise<Outcome> {
    const { request, settings, keepRoom } = this.#options;
    const { signal } = this.#finishing;
    const emit: Emit = (event) => this.emit(event);
    this.#capturedMs = Date.now() - manifest.session.epoch_ms;
    this.#phase = 'finalizing';
    if (keepRoom && this.#plan.roomIsNew) this.#keepRoom();
    const ffmpeg = (): Promise<Ffmpeg> => this.#environment.ffmpeg();
    const measurer = new FileMeasurer(manifest, {
      ...{ ffmpeg, emit, signal, pool: this.#files?.pool, previews: this.#environment.previews },
    });
    const failed = await makeFiles(manifest, {
      ffmpeg,
      cards: this.#environment.cards,
      encoders: this.#environment.encoders,
      emit,
      signal,
      ...(this.#files ? { pool: this.#files.pool, effort: this.#files.pace.effort } : {}),
      onDescribed: () => this.#listOutputs(manifest),
      onMade: (outputId) => measurer.add(outputId),
    });
    this.#listOutputs(manifest);
    const made = captureError ?? failed ?? (manifest.session.streams.length === 0 ? noMedia(true) : null);
    const measured = measurer.all();
    if (!request.upload || signal.aborted) {
      await measured;
      await keepLocal(manifest);
      return { done: doneEvent(manifest, null), error: made };
    }
    this.#phase = 'uploading';
    const inForce = await settings();
    const now = settingsOfSession(inForce, manifest.session);
    const accountId = this.#environment.settingsStore.installationId();
    const flow = this.#options.flow ?? limitedFlow(inForce);
    const [undelivered] = await Promise.all([
      deliver(manifest, { settings: now, accountId, emit, signal, flow }),
      measured,
    ]);
    for (const { output_id, error } of manifest.session.uploads) {
      const upload = this.#uploads.get(output_id);
      if (upload) this.#uploads.set(output_id, { ...upload, error });
    }
    return { done: doneEvent(manifest, now.destination), error: made ?? undelivered };
  }

  /** A room that cannot be kept (no keyring, say) is no reason not to make the files. */
  #keepRoom(): void {
    try {
      this.#environment.settingsStore.saveRoom(this.#plan.room);
    } catch (thrown) {
      const { code, message } = toRollcallError(thrown);
      this.emit({ event: 'warning', code, message: `The room was not kept in the settings: ${message}` });
    }
  }

  /** Begins to make the files while the call goes on, unless `ROLLCALL_FILES_AFTER_CALL` leaves them all for later. */
  #startFiles(dir: string): void {
    if (process.env['ROLLCALL_FILES_AFTER_CALL']) return;
    this.#files ??= new LiveFiles({
      dir,
      ffmpeg: () => this.#environment.ffmpeg(),
      cards: this.#environment.cards,
      encoders: this.#environment.encoders,
      onPace: ({ behindMs, effort, deferred }) =>
        this.emit({ event: 'files', behind_s: Math.round(behindMs / 1000), effort, deferred }),
      onTrouble: (message) =>
        this.emit({
          event: 'warning',
          code: 'FILES_DEFERRED',
          message: `The files are made after the call: ${message}`,
        }),
    });
    this.#files.start();
  }

  /** A room that waits for its first peer follows the settings: disabled meanwhile, it is left without a recording. */
  async #checkAllowed(): Promise<void> {
    if (this.#phase !== 'waiting-for-peers') return;
    try {
      planRecording(await this.#options.settings(), this.#options.request, () => this.#plan.room.id);
    } catch (thrown) {
      const error = toRollcallError(thrown);
      // Settings that cannot be read now say nothing about the room.
      if (error.code !== 'RECORDING_DISABLED' || this.#refused) return;
      this.#refused = error;
      this.stop('recording was disabled in the settings');
    }
  }

  #listOutputs(manifest: SessionManifest): void {
    const { outputs, peers, streams } = manifest.session;
    this.#outputs = outputs.map(({ output_id, kind, state, size_bytes, error, peer_id }) => {
      const name = peers.find((peer) => peer.peer_id === peer_id)?.display_name ?? peer_id ?? '';
      const screen = streams.find((stream) => stream.stream_id === output_id)?.type === 'screen';
      const label =
        kind === 'composite'
          ? 'Composite'
          : kind === 'chat'
            ? `Chat (${output_id})`
            : screen
              ? `${name} (screen)`
              : name;
      return {
        outputId: output_id,
        kind,
        label,
        state,
        progress: state === 'done' ? 1 : 0,
        sizeBytes: size_bytes,
        error,
      };
    });
  }

  #updateOutput(outputId: string, change: Partial<LiveOutput>): void {
    this.#outputs = this.#outputs.map((output) => (output.outputId === outputId ? { ...output, ...change } : output));
  }

  async #checkDisk(): Promise<void> {
    const free = await statfs(this.#options.request.libraryDir).then(
      (stats) => stats.bavail * stats.bsize,
      () => null, // Not every file system tells.
    );
    this.#diskFreeBytes = free;
    if (free === null) return;
    if (free < DISK_STOP_BYTES) {
      this.emit({
        event: 'warning',
        code: 'DISK_FULL',
        message: `The disk of ${this.#options.request.libraryDir} is nearly full: the recording ends now, while its files can be closed.`,
      });
      this.stop('the disk was nearly full');
      return;
    }
    const session = this.#capture.session;
    const elapsedMinutes = session ? (Date.now() - session.epochMs) / 60_000 : 0;
    if (this.#diskWarned || elapsedMinutes < 0.5) return;
    // What was captured is needed about twice more: for the streams' files and the composite.
    const minutesLeft = (free - DISK_STOP_BYTES) / ((3 * this.#capture.peers.capturedBytes) / elapsedMinutes);
    if (minutesLeft > DISK_WARN_MINUTES) return;
    this.#diskWarned = true;
    this.emit({
      event: 'warning',
      code: 'DISK_LOW',
      message: `The disk has room for about ${Math.floor(minutesLeft)} minutes more. Free some space now.`,
    });
  }
}

function noMedia(joined: boolean): RollcallError {
  return new RollcallError(
    'NO_MEDIA',
    joined
      ? 'Nobody sent audio or video, so there is nothing to keep.'
      : 'The recording was stopped before the call was joined.',
    'Check that the link leads to the right room.',
  );
}
