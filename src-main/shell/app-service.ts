import type {
  AppChange,
  AppSnapshot,
  ImportSummary,
  RecordTarget,
  SessionDetail,
  SessionSummary,
} from '../contract/ipc.ts';
import type { LiveRecording } from '../contract/live.ts';

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
  dismissLive(): void;

  finishFiles(sessionId: string): Promise<void>;
  retryUploads(sessionId: string): Promise<void>;
  cancelUploads(sessionId: string): Promise<void>;

  /** Reads and keeps a settings file that the user chose. */
  importSettings(file: string): Promise<ImportSummary>;
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
