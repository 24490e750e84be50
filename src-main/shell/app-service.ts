import type {
  AppChange,
  AppSnapshot,
  EffectiveView,
  ImportedSessions,
  ImportSummary,
  RecordTarget,
  SessionDetail,
  SessionSummary,
} from '../contract/ipc.ts';
import type { SessionLanes } from '../contract/lanes.ts';
import type { LiveRecording } from '../contract/live.ts';
import type { OutputPreviews } from '../contract/previews.ts';
import type { ChatView } from '../contract/chat.ts';
import type { ExportOptions, ExportView } from '../contract/export.ts';
import type { Note, NoteDraft } from '../contract/notes.ts';
import type { EditableSettings, RoomDraft, SettingsChange } from '../contract/settings-change.ts';
import type { PreflightCheck, PreflightResult } from '../contract/preflight.ts';
import type { DestinationTrial, WebhookTrial } from '../contract/trials.ts';
import type { UpdatesView } from '../contract/updates.ts';
import type { WebhookDelivery } from '../contract/session.ts';

/** The settings, as the window may see and change them. */
export interface SettingsService {
  /** For editing: every secret is dots. */
  editable(): EditableSettings;
  /** Keeps one change. Rejects where it is wrong, or a secret cannot be kept. */
  change(change: SettingsChange): Promise<void>;
  /** What a room would do if it were saved so; null where it could not be. */
  previewRoom(draft: RoomDraft): EffectiveView | null;
  /** Does what an upload does on the destination of a change that is not kept. Rejects where the change is wrong. */
  tryDestination(change: SettingsChange): Promise<DestinationTrial>;
  /** Sends a test event to the webhook of a change that is not kept. Rejects where the change is wrong. */
  tryWebhook(change: SettingsChange): Promise<WebhookTrial>;
  /** Reads and keeps a settings file that the user chose. */
  importFile(file: string): Promise<ImportSummary>;
  /** Writes the settings, without any secret, to a file that the user chose. */
  exportFile(file: string): Promise<void>;
}

/** The first steps with the app. */
export interface SetupService {
  /** Runs one check; never rejects. `url`: the link for the join test. */
  preflight(check: PreflightCheck, url: string | null): Promise<PreflightResult>;
  /** They are done or skipped, and not shown again. */
  finishFirstRun(): Promise<void>;
}

/** Updates of the app itself. */
export interface UpdatesService {
  readonly view: UpdatesView;
  /** What comes of it is the view; never rejects. */
  check(): Promise<void>;
  /** Rejects where nothing is ready, or a call is recorded. */
  install(): Promise<void>;
}

/** The library's folders as a whole. */
export interface LibraryService {
  /** Copies session folders, or trees of them, into the library. */
  importPaths(paths: readonly string[]): Promise<ImportedSessions>;
  /** Moves sessions to the system's bin; rejects at the first that cannot be, those before it are moved. */
  trash(sessionIds: readonly string[]): Promise<void>;
  rescan(): Promise<void>;
}

/** What people add to a session when they look at it, and what they wrote while it was recorded. */
export interface ReviewService {
  notes(sessionId: string): Promise<Note[]>;
  chat(sessionId: string): Promise<ChatView>;
  /** Keeps a note and answers all of the session. */
  saveNote(sessionId: string, draft: NoteDraft): Promise<Note[]>;
  removeNote(sessionId: string, noteId: string): Promise<Note[]>;
}

/** Files of sessions that people want for themselves. */
export interface ExportService {
  readonly view: ExportView | null;
  /** The file of the last export that was finished, absolute; null where there is none. */
  readonly file: string | null;
  /** Rejects while another is made. */
  assertFree(): void;
  start(sessionId: string, options: ExportOptions, outFile: string): Promise<void>;
  /** One picture of what would be made, as JPEG. */
  still(sessionId: string, options: ExportOptions, atS: number): Promise<Buffer>;
  cancel(): Promise<void>;
  dismiss(): void;
}

/**
 * What the window can ask of the app. `main.ts` makes one from the recorder, the settings, the library and the upload
 * queue; the shell knows nothing else of them. Methods reject with a `RollcallError` whose words are shown as they are.
 */
export interface AppService {
  snapshot(): Promise<AppSnapshot>;
  /** The recording under way or just over; null where there is none (any more). */
  live(): LiveRecording | null;
  sessions(): Promise<SessionSummary[]>;
  session(sessionId: string): Promise<SessionDetail>;

  /** Resolves once the recording is accepted; rejects where the room is disabled, the link is wrong or one runs already. */
  startRecording(target: RecordTarget): Promise<void>;
  /** Ends the recording under way and finishes its files; does nothing where none runs. */
  stopRecording(): Promise<void>;
  /** Resolves once nothing is kept any more of what is sent; does nothing where none runs. */
  pauseRecording(): Promise<void>;
  resumeRecording(): Promise<void>;
  dismissLive(): void;
  /** Video tracks of the live recording that somebody sees: what they show comes as changes, for some seconds. */
  watchTracks(trackIds: readonly string[]): void;

  finishFiles(sessionId: string): Promise<void>;
  retryUploads(sessionId: string): Promise<void>;
  cancelUploads(sessionId: string): Promise<void>;
  retryUpload(sessionId: string, outputId: string): Promise<void>;
  /** A fresh link to a delivered file, and until when it works. */
  link(sessionId: string, outputId: string, seconds?: number): Promise<{ url: string; expiresAt: string }>;
  replayWebhook(sessionId: string, deliveryId: string): Promise<WebhookDelivery | null>;
  /** Who was there and why something is missing. */
  lanes(sessionId: string): Promise<SessionLanes>;
  /** Made where they are not there; null where the output has no finished file. */
  previews(sessionId: string, outputId: string): Promise<OutputPreviews | null>;

  readonly settings: SettingsService;
  readonly library: LibraryService;
  readonly review: ReviewService;
  readonly exports: ExportService;
  readonly setup: SetupService;
  readonly updates: UpdatesService;
  /** Uses another library folder from now on. */
  setLibrary(dir: string): Promise<void>;

  /** Calls `listener` for every change (`snapshot`, `live`, `sessions`); returns how to stop it. */
  onChange(listener: (change: AppChange) => void): () => void;
}

/** Whether closing the app now would cut a recording short. */
export const isCapturing = (live: LiveRecording | null): boolean =>
  live !== null && (live.phase === 'joining' || live.phase === 'waiting-for-peers' || live.phase === 'recording');

/** Whether work for a recording goes on that closing the app would put off. */
export const isWorking = (live: LiveRecording | null): boolean =>
  live !== null && (isCapturing(live) || live.phase === 'finalizing' || live.phase === 'uploading');
