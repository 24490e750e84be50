import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { RollcallError } from '../contract/errors.ts';
import { NOTES_FILE, NOTES_VERSION, notesFileSchema, type Note, type NoteDraft } from '../contract/notes.ts';

/** Marks and notes of a session; the earliest first. Throws where the file is there and cannot be read. */
export async function readNotes(dir: string): Promise<Note[]> {
  const file = join(dir, NOTES_FILE);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw unreadable(file, String(error));
  }
  try {
    return [...notesFileSchema.parse(JSON.parse(text)).notes].sort((a, b) => a.t_ms - b.t_ms);
  } catch (error) {
    // Written over, what somebody wrote would be gone: it stays as it is.
    throw unreadable(file, String(error));
  }
}

/** Keeps a note, new or changed; answers all of them. */
export function saveNote(dir: string, draft: NoteDraft, now: Date): Promise<Note[]> {
  return change(dir, (notes) => {
    const known = notes.find(({ id }) => id === draft.id);
    const note: Note = {
      id: known?.id ?? randomUUID(),
      t_ms: draft.tMs,
      text: draft.text.trim(),
      created_at: known?.created_at ?? now.toISOString(),
    };
    return [...notes.filter(({ id }) => id !== note.id), note];
  });
}

export function removeNote(dir: string, id: string): Promise<Note[]> {
  return change(dir, (notes) => notes.filter((note) => note.id !== id));
}

/** By session folder: one change after the other, so that none undoes another. */
const tails = new Map<string, Promise<unknown>>();

function change(dir: string, edit: (notes: Note[]) => Note[]): Promise<Note[]> {
  const work = async (): Promise<Note[]> => {
    const notes = edit(await readNotes(dir)).sort((a, b) => a.t_ms - b.t_ms);
    const text = `${JSON.stringify({ version: NOTES_VERSION, notes }, null, 2)}\n`;
    // Temporary file, fsync, rename: after a crash there is the file from before, or the new one whole.
    await writeFileAtomic(join(dir, NOTES_FILE), text, { mode: 0o600 });
    return notes;
  };
  const done = (tails.get(dir) ?? Promise.resolve()).then(work, work);
  tails.set(dir, done);
  void done.catch(() => undefined).then(() => tails.get(dir) === done && tails.delete(dir));
  return done;
}

const unreadable = (file: string, details: string): RollcallError =>
  new RollcallError(
    'SESSION_INVALID',
    `The notes in "${file}" cannot be read.`,
    'The file is left as it is: mend it, or move it away to begin anew.',
    { details },
  );
