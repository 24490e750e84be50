import { z } from 'zod';

/** What people write about a session: `notes.json` in its folder, beside what was recorded and never in the way of it. */

export const NOTES_FILE = 'notes.json';
export const NOTES_VERSION = 1;

export const noteTextSchema = z.string().max(4000);

/** A mark at a moment of the session; without words it is a plain marker. */
export const noteSchema = z.object({
  id: z.uuid(),
  /** Milliseconds since the session's start. */
  t_ms: z.number().min(0),
  text: noteTextSchema,
  /** RFC 3339 UTC */
  created_at: z.string(),
});
export type Note = z.infer<typeof noteSchema>;

export const notesFileSchema = z.object({ version: z.literal(NOTES_VERSION), notes: z.array(noteSchema) });

/** What the window sends: `id` null makes a new one. */
export const noteDraftSchema = z.strictObject({
  id: z.uuid().nullable(),
  tMs: z.number().min(0).max(1e10),
  text: noteTextSchema,
});
export type NoteDraft = z.infer<typeof noteDraftSchema>;
