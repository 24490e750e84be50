import { appendFile, mkdir, open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClockSample } from '../contract/capture.ts';
import { RollcallError } from '../contract/errors.ts';
import { TRACKS_DIR, trackClockFile, trackFile } from '../contract/ids.ts';

interface OpenTrack {
  handle: FileHandle;
  size: number;
  /** Bytes that the system has on the disk itself. */
  syncedSize: number;
  /** While it is being synced: its handle must not be closed. */
  syncing: Promise<void> | null;
}

/** At most about this much of a track is only in the system's cache, and is lost with the machine's power. */
const SYNC_EVERY_MS = 1000;

/** A session's `tracks/`: append-only Matroska files and, beside each, the samples of its clock. */
export class TrackStore {
  readonly #dir: string;
  readonly #open = new Map<string, Promise<OpenTrack>>();
  /** Writes are in order per store, which also keeps the disk's head in one place. */
  #tail: Promise<void> = Promise.resolve();
  #writtenBytes = 0;
  /** While tracks are open. */
  #syncTimer: NodeJS.Timeout | undefined;
  #syncing = false;

  private constructor(sessionDir: string) {
    this.#dir = sessionDir;
  }

  static async create(sessionDir: string): Promise<TrackStore> {
    await mkdir(join(sessionDir, TRACKS_DIR), { recursive: true, mode: 0o700 });
    return new TrackStore(sessionDir);
  }

  /** Chunk bytes that are on disk, over all tracks. */
  get writtenBytes(): number {
    return this.#writtenBytes;
  }

  /** Appends the next bytes of a track. Throws DISK_FULL or DISK_FAILED; what was written before stays readable. */
  append(trackId: string, position: number, data: Uint8Array): Promise<void> {
    return this.#inOrder(async () => {
      const track = await this.#track(trackId);
      if (position !== track.size) {
        throw new Error(`track ${trackId}: bytes for position ${position}, but the file ends at ${track.size}`);
      }
      await writeAll(track.handle, data);
      track.size += data.length;
      this.#writtenBytes += data.length;
    }, trackFile(trackId));
  }

  appendClock(trackId: string, sample: ClockSample): Promise<void> {
    const file = trackClockFile(trackId);
    return this.#inOrder(() => appendFile(join(this.#dir, file), `${JSON.stringify(sample)}\n`, { mode: 0o600 }), file);
  }

  /** Ends a track's file: its bytes are on the disk itself, not only in the system's cache. */
  close(trackId: string): Promise<void> {
    return this.#inOrder(async () => {
      const track = await this.#open.get(trackId);
      this.#open.delete(trackId);
      if (this.#open.size === 0) clearInterval(this.#syncTimer);
      await track?.syncing;
      await track?.handle.sync();
      await track?.handle.close();
    }, trackFile(trackId));
  }

  /** Ends every track that is still open. */
  async closeAll(): Promise<void> {
    await Promise.all([...this.#open.keys()].map((trackId) => this.close(trackId)));
    await this.#tail;
  }

  /**
   * Has the system put what was written onto the disk itself, one file after the other and beside the writing: a slow
   * disk makes rounds rarer, and holds no write up.
   */
  async #sync(): Promise<void> {
    if (this.#syncing) return;
    this.#syncing = true;
    for (const opened of [...this.#open.values()]) {
      const track = await opened.catch(() => null); // Whoever writes to it hears of it.
      if (!track || track.syncedSize === track.size) continue;
      const { size } = track;
      track.syncing = track.handle.datasync().then(
        () => void (track.syncedSize = size),
        (error: unknown) => console.warn('a track could not be synced to the disk', error),
      );
      await track.syncing;
      track.syncing = null;
    }
    this.#syncing = false;
  }

  #track(trackId: string): Promise<OpenTrack> {
    let track = this.#open.get(trackId);
    if (!track) {
      if (this.#open.size === 0) this.#syncTimer = setInterval(() => void this.#sync(), SYNC_EVERY_MS).unref();
      // "ax": a track's file is made once; an existing one is never appended to by mistake.
      track = open(join(this.#dir, trackFile(trackId)), 'ax', 0o600).then((handle) => ({
        handle,
        size: 0,
        syncedSize: 0,
        syncing: null,
      }));
      this.#open.set(trackId, track);
    }
    return track;
  }

  #inOrder(work: () => Promise<void>, file: string): Promise<void> {
    const done = this.#tail.then(work).catch((error: unknown) => {
      throw asDiskError(error, join(this.#dir, file));
    });
    this.#tail = done.catch(() => undefined);
    return done;
  }
}

async function writeAll(handle: FileHandle, data: Uint8Array): Promise<void> {
  let at = 0;
  while (at < data.length) {
    const { bytesWritten } = await handle.write(data, at);
    at += bytesWritten;
  }
}

function asDiskError(error: unknown, file: string): RollcallError {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new RollcallError(
      'DISK_FULL',
      `The disk is full: ${file} could not grow.`,
      'Free some space; everything up to now is kept and readable.',
      { details: String(error), cause: error },
    );
  }
  return new RollcallError(
    'DISK_FAILED',
    `${file} could not be written.`,
    'Check the disk; everything up to now is kept.',
    { details: String(error), cause: error },
  );
}
