import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { RollcallError } from '../contract/errors.ts';
import type { SessionDetail, SessionSummary } from '../contract/ipc.ts';
import { readSession, type ReadSession, manifestStamp } from './read-session.ts';
import { scanLibrary, type FoundSession } from './scan.ts';
import { brokenSummary, summarize } from './summary.ts';

interface Entry {
  place: FoundSession;
  stamp: string;
  summary: SessionSummary;
}

/** What a refresh found to be different. */
export interface IndexChange {
  changed: SessionSummary[];
  removed: string[];
}

export interface SessionIndexOptions {
  /** Absolute path of the library. */
  library: string;
  /** Whether the app works on this session now (records, finishes or uploads it). */
  isActive(sessionId: string): boolean;
  onChange(change: IndexChange): void;
}

/** How many manifests are read at a time: enough to hide a slow disk, few enough to leave it to a recording. */
const READ_CONCURRENCY = 8;
/** More than a window shows at once: as many are told of as soon as they are read, the rest now and then. */
const FIRST_TOLD = 40;
const TELL_EVERY_MS = 400;

/**
 * The library: an index over session folders, held in memory and made again from the folders whenever it is wanted.
 * The folders are the truth; nothing of the index is ever written.
 */
export class SessionIndex {
  readonly #options: SessionIndexOptions;
  #library: string;
  #entries = new Map<string, Entry>();
  #refreshing: Promise<void> | null = null;
  #scanned = false;

  constructor(options: SessionIndexOptions) {
    this.#options = options;
    this.#library = options.library;
  }

  get library(): string {
    return this.#library;
  }

  /** Whether the folders have been read through once. */
  get scanned(): boolean {
    return this.#scanned;
  }

  /** All sessions, the latest first. */
  list(): SessionSummary[] {
    return [...this.#entries.values()].map((entry) => entry.summary).sort(latestFirst);
  }

  /** Absolute path of a session's folder; null where the library has no such session. */
  dirOf(sessionId: string): string | null {
    return this.#entries.get(sessionId)?.place.dir ?? null;
  }

  /**
   * Reads through the folders; only manifests that changed since the last time are parsed again.
   * @throws the file system's error where the library cannot be read.
   */
  async refresh(): Promise<void> {
    this.#refreshing ??= this.#scan().finally(() => {
      this.#refreshing = null;
    });
    await this.#refreshing;
  }

  /** Reads one session folder again (or for the first time), as after each change that the app makes to it. */
  async touch(dir: string): Promise<void> {
    const [sessionId = '', date = '', roomId = ''] = dir.split(/[\\/]/).filter(Boolean).reverse();
    const change = await this.#look({ dir, roomId, date, sessionId });
    if (change !== null) this.#options.onChange({ changed: [change], removed: [] });
  }

  /** Its folder is not in the library any more. */
  forget(sessionId: string): void {
    if (this.#entries.delete(sessionId)) this.#options.onChange({ changed: [], removed: [sessionId] });
  }

  /** Uses another library from now on; its sessions come with the next `refresh`. */
  setLibrary(library: string): void {
    this.#library = library;
    const removed = [...this.#entries.keys()];
    this.#entries = new Map();
    this.#scanned = false;
    if (removed.length > 0) this.#options.onChange({ changed: [], removed });
  }

  /**
   * Everything about one session, read from its folder now.
   * @throws RollcallError `SESSION_INVALID` where the library has no such session.
   */
  async detail(sessionId: string): Promise<SessionDetail> {
    const entry = this.#entries.get(sessionId);
    if (entry === undefined) {
      throw new RollcallError(
        'SESSION_INVALID',
        `The library "${this.#library}" has no session ${sessionId}.`,
        'Its folder was moved or deleted: put it back, or choose the library that holds it in Settings.',
      );
    }
    const read = await readSession(entry.place.dir);
    const summary = this.#summaryOf(entry.place, read);
    if (!read.ok) return { summary, dir: entry.place.dir, session: null, missing: [] };
    const missing: string[] = [];
    for (const output of read.session.outputs) {
      if (output.state !== 'done') continue;
      await access(join(entry.place.dir, output.file)).catch(() => missing.push(output.output_id));
    }
    return { summary, dir: entry.place.dir, session: read.session, missing };
  }

  async #scan(): Promise<void> {
    const library = this.#library;
    const gone = new Set(this.#entries.keys());
    const places: FoundSession[] = [];
    for await (const place of scanLibrary(library)) {
      gone.delete(place.sessionId);
      places.push(place);
    }
    // The latest first: they are what the list shows, and it shows them while the others are still read.
    places.sort((a, b) => b.date.localeCompare(a.date));
    let found: SessionSummary[] = [];
    let toldAtMs = performance.now();
    let told = false;
    const tell = (): void => {
      if (library !== this.#library || found.length === 0) return;
      this.#options.onChange({ changed: found, removed: [] });
      found = [];
      told = true;
      toldAtMs = performance.now();
    };
    let next = 0;
    const readOn = async (): Promise<void> => {
      for (let place = places[next++]; place !== undefined; place = places[next++]) {
        const summary = await this.#look(place);
        if (summary !== null) found.push(summary);
        const enough = told ? performance.now() - toldAtMs > TELL_EVERY_MS : found.length >= FIRST_TOLD;
        if (enough) tell();
      }
    };
    await Promise.all(Array.from({ length: READ_CONCURRENCY }, readOn));
    if (library !== this.#library) return; // Another library was chosen meanwhile: what was found belongs to none.
    for (const sessionId of gone) this.#entries.delete(sessionId);
    this.#scanned = true;
    if (found.length > 0 || gone.size > 0) this.#options.onChange({ changed: found, removed: [...gone] });
  }

  /** The summary of a folder where it is not the one that is known already, else null. */
  async #look(place: FoundSession): Promise<SessionSummary | null> {
    const known = this.#entries.get(place.sessionId);
    const stamp = `${await manifestStamp(place.dir)}:${this.#options.isActive(place.sessionId)}`;
    if (known !== undefined && known.stamp === stamp && known.place.dir === place.dir) return null;
    const library = this.#library;
    const summary = this.#summaryOf(place, await readSession(place.dir));
    if (library !== this.#library) return null; // Another library was chosen while this folder was read.
    this.#entries.set(place.sessionId, { place, stamp, summary });
    return summary;
  }

  #summaryOf(place: FoundSession, read: ReadSession): SessionSummary {
    if (!read.ok) return brokenSummary(place, read.error.toRecord());
    // A copied folder keeps its manifest: the folder's own name is what it is addressed by.
    return { ...summarize(read.session, this.#options.isActive(place.sessionId)), sessionId: place.sessionId };
  }
}

const latestFirst = (a: SessionSummary, b: SessionSummary): number =>
  b.startedAt.localeCompare(a.startedAt) || a.sessionId.localeCompare(b.sessionId);
