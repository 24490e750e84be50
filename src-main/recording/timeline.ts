import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TIMELINE_FILE } from '../contract/ids.ts';
import { timelineEventSchema, type TimelineEvent } from '../contract/timeline.ts';

/** Appends to a session's `timeline.ndjson`, in order, one line an event. */
export class TimelineWriter {
  readonly #file: string;
  #waiting: string[] = [];
  #tail: Promise<void> = Promise.resolve();

  constructor(sessionDir: string) {
    this.#file = join(sessionDir, TIMELINE_FILE);
  }

  /** Resolves when the event is in the file. Events given meanwhile share one write. */
  append(event: TimelineEvent): Promise<void> {
    this.#waiting.push(`${JSON.stringify(event)}\n`);
    this.#tail = this.#tail.then(async () => {
      const lines = this.#waiting.splice(0);
      if (lines.length > 0) await appendFile(this.#file, lines.join(''), { mode: 0o600 });
    });
    return this.#tail;
  }
}

/** All events of a session's timeline. A line that a crash cut off, or that is no event, is left out. */
export async function readTimeline(sessionDir: string): Promise<TimelineEvent[]> {
  const text = await readFile(join(sessionDir, TIMELINE_FILE), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return text.split('\n').flatMap((line) => {
    const event = parseLine(line);
    return event ? [event] : [];
  });
}

function parseLine(line: string): TimelineEvent | null {
  try {
    const parsed = timelineEventSchema.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : null;
  } catch {
    // Not JSON: the end of a line that was being written when the machine stopped.
    return null;
  }
}
