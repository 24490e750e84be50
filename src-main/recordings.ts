import type { Outcome } from './cli/program.ts';
import { RollcallError } from './contract/errors.ts';
import type { RecordingEvent, RollcallEvent } from './contract/events.ts';
import type { LivePhase } from './contract/live.ts';
import { admission, type Budget, type Load } from './recording/budget.ts';
import type { RecordingRun } from './recording-run.ts';

/** What a recording is started with beside its own options. */
export interface StartOptions {
  /** The room that it records; one room is recorded once at a time. */
  roomId: string;
  roomName: string;
  /**
   * `asked`: somebody asked for it, so it has its place in the budget from now on. `watch`: it waits for people, and
   * takes a place when the first of them sends something; where there is none it is refused then.
   */
  kind: 'asked' | 'watch';
  /** Asked at the first media, before the budget is: why this recording may not begin, or null. */
  mayBegin?: () => RollcallError | null;
}

/** Makes a recording that has not begun; `admit` is its say at the first media. */
export type MakeRun = (hooks: {
  emit: (event: RollcallEvent) => void;
  admit: () => RollcallError | null;
}) => Promise<RecordingRun>;

interface Entry extends StartOptions {
  run: RecordingRun;
  over: Promise<Outcome>;
}

export interface RecordingsOptions {
  budget(): Budget;
  /** What the machine has and does now, and what the library's disk has left. */
  load(): Load;
  onEvent(event: RecordingEvent): void;
  /** Something about the recordings changed: one began or ended. */
  onChange(): void;
}

/** Recordings that are over stay listed up to this number. */
const KEEP_OVER = 50;

const CAPTURING: readonly LivePhase[] = ['joining', 'waiting-for-peers', 'recording'];
const ON_AIR: readonly LivePhase[] = ['recording'];
const OVER: readonly LivePhase[] = ['done', 'failed'];

/** The recordings of this process: as many at once as the budget allows, one at a time of each room. */
export class Recordings {
  readonly #options: RecordingsOptions;
  #entries: Entry[] = [];
  /** Starts that are being prepared: they have their places already. */
  readonly #starting = new Map<string, StartOptions>();
  #closed = false;

  constructor(options: RecordingsOptions) {
    this.#options = options;
  }

  /** All that run, and the last ones that are over; the latest last. */
  all(): RecordingRun[] {
    return this.#entries.map(({ run }) => run);
  }

  /** Those that are not over. */
  working(): RecordingRun[] {
    return this.all().filter(({ phase }) => !OVER.includes(phase));
  }

  /** The latest that is not over and does more than wait for people in a watched room, else the latest that did. */
  latest(): RecordingRun | null {
    const active = this.#entries.filter((entry) => !isIdle(entry) && !cameToNothing(entry)).map(({ run }) => run);
    return active.findLast(({ phase }) => !OVER.includes(phase)) ?? active.at(-1) ?? null;
  }

  /** Whether a call is recorded or about to be, other than in a watched room that nobody has come to yet. */
  isCapturing(): boolean {
    return this.#entries.some((entry) => CAPTURING.includes(entry.run.phase) && !isIdle(entry));
  }

  find(recordingId: string): RecordingRun | null {
    return this.all().find(({ id }) => id === recordingId) ?? null;
  }

  /** The recording that is in the room's call now, and is not leaving it. */
  ofRoom(roomId: string): RecordingRun | null {
    return this.#inCall(roomId)?.run ?? null;
  }

  /** Why one more recording could not begin now, or null. */
  refusal(): string | null {
    return admission(this.#options.budget(), this.#taken(''), this.#options.load());
  }

  /** Settles with the outcome of a recording of this list. */
  outcome(run: RecordingRun): Promise<Outcome> {
    const entry = this.#entries.find((candidate) => candidate.run === run);
    return entry?.over ?? Promise.reject(new Error(`no recording ${run.id}`));
  }

  /**
   * Starts a recording; it joins in the background.
   * @throws RollcallError ROOM_BUSY where the room is being recorded, OVER_BUDGET where it would starve another one,
   *   and what preparing throws.
   */
  async start(options: StartOptions, make: MakeRun): Promise<RecordingRun> {
    this.#assertOpen();
    this.#assertFree(options);
    this.#starting.set(options.roomId, options);
    try {
      if (options.kind === 'asked') {
        const refused = admission(this.#options.budget(), this.#taken(options.roomId), this.#options.load());
        if (refused !== null) throw overBudget(options.roomName, refused);
      }
      const holder: { run?: RecordingRun } = {};
      const run = await make({
        emit: (event) => this.#emit(options, holder.run, event),
        admit: () => this.#admit(options),
      });
      this.#assertOpen();
      holder.run = run;
      const over = run.run().finally(() => this.#options.onChange());
      this.#entries = [...this.#kept(), { ...options, run, over }];
      return run;
    } finally {
      this.#starting.delete(options.roomId);
      this.#options.onChange();
    }
  }

  /** Ends every call, and waits until the files are made and delivered. Nothing can be started any more. */
  async finish(reason: string): Promise<Outcome[]> {
    this.#closed = true;
    const entries = [...this.#entries];
    for (const { run } of entries) run.stop(reason);
    return Promise.all(entries.map(({ over }) => over));
  }

  /** Places that are taken: recordings that were asked for, and others that are recording. */
  #taken(exceptRoomId: string): number {
    const running = this.#entries.filter(({ run, kind, roomId }) =>
      roomId === exceptRoomId ? false : (kind === 'asked' ? CAPTURING : ON_AIR).includes(run.phase),
    );
    const starting = [...this.#starting.values()].filter(
      ({ kind, roomId }) => kind === 'asked' && roomId !== exceptRoomId,
    );
    return running.length + starting.length;
  }

  #assertOpen(): void {
    if (this.#closed) throw new RollcallError('CANCELLED', 'Rollcall is being closed.', 'Start it again.');
  }

  #inCall(roomId: string): Entry | undefined {
    return this.#entries.findLast(
      ({ run, roomId: id }) => id === roomId && CAPTURING.includes(run.phase) && run.view().stopping !== true,
    );
  }

  #assertFree({ roomId, roomName, kind }: StartOptions): void {
    const there = this.#inCall(roomId);
    if (!this.#starting.has(roomId) && there === undefined) return;
    // Who only waits for people makes room for a recording that somebody asks for.
    if (kind === 'asked' && there !== undefined && isIdle(there)) {
      there.run.stop('a recording was started by hand');
      return;
    }
    throw new RollcallError(
      'ROOM_BUSY',
      `"${roomName}" is being recorded already.`,
      'Stop that recording first, or let it go on.',
    );
  }

  #admit(options: StartOptions): RollcallError | null {
    const refused = options.mayBegin?.() ?? null;
    if (refused !== null || options.kind === 'asked') return refused;
    const reason = admission(this.#options.budget(), this.#taken(options.roomId), this.#options.load());
    return reason === null ? null : overBudget(options.roomName, reason);
  }

  #emit({ roomId }: StartOptions, run: RecordingRun | undefined, event: RollcallEvent): void {
    this.#options.onEvent({ recording_id: run?.id ?? '', room_id: roomId, ...event });
  }

  #kept(): Entry[] {
    const over = this.#entries.filter(({ run }) => OVER.includes(run.phase));
    const dropped = new Set(over.slice(0, Math.max(0, over.length - KEEP_OVER)));
    return this.#entries.filter((entry) => !dropped.has(entry));
  }
}

/** A watched room whose people have not come yet. */
const isIdle = ({ kind, run }: Entry): boolean =>
  kind === 'watch' && CAPTURING.includes(run.phase) && !ON_AIR.includes(run.phase);

/** A watched room that was left, or could not be joined, before anybody sent anything. */
const cameToNothing = ({ kind, run }: Entry): boolean =>
  kind === 'watch' && OVER.includes(run.phase) && run.sessionDir === null;

function overBudget(roomName: string, reason: string): RollcallError {
  return new RollcallError(
    'OVER_BUDGET',
    `"${roomName}" is not recorded now: ${reason}`,
    'Wait until a recording ends, or give this computer a larger budget (--max-recordings, or "api.max_recordings" in the settings).',
  );
}
