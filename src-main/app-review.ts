import type { Note, NoteDraft } from './contract/notes.ts';
import { readNotes, removeNote, saveNote } from './library/notes.ts';
import type { ReviewService } from './shell/app-service.ts';

/** What people add to sessions, kept in the sessions' own folders. */
export class AppReview implements ReviewService {
  readonly #dirOf: (sessionId: string) => Promise<string>;

  /** @param dirOf the folder of a session; rejects where the library has none of this id. */
  constructor(dirOf: (sessionId: string) => Promise<string>) {
    this.#dirOf = dirOf;
  }

  async notes(sessionId: string): Promise<Note[]> {
    return readNotes(await this.#dirOf(sessionId));
  }

  async saveNote(sessionId: string, draft: NoteDraft): Promise<Note[]> {
    return saveNote(await this.#dirOf(sessionId), draft, new Date());
  }

  async removeNote(sessionId: string, noteId: string): Promise<Note[]> {
    return removeNote(await this.#dirOf(sessionId), noteId);
  }
}
