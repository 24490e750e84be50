import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { CaptureCommand } from '../contract/capture.ts';
import type { RollcallError } from '../contract/errors.ts';
import { startDate } from '../contract/ids.ts';
import { SESSION_SCHEMA_VERSION, type Session } from '../contract/session.ts';
import { ChatLog } from './chat-log.ts';
import { lockSession } from './lock.ts';
import { SessionManifest } from './manifest.ts';
import { TimelineWriter } from './timeline.ts';
import { TrackStore } from './track-store.ts';

export interface CapturePlan {
  libraryDir: string;
  appVersion: string;
  sessionId: string;
  room: Session['room'];
  settings: Session['settings'];
  start: Extract<CaptureCommand, { type: 'start' }>;
  /** Seconds after which the recording stops by itself; null: never. */
  maxDurationS: number | null;
  /** Seconds after the last peer has left until it stops; null: never. */
  stopWhenEmptyS: number | null;
  /** Asked when the first media is there: why nothing may be recorded, or null. */
  admit?: () => RollcallError | null;
}

/** A session folder that is being recorded into. */
export interface OpenSession {
  manifest: SessionManifest;
  timeline: TimelineWriter;
  tracks: TrackStore;
  chat: ChatLog;
  /** Unix milliseconds at session time 0. */
  epochMs: number;
  /** Gives the folder back to other processes. */
  unlock: () => Promise<void>;
}

/** Makes a session's folder with its manifest and locks it. Throws what the file system throws. */
export async function openSession(plan: CapturePlan, epochMs: number): Promise<OpenSession> {
  const dir = join(plan.libraryDir, plan.room.id, startDate(epochMs), plan.sessionId);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const unlock = await lockSession(dir);
  const manifest = await SessionManifest.create(dir, {
    schema_version: SESSION_SCHEMA_VERSION,
    app_version: plan.appVersion,
    session_id: plan.sessionId,
    state: 'recording',
    room: plan.room,
    start_date: startDate(epochMs),
    started_at: new Date(epochMs).toISOString(),
    stopped_at: null,
    epoch_ms: epochMs,
    duration_ms: null,
    settings: plan.settings,
    peers: [],
    streams: [],
    tracks: [],
    outputs: [],
    uploads: [],
    webhooks: [],
    error: null,
  });
  const tracks = await TrackStore.create(dir);
  return { manifest, timeline: new TimelineWriter(dir), tracks, chat: new ChatLog(dir), epochMs, unlock };
}

/** Ends a recorded session: every byte is on the disk, and its files can be made. */
export async function closeSession(
  { tracks, timeline, manifest, epochMs }: OpenSession,
  reason: string,
): Promise<void> {
  await tracks.closeAll();
  const stoppedAtMs = Date.now();
  await timeline.append({ t: stoppedAtMs - epochMs, type: 'session-stopped', reason });
  await manifest.update((draft) => {
    draft.state = 'finalizing';
    draft.stopped_at = new Date(stoppedAtMs).toISOString();
  });
}
