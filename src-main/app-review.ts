import { MAX_SHOWN_MESSAGES, type ChatView } from './contract/chat.ts';
import type { Note, NoteDraft } from './contract/notes.ts';
import { readNotes, removeNote, saveNote } from './library/notes.ts';
import { readChat } from './recording/chat-log.ts';
import type { ReviewService } from './shell/app-service.ts';

/** What people add to sessions, and what they wrote in the call, kept in the sessions' own folders. */
export class AppReview implements ReviewService {
  readonly #dirOf: (sessionId: string) => Promise<string>;

  /** @param dirOf the folder of a session; rejects where the library has none of this id. */
  constructor(dirOf: (sessionId: string) => Promise<string>) {
    this.#dirOf = dirOf;
  }

  async notes(sessionId: string): Promise<Note[]> {
    return readNotes(await this.#dirOf(sessionId));
  }

  async chat(sessionId: string): Promise<ChatView> {
    const messages = await readChat(await this.#dirOf(sessionId));
    return { messages: messages.slice(0, MAX_SHOWN_MESSAGES), total: messages.length };
  }

  async saveNote(sessionId: string, draft: NoteDraft): Promise<Note[]> {
    return saveNote(await this.#dirOf(sessionId), draft, new Date());
  }

  async removeNote(sessionId: string, noteId: string): Promise<Note[]> {
    return removeNote(await this.#dirOf(sessionId), noteId);
  }
}
