import { RollcallError, toRollcallError } from './contract/errors.ts';
import type { ImportedSessions } from './contract/ipc.ts';
import { importSessions } from './library/import-session.ts';
import type { SessionIndex } from './library/session-index.ts';
import { lockSession } from './recording/lock.ts';
import type { LibraryService } from './shell/app-service.ts';

export interface AppLibraryOptions {
  index: SessionIndex;
  /** Whether the app works on a session now. */
  isBusy(sessionId: string): boolean;
  /** Moves a folder to the system's bin. */
  trash(dir: string): Promise<void>;
}

/** The library's folders as a whole: bring some in, put some into the bin, read them again. */
export class AppLibrary implements LibraryService {
  readonly #options: AppLibraryOptions;

  constructor(options: AppLibraryOptions) {
    this.#options = options;
  }

  async importPaths(paths: readonly string[]): Promise<ImportedSessions> {
    const { index } = this.#options;
    const result: ImportedSessions = { imported: [], skipped: [] };
    for (const path of paths) {
      for (const each of await importSessions(path, index.library)) {
        if ('skipped' in each) result.skipped.push({ name: each.skipped, why: each.why });
        else {
          result.imported.push(each.sessionId);
          await index.touch(each.dir);
        }
      }
    }
    return result;
  }

  async trash(sessionIds: readonly string[]): Promise<void> {
    for (const sessionId of sessionIds) await this.#trashOne(sessionId);
  }

  rescan(): Promise<void> {
    return this.#options.index.refresh();
  }

  async #trashOne(sessionId: string): Promise<void> {
    const { index, isBusy, trash } = this.#options;
    const { dir, summary } = await index.detail(sessionId);
    if (isBusy(sessionId)) throw busy(summary.roomName);
    // Taken and given back: another process that works on it holds it.
    const unlock = await lockSession(dir).catch((error: unknown) => {
      throw toRollcallError(error).code === 'SESSION_BUSY' ? busy(summary.roomName) : error;
    });
    await unlock();
    await trash(dir).catch((error: unknown) => {
      throw new RollcallError(
        'DISK_FAILED',
        `"${summary.roomName}" could not be moved to the bin.`,
        'It is untouched. Open its folder to move it by hand, or look whether this disk has a bin.',
        { details: `${dir}: ${String(error)}`, cause: error },
      );
    });
    index.forget(sessionId);
  }
}

const busy = (name: string): RollcallError =>
  new RollcallError('SESSION_BUSY', `"${name}" is being worked on.`, 'Wait until that is done, then delete it.');
