import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { SessionPlace } from './summary.ts';

const HEX_24 = /^[0-9a-f]{24}$/;
const DATE = /^\d{8}$/;

/** A session folder found on disk. */
export interface FoundSession extends SessionPlace {
  /** Absolute path. */
  dir: string;
}

/**
 * Session folders under a library, by the shape of their paths alone: `<room_id>/<start_date>/<session_id>`. Other
 * folders are somebody else's and are left alone.
 * @throws where the library itself cannot be read; a part of it that cannot be is left out.
 */
export async function* scanLibrary(library: string): AsyncGenerator<FoundSession> {
  const rooms = await readdir(library, { withFileTypes: true });
  for (const room of rooms) {
    if (!room.isDirectory() || !HEX_24.test(room.name)) continue;
    for (const date of await folders(join(library, room.name), DATE)) {
      for (const sessionId of await folders(join(library, room.name, date), HEX_24)) {
        yield { roomId: room.name, date, sessionId, dir: join(library, room.name, date, sessionId) };
      }
    }
  }
}

async function folders(dir: string, pattern: RegExp): Promise<string[]> {
  try {
    const entries = await readdir(dir, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory() && pattern.test(entry.name)).map((entry) => entry.name);
  } catch {
    return []; // Gone between two looks, or not ours to read.
  }
}
