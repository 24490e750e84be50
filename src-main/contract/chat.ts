import { z } from 'zod';

/** What was written in the call, as it comes: one message a line. The files for people are made of it. */
export const CHAT_LOG = 'chat.ndjson';
export const CHAT_CSV = 'chat.csv';
export const CHAT_JSON = 'chat.json';
export const CHAT_FILES = [CHAT_CSV, CHAT_JSON] as const;

/** A longer message (UTF-16 code units) is cut, and says so. */
export const MAX_CHAT_TEXT = 16_384;

/** A message of the room's chat; untrusted text. `t` is milliseconds since the session's start. */
export const chatMessageSchema = z.object({
  t: z.number(),
  /** null: the server does not say whose it is. */
  peer_id: z.string().nullable(),
  /** What the sender was called then. */
  display_name: z.string(),
  text: z.string().max(MAX_CHAT_TEXT),
  /** Only the beginning is kept. */
  truncated: z.boolean().optional(),
});
export type ChatMessage = z.infer<typeof chatMessageSchema>;

/** More than anybody reads in a window; all of it is in the session's `chat.csv`. */
export const MAX_SHOWN_MESSAGES = 2000;

/** A session's chat, for looking at. */
export interface ChatView {
  /** The first `MAX_SHOWN_MESSAGES`. */
  messages: ChatMessage[];
  /** How many there are. */
  total: number;
}
