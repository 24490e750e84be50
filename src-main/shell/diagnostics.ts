import { arch, cpus, release, totalmem } from 'node:os';
import type { AppSnapshot, SessionSummary } from '../contract/ipc.ts';
import type { LiveRecording } from '../contract/live.ts';

/** Recordings whose errors are told; older ones say little about what is wrong now. */
const LATEST = 50;

/**
 * What helps to find a defect: versions, the machine, what is set up, how recordings ended. It is made of what the window
 * may see, so it holds no secret; names of people and rooms, links and paths below the library are left out as well.
 */
export function diagnostics(
  snapshot: AppSnapshot,
  sessions: readonly SessionSummary[],
  live: LiveRecording | null,
): string {
  const { settings, library } = snapshot;
  const states: Record<string, number> = {};
  for (const { state } of sessions) states[state] = (states[state] ?? 0) + 1;
  const bundle = {
    made_at: new Date().toISOString(),
    app: snapshot.version,
    runtime: process.versions,
    machine: { platform: process.platform, arch: arch(), release: release(), cpus: cpus().length, memory: totalmem() },
    library: { free_bytes: library.freeBytes, error: library.error?.code ?? null, sessions: sessions.length, states },
    settings: {
      hosted: settings.hosted && { region: settings.hosted.region, credentials: settings.hosted.credentials },
      webhook: settings.webhook && { signed: settings.webhook.signed },
      templates: settings.templates.length,
      rooms: settings.rooms.length,
    },
    live: live && {
      phase: live.phase,
      elapsed_ms: live.elapsedMs,
      error: live.error?.code ?? null,
      warnings: live.warnings.map(({ code }) => code),
      peers: live.peers.map(({ streams }) =>
        streams.flatMap(({ tracks }) =>
          tracks.map(({ kind, codec, fps, width, height, lostFrames, paused }) => ({
            ...{ kind, codec, fps, width, height, paused },
            lost_frames: lostFrames,
          })),
        ),
      ),
    },
    latest: sessions.slice(0, LATEST).map(({ sessionId, startedAt, durationMs, state, files, uploads, error }) => ({
      ...{ session_id: sessionId, started_at: startedAt, duration_ms: durationMs, state, files, uploads },
      error: error && { code: error.code, fault: error.fault },
    })),
  };
  return `${JSON.stringify(bundle, null, 2)}\n`;
}
