import type { StartRecording } from '../contract/api-recordings.ts';
import type { RoomIn, TemplateIn } from '../contract/api-settings.ts';
import type { RecordingEvent } from '../contract/events.ts';
import type { SessionDetail, SessionSummary } from '../contract/ipc.ts';
import type { LiveRecording } from '../contract/live.ts';
import type { ResolvedSettings, Room, Settings } from '../contract/settings.ts';

/** Numbers since the start, for the metrics. */
export interface Counters {
  started: number;
  ended: { completed: number; failed: number };
  /** Bytes captured and frames lost by recordings that are over; those under way come on top. */
  capturedBytes: number;
  lostFrames: number;
  /** Failures by whose fault they are. */
  failures: Readonly<Record<string, number>>;
  diskFreeBytes: number | null;
  /** Sessions whose webhook events wait to be sent. */
  webhookQueue: number;
}

/**
 * What the API can ask of the app: the window's own services, with ids for answers. Everything throws a `RollcallError`
 * whose words are the answer's.
 */
export interface ApiService {
  readonly version: string;
  /** Every secret is dots. */
  settings(): Settings;
  resolve(settings: Settings, room: Room): ResolvedSettings;
  /** Changes a template, or makes one where `id` is null. @returns its id. */
  saveTemplate(id: string | null, draft: TemplateIn): Promise<string>;
  removeTemplate(id: string): Promise<void>;
  saveRoom(id: string | null, draft: RoomIn): Promise<string>;
  removeRoom(id: string): Promise<void>;

  /** Recordings under way, and the last ones that are over; the latest last. */
  live(): LiveRecording[];
  /** @returns the recording's id, once it is accepted. */
  start(roomId: string, overrides: StartRecording): Promise<string>;
  stop(recordingId: string): Promise<void>;
  pause(recordingId: string): Promise<void>;
  resume(recordingId: string): Promise<void>;

  sessions(): Promise<SessionSummary[]>;
  session(sessionId: string): Promise<SessionDetail>;
  link(sessionId: string, outputId: string, seconds: number): Promise<{ url: string; expiresAt: string }>;

  /** Calls `listener` with everything that happens from now on; returns how to stop it. */
  onEvent(listener: (event: RecordingEvent) => void): () => void;
  counters(): Counters;
}
