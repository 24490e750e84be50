import { z } from 'zod';
import type { ErrorRecord } from './errors.ts';
import { loudnessSchema } from './settings.ts';

const pixels = z.number().int().min(120).max(4096).multipleOf(2);
const seconds = z
  .number()
  .min(0)
  .max(1000 * 3600)
  .nullable();

/** What to make of a session for somebody who wants a file of it: another picture, a part of it, without some people, its sound. */
export const exportOptionsSchema = z.strictObject({
  /** Sound alone makes an `.m4a`. */
  soundOnly: z.boolean(),
  layout: z.enum(['grid', 'speaker', 'screen']),
  width: pixels,
  height: pixels,
  withoutPeers: z.array(z.string().min(1).max(1024)).max(1000),
  /** Seconds from the composite's start; null: its start, its end. */
  fromS: seconds,
  toS: seconds,
  /** Integrated loudness, LUFS; null: as the recording has it. */
  loudnessLufs: loudnessSchema.nullable(),
});
export type ExportOptions = z.infer<typeof exportOptionsSchema>;

/** The export under way, or the last one, until it is put away. */
export interface ExportView {
  sessionId: string;
  /** The file's name, without its folder. */
  name: string;
  state: 'working' | 'done' | 'stopped' | 'failed';
  /** 0 to 1. */
  progress: number;
  error: ErrorRecord | null;
}
