import { RollcallError, toRollcallError } from './contract/errors.ts';
import type { RecordingEvent } from './contract/events.ts';
import type { Room, Settings } from './contract/settings.ts';
import type { RollcallApp } from './app.ts';
import type { RecordingRun } from './recording-run.ts';
import type { WatchPlan } from './settings/watch-plan.ts';

export interface WatcherOptions {
  app: Pick<RollcallApp, 'record' | 'recordings'>;
  settings(): Promise<Settings>;
  /** `watchPlan` of the settings. */
  plan(settings: Settings, room: Room): WatchPlan | null;
  emit(event: RecordingEvent): void;
}

/** What is known about one room. */
interface Watched {
  room: Room;
  plan: WatchPlan;
  run: RecordingRun | null;
  starting: boolean;
  /** Unix milliseconds before which it is not joined. */
  notBeforeMs: number;
  /** Failures to join, one after the other. */
  failures: number;
  /** Its recording was ended on purpose: it is not recorded again before everybody has left. */
  resting: boolean;
  /** It waits for a place in the budget. */
  queued: boolean;
}

const LOOK_MS = 2000;
/** A room that cannot be joined is tried again after 5 s, 10 s, ... 5 minutes. */
const RETRY_MS = 5000;
const LONGEST_RETRY_MS = 300_000;
/** A resting room is looked into this often: it is joined, and left at once where people are there. */
const REST_MS = 300_000;

/**
 * Joins the rooms that are set to be recorded by themselves, so that each is recorded while people are there, and again
 * when they come back. Everything is started as by hand, through the app.
 */
export class RoomWatcher {
  readonly #options: WatcherOptions;
  readonly #rooms = new Map<string, Watched>();
  #timer: NodeJS.Timeout | undefined;
  #looking = false;
  #closed = false;

  constructor(options: WatcherOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    this.#timer = setInterval(() => void this.#look(), LOOK_MS);
    await this.#look();
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
  }

  /** Takes what happens in the recordings: how many people a room had when it was joined. */
  hear(event: RecordingEvent): void {
    if (event.event !== 'joined') return;
    const watched = this.#rooms.get(event.room_id);
    if (!watched?.resting || watched.run?.id !== event.recording_id) return;
    if (event.peers === 0) watched.resting = false;
    else watched.run.stop('people are there still whose recording was stopped');
  }

  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      const settings = await this.#options.settings();
      this.#follow(settings);
      for (const watched of this.#rooms.values()) this.#tend(watched);
    } catch (error) {
      this.#warn(
        '',
        `The settings cannot be read, so watched rooms stay as they are: ${toRollcallError(error).message}`,
      );
    } finally {
      this.#looking = false;
    }
  }

  /** Brings the list in line with the settings. */
  #follow(settings: Settings): void {
    const wanted = new Map<string, { room: Room; plan: WatchPlan }>();
    for (const room of settings.rooms) {
      const plan = this.#options.plan(settings, room);
      if (plan !== null) wanted.set(room.id, { room, plan });
    }
    for (const [id, watched] of this.#rooms) {
      if (wanted.has(id)) continue;
      this.#rooms.delete(id);
      const phase = watched.run?.phase;
      if (phase === 'joining' || phase === 'waiting-for-peers') watched.run?.stop('the room is not watched any more');
    }
    for (const [id, { room, plan }] of wanted) {
      const known = this.#rooms.get(id);
      if (known) Object.assign(known, { room, plan });
      else this.#rooms.set(id, fresh(room, plan));
    }
  }

  #tend(watched: Watched): void {
    const { recordings } = this.#options.app;
    const current = recordings.ofRoom(watched.room.id);
    if (current !== null) {
      // Somebody asked for it by hand: what was stopped before is forgotten, and its end is this room's.
      if (current !== watched.run) Object.assign(watched, { run: current, resting: false });
      return;
    }
    this.#noteEnd(watched);
    if (this.#closed || watched.starting || Date.now() < watched.notBeforeMs) return;
    if (watched.queued) {
      if (recordings.refusal() !== null) return;
      watched.queued = false;
    }
    watched.starting = true;
    void this.#join(watched).finally(() => (watched.starting = false));
  }

  async #join(watched: Watched): Promise<void> {
    const { app } = this.#options;
    const { room } = watched;
    try {
      const mayBegin = (): RollcallError | null => (watched.resting ? stillThere(room) : null);
      const run = await app.record({ roomId: room.id }, { kind: 'watch', mayBegin });
      watched.run = run;
      void app.recordings.outcome(run).then(({ error }) => this.#ended(watched, run, error));
    } catch (thrown) {
      const error = toRollcallError(thrown);
      if (error.code === 'ROOM_BUSY') return;
      this.#retryLater(watched);
      this.#warn(room.id, `${room.name}: ${error.message}`);
    }
  }

  /** A recording has left its call: by itself, or because somebody ended it on purpose. */
  #noteEnd(watched: Watched): void {
    const { run, plan } = watched;
    if (run === null) return;
    watched.run = null;
    const { stopping, elapsedMs } = run.view();
    const full = plan.maxDurationS !== null && elapsedMs >= plan.maxDurationS * 1000;
    if (run.sessionDir !== null && (stopping === true || full)) {
      watched.resting = true;
      watched.notBeforeMs = Date.now() + REST_MS;
    }
  }

  #ended(watched: Watched, run: RecordingRun, error: RollcallError | null): void {
    if (run.sessionDir !== null || error === null) {
      watched.failures = 0;
      return;
    }
    if (error.code === 'OVER_BUDGET') {
      watched.queued = true;
      this.#warn(watched.room.id, `${error.message} It is joined again when there is a place.`);
    } else if (watched.resting) watched.notBeforeMs = Date.now() + REST_MS;
    else if (error.code.startsWith('JOIN_')) this.#retryLater(watched);
  }

  #retryLater(watched: Watched): void {
    watched.notBeforeMs = Date.now() + Math.min(LONGEST_RETRY_MS, RETRY_MS * 2 ** watched.failures);
    watched.failures += 1;
  }

  #warn(roomId: string, message: string): void {
    this.#options.emit({ event: 'warning', code: 'WATCH', message, recording_id: '', room_id: roomId });
  }
}

const fresh = (room: Room, plan: WatchPlan): Watched => ({
  ...{ room, plan, run: null, starting: false, notBeforeMs: 0, failures: 0, resting: false, queued: false },
});

const stillThere = (room: Room): RollcallError =>
  new RollcallError(
    'RECORDING_DISABLED',
    `The recording of "${room.name}" was stopped, and people are still there.`,
    'It is watched again once everybody has left; to record now, start it by hand.',
  );
