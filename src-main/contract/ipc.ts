import { z } from 'zod';
import { CHAT_FILES } from './chat.ts';
import type { ErrorRecord } from './errors.ts';
import type { LiveRecording } from './live.ts';
import type { SessionLanes } from './lanes.ts';
import type { OutputPreviews } from './previews.ts';
import type { SessionProgress } from './progress.ts';
import type { Session, WebhookDelivery } from './session.ts';
import { PREFLIGHT_CHECKS, type PreflightResult } from './preflight.ts';
import type { ChatView } from './chat.ts';
import { exportOptionsSchema, type ExportView } from './export.ts';
import { noteDraftSchema, type Note } from './notes.ts';
import { roomDraftSchema, settingsChangeSchema, type EditableSettings } from './settings-change.ts';
import type { DestinationTrial, WebhookTrial } from './trials.ts';
import type { UpdatesView } from './updates.ts';
import { ROOM_ID_PATTERN, type LAYOUTS, type RoomRecording } from './settings.ts';

/**
 * Everything that crosses between the window and main. The window is untrusted: main parses every argument with the
 * schemas below and answers with an `IpcResult`. No secret ever crosses; settings are shown as redacted views.
 */

export const sessionIdSchema = z.string().regex(/^[0-9a-f]{24}$/, 'must be 24 hexadecimal digits');
const outputIdSchema = z.union([z.literal('composite'), z.enum(CHAT_FILES), z.uuid()]);

/** What to record: a link that somebody pasted, or a room of the settings. */
export const recordTargetSchema = z.union([
  z.strictObject({ url: z.string().trim().min(1).max(2048) }),
  z.strictObject({ roomId: z.string().regex(ROOM_ID_PATTERN) }),
]);
export type RecordTarget = z.infer<typeof recordTargetSchema>;

/** Arguments of every channel, in order. A channel that is not here does not exist. */
export const channelArgs = {
  getSnapshot: z.tuple([]),
  getLive: z.tuple([]),
  listSessions: z.tuple([]),
  getSession: z.tuple([sessionIdSchema]),
  startRecording: z.tuple([recordTargetSchema]),
  stopRecording: z.tuple([]),
  pauseRecording: z.tuple([]),
  resumeRecording: z.tuple([]),
  dismissLive: z.tuple([]),
  watchTracks: z.tuple([z.array(z.uuid()).max(200)]),
  finishFiles: z.tuple([sessionIdSchema]),
  retryUploads: z.tuple([sessionIdSchema]),
  cancelUploads: z.tuple([sessionIdSchema]),
  retryUpload: z.tuple([sessionIdSchema, outputIdSchema]),
  copyLink: z.tuple([sessionIdSchema, outputIdSchema]),
  replayWebhook: z.tuple([sessionIdSchema, z.string().min(1).max(100)]),
  getLanes: z.tuple([sessionIdSchema]),
  getPreviews: z.tuple([sessionIdSchema, outputIdSchema]),
  getNotes: z.tuple([sessionIdSchema]),
  getChat: z.tuple([sessionIdSchema]),
  getExport: z.tuple([]),
  startExport: z.tuple([sessionIdSchema, exportOptionsSchema]),
  /** The time is in seconds from the composite's start. */
  previewExport: z.tuple([sessionIdSchema, exportOptionsSchema, z.number().min(0).max(3_600_000)]),
  cancelExport: z.tuple([]),
  dismissExport: z.tuple([]),
  showExport: z.tuple([]),
  saveNote: z.tuple([sessionIdSchema, noteDraftSchema]),
  removeNote: z.tuple([sessionIdSchema, z.uuid()]),
  openFolder: z.tuple([sessionIdSchema]),
  showItem: z.tuple([sessionIdSchema, outputIdSchema]),
  /** Absolute paths of folders that were dropped on the window. */
  importDropped: z.tuple([z.array(z.string().min(1).max(4096)).min(1).max(100)]),
  importSessions: z.tuple([]),
  trashSessions: z.tuple([z.array(sessionIdSchema).min(1).max(1000)]),
  rescanLibrary: z.tuple([]),
  openLibrary: z.tuple([]),
  chooseLibrary: z.tuple([]),
  importSettings: z.tuple([]),
  exportSettings: z.tuple([]),
  getSettings: z.tuple([]),
  changeSettings: z.tuple([settingsChangeSchema]),
  previewRoom: z.tuple([roomDraftSchema]),
  tryDestination: z.tuple([settingsChangeSchema]),
  tryWebhook: z.tuple([settingsChangeSchema]),
  /** The link is for the join test. */
  runPreflight: z.tuple([z.enum(PREFLIGHT_CHECKS), z.string().trim().min(1).max(2048).nullable()]),
  finishFirstRun: z.tuple([]),
  /** The call that a deep link proposed last, once. */
  takeRecordRequest: z.tuple([]),
  checkUpdates: z.tuple([]),
  installUpdate: z.tuple([]),
  saveDiagnostics: z.tuple([]),
  copyText: z.tuple([z.string().max(200_000)]),
} as const satisfies Record<string, z.ZodType<readonly unknown[]>>;

export type ChannelName = keyof typeof channelArgs;
export type ChannelArgs<Name extends ChannelName> = z.infer<(typeof channelArgs)[Name]>;

/** What each channel answers. */
export interface ChannelResults {
  /** Everything but the live recording and the sessions. */
  getSnapshot: AppSnapshot;
  getLive: LiveRecording | null;
  listSessions: SessionSummary[];
  getSession: SessionDetail;
  /** Answers once the recording has been accepted; joining and all after it comes as changes. */
  startRecording: null;
  /** Leaves the call and finishes the files, or gives up joining. */
  stopRecording: null;
  /** Answers once nothing is kept any more of what is sent. */
  pauseRecording: null;
  resumeRecording: null;
  /** Puts a recording that is over (done or failed) off the Live screen. */
  dismissLive: null;
  /** What these video tracks show comes as `picture` changes, for ten seconds or until the next call. */
  watchTracks: null;
  /** Makes again what is missing of a session's files. */
  finishFiles: null;
  retryUploads: null;
  /** Stops uploads under way; everything is kept. */
  cancelUploads: null;
  /** Uploads one file of a session again. */
  retryUpload: null;
  /** Signs a fresh link to a delivered file and puts it on the clipboard; the link itself stays in main. */
  copyLink: { expiresAt: string };
  /** Sends one event of the session's webhook again, once. */
  replayWebhook: WebhookDelivery | null;
  /** Who was there and why something is missing, from the session's timeline. */
  getLanes: SessionLanes;
  /** Poster, scrubbing pictures and waveform of an output (see `previews.ts`); null where it has no finished file. */
  getPreviews: OutputPreviews | null;
  /** Marks and notes of people, the earliest first; each change answers all of them. */
  getNotes: Note[];
  /** What was written in the room's chat, the earliest first, as much of it as a window can show. */
  getChat: ChatView;
  getExport: ExportView | null;
  /** Main shows the file dialog; null where it was cancelled. What becomes of the export comes as changes. */
  startExport: { name: string } | null;
  /** One picture of what would be made. */
  previewExport: { jpeg: Uint8Array<ArrayBuffer> };
  cancelExport: null;
  dismissExport: null;
  /** Shows the finished file in its folder. */
  showExport: null;
  saveNote: Note[];
  removeNote: Note[];
  openFolder: null;
  showItem: null;
  /** Copies session folders into the library; what is no session, or is there already, is said. */
  importDropped: ImportedSessions;
  /** Main shows the folder dialog; null where it was cancelled. */
  importSessions: ImportedSessions | null;
  /** To the system's bin. */
  trashSessions: null;
  /** Reads the library's folders again. */
  rescanLibrary: null;
  openLibrary: null;
  /** Main shows the folder dialog; null where it was cancelled. */
  chooseLibrary: { dir: string } | null;
  /** Main shows the file dialog; null where it was cancelled. */
  importSettings: ImportSummary | null;
  /** Main shows the file dialog and writes the settings without any secret; null where it was cancelled. */
  exportSettings: { file: string } | null;
  /** The settings for editing, every secret as dots. */
  getSettings: EditableSettings;
  /** Answers once the change is kept; what it means comes as a snapshot. */
  changeSettings: null;
  /** What a room would do if it were saved so; null where it could not be. */
  previewRoom: EffectiveView | null;
  /** Does what an upload does on the destination of a change, without keeping the change. */
  tryDestination: DestinationTrial;
  /** Sends a test event to the webhook of a change, without keeping the change. */
  tryWebhook: WebhookTrial;
  /** Runs one check; what goes wrong is its result. */
  runPreflight: PreflightResult;
  /** The first steps are done or skipped: they are not shown again. */
  finishFirstRun: null;
  takeRecordRequest: { url: string } | null;
  /** Answers at once; what is found comes as a snapshot. */
  checkUpdates: null;
  /** Closes the app, installs what is ready and starts it. */
  installUpdate: null;
  /** Main shows the file dialog and writes what helps to find a defect, without any secret; null where it was cancelled. */
  saveDiagnostics: { file: string } | null;
  copyText: null;
}

export type IpcResult<Value> = { ok: true; value: Value } | { ok: false; error: ErrorRecord };

/** `window.rollcall`: one function per channel, and the stream of changes. */
export type RollcallApi = {
  [Name in ChannelName]: (...args: ChannelArgs<Name>) => Promise<IpcResult<ChannelResults[Name]>>;
} & {
  /** Calls `listener` with every change from now on; returns how to stop it. */
  onChange(listener: (change: AppChange) => void): () => void;
  /** Absolute path of something that was dropped on the window, '' for what is no file. */
  pathOf(file: DroppedFile): string;
};

/** The part of the browser's `File` that has a type here. */
export interface DroppedFile {
  readonly name: string;
  readonly size: number;
}

/** main -> window, without being asked. */
export type AppChange =
  | { kind: 'snapshot'; snapshot: AppSnapshot }
  | { kind: 'live'; live: LiveRecording | null }
  /** What a watched video track shows now, as JPEG. */
  | { kind: 'picture'; trackId: string; jpeg: Uint8Array }
  | { kind: 'export'; view: ExportView | null }
  /** How far the work on a session is, about twice a second; null: it is over. */
  | { kind: 'progress'; sessionId: string; progress: SessionProgress | null }
  | { kind: 'sessions'; changed: SessionSummary[]; removed: string[] }
  /** A deep link proposes a call: `takeRecordRequest` tells which. */
  | { kind: 'record-request' }
  /** A menu item or shortcut of the operating system's menu. */
  | { kind: 'command'; command: MenuCommand };

export const MENU_COMMANDS = ['rooms', 'live', 'library', 'settings', 'record-or-stop', 'search', 'shortcuts'] as const;
export type MenuCommand = (typeof MENU_COMMANDS)[number];

/** Prefix of the invoke channels; `CHANGE_CHANNEL` carries `AppChange`. */
export const CHANNEL_PREFIX = 'rollcall:';
export const CHANGE_CHANNEL = 'rollcall:change';

/** What became of folders that were brought into the library. */
export interface ImportedSessions {
  /** Session ids. */
  imported: string[];
  skipped: { name: string; why: string }[];
}

export interface ImportSummary {
  /** The file's name, without its folder. */
  file: string;
  templates: number;
  rooms: number;
  hosted: boolean;
}

export interface AppSnapshot {
  version: string;
  platform: 'darwin' | 'win32' | 'linux';
  library: {
    dir: string;
    /** Of the disk that holds the library; null where it could not be read. */
    freeBytes: number | null;
    /** Why the library cannot be used now (folder gone, not writable), or null. */
    error: ErrorRecord | null;
    /** Whether the folders have been read through since the start. */
    scanned: boolean;
  };
  settings: SettingsView;
  /** Why uploads wait now; null: they do not. */
  uploadsHeld: UploadsHeld | null;
  /** Why a delivered recording whose time has come is kept all the same; null: none is. */
  retentionProblem: ErrorRecord | null;
  updates: UpdatesView;
  /** Nobody has set anything up or recorded anything yet. */
  firstRun: boolean;
}

/** Templates, rooms and destinations without their secrets. */
export interface SettingsView {
  hosted: DestinationView | null;
  webhook: WebhookView | null;
  templates: TemplateView[];
  rooms: RoomView[];
  /** How the recorder shows itself in a call, and what people are told of the recording. */
  recorder: { displayName: string; consentText: string };
  uploads: UploadsView;
  files: FilesView;
  /** Days after its delivery that a recording goes to the bin; null: it is kept. */
  retentionDays: number | null;
  /** Where newer versions of the app come from; null: they are not looked for. */
  updatesUrl: string | null;
}

/** How the files of recordings are made; null: the default. */
export interface FilesView {
  layout: (typeof LAYOUTS)[number] | null;
  size: string | null;
  loudnessLufs: number | null;
  /** One by its name in ffmpeg, `auto` or `software`. */
  encoder: string | null;
  quality: number | null;
}

/** How uploads share the connection with everything else. */
export interface UploadsView {
  paused: boolean;
  holdDuringCalls: boolean;
  onlyWhenIdle: boolean;
  onlyUnmetered: boolean;
  /** null: no limit. */
  maxKilobytesPerSecond: number | null;
}

/** Why uploads wait: the user paused them, a call is recorded, the network costs by the byte, somebody uses the computer. */
export type UploadsHeld = 'paused' | 'call' | 'metered' | 'in-use';

export interface DestinationView {
  kind: 's3' | 'hosted';
  /** What its addresses begin with. */
  scheme: 's3' | 'azure';
  /** Bucket; null where hosted storage is not set up. */
  location: string | null;
  prefix: string;
  region: string | null;
  /** Host of the endpoint, or null for AWS itself. */
  endpoint: string | null;
  /** How the app signs in, never the keys themselves. */
  credentials: 'keys' | 'endpoint' | 'default-chain' | 'none';
}

export interface WebhookView {
  /** Host alone: paths and queries of webhook URLs are often secrets themselves. */
  host: string;
  signed: boolean;
  headerNames: string[];
}

export interface TemplateView {
  id: string;
  name: string;
  enabled: boolean;
  destination: DestinationView | null;
  webhook: WebhookView | null;
  /** How many rooms belong to it. */
  rooms: number;
}

export interface RoomView {
  id: string;
  name: string;
  url: string;
  templateName: string | null;
  recording: RoomRecording;
  /** It is joined by itself, and recorded whenever somebody is there. */
  watched: boolean;
  /** What happens when this room is recorded now. */
  effective: EffectiveView;
  webhook: WebhookView | null;
}

export interface EffectiveView {
  records: boolean;
  /** One sentence that says why: "Auto: on, because template Classes is on." */
  reason: string;
  /** One sentence that says where to: "Uploads to s3://bucket/prefix." */
  delivery: string;
  destination: DestinationView;
}

/** How far a session is, for the library. `broken`: its folder is there, its manifest cannot be read. */
export const SUMMARY_STATES = [
  'recording',
  'interrupted',
  'finalizing',
  'waiting',
  'uploading',
  'delivered',
  'local',
  'failed',
  'broken',
] as const;
export type SummaryState = (typeof SUMMARY_STATES)[number];

/** One line of the library. */
export interface SessionSummary {
  sessionId: string;
  roomId: string;
  roomName: string;
  /** RFC 3339 UTC; for a broken session midnight of the folder's date. */
  startedAt: string;
  durationMs: number | null;
  people: string[];
  state: SummaryState;
  /** Size of the files made so far. */
  sizeBytes: number;
  files: { done: number; failed: number; total: number };
  uploads: { delivered: number; failed: number; total: number };
  error: ErrorRecord | null;
}

/** One session as the Review screen shows it. */
export interface SessionDetail {
  summary: SessionSummary;
  /** Absolute path, for people. */
  dir: string;
  /** Null where the manifest cannot be read: `summary.error` says why. */
  session: Session | null;
  /** Ids of outputs whose file is said to be done and is not on disk. */
  missing: string[];
  /** When uploads that failed are sent again by themselves, RFC 3339 UTC; absent: they are not. */
  uploadRetryAt?: string;
}
