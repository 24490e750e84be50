import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CHAT_LOG, chatMessageSchema, type ChatMessage } from '../contract/chat.ts';

/** More than anybody writes in a call: beyond it somebody is filling the disk. */
const MAX_LOG_BYTES = 64 * 1024 * 1024;

/** Appends to a session's `chat.ndjson`, one message a line, as they come. */
export class ChatLog {
  readonly #file: string;
  readonly #maxBytes: number;
  #bytes = 0;
  /** Messages that were not kept because the log is full. */
  refused = 0;

  constructor(sessionDir: string, maxBytes = MAX_LOG_BYTES) {
    this.#file = join(sessionDir, CHAT_LOG);
    this.#maxBytes = maxBytes;
  }

  /** Resolves when the message is in the file: true; false where the log is full and it is not kept. */
  async append(message: ChatMessage): Promise<boolean> {
    const line = `${JSON.stringify(message)}\n`;
    const size = Buffer.byteLength(line);
    if (this.#bytes + size > this.#maxBytes) {
      this.refused += 1;
      return false;
    }
    this.#bytes += size;
    await appendFile(this.#file, line, { mode: 0o600 });
    return true;
  }
}

/** A session's messages, in the order in which they came; none where nobody wrote. Lines that a crash cut are left out. */
export async function readChat(sessionDir: string): Promise<ChatMessage[]> {
  const text = await readFile(join(sessionDir, CHAT_LOG), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return text.split('\n').flatMap((line) => {
    try {
      const parsed = chatMessageSchema.safeParse(JSON.parse(line));
      return parsed.success ? [parsed.data] : [];
    } catch {
      // Not JSON: the end of a line that was being written when the machine stopped.
      return [];
    }
  });
}
