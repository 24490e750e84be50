import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { peerSegment, trackFile } from '../contract/ids.ts';
import type { TimelineEvent } from '../contract/timeline.ts';
import { ClockSamples } from './clock-samples.ts';
import { deriveSession, type DerivedSession, type TrackContent } from './derive.ts';
import { readTimeline } from './timeline.ts';

/** Reads what a track's file holds where a crash left no `track-closed`; null where nothing in it can be used. */
export type ProbeTrack = (file: string, kind: 'audio' | 'video') => Promise<Omit<TrackContent, 'sizeBytes'> | null>;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Folder and key segment of a peer id. */
export const segmentOf = (peerId: string): string => peerSegment(peerId, sha256);

/**
 * Works out peers, streams and tracks of a session from its folder alone.
 * @param samples of its tracks' clocks; one that is kept follows them from call to call.
 */
export async function gatherSession(
  sessionDir: string,
  probe: ProbeTrack,
  samples = new ClockSamples(sessionDir),
): Promise<DerivedSession> {
  const timeline = await readTimeline(sessionDir);
  const started = timeline.filter((event) => event.type === 'track-started');
  const clocks = new Map(
    await Promise.all(started.map(async ({ track_id }) => [track_id, await samples.read(track_id)] as const)),
  );
  const contents = new Map<string, TrackContent>();
  for (const { track_id, kind } of started) {
    const content = await trackContent(sessionDir, track_id, kind, timeline, probe);
    if (content) contents.set(track_id, content);
  }
  return deriveSession({ timeline, clocks, contents, segment: segmentOf });
}

async function trackContent(
  sessionDir: string,
  trackId: string,
  kind: 'audio' | 'video',
  timeline: readonly TimelineEvent[],
  probe: ProbeTrack,
): Promise<TrackContent | null> {
  const file = join(sessionDir, trackFile(trackId));
  const sizeBytes = await stat(file).then(
    (stats) => stats.size,
    () => 0, // No file: no frame ever came.
  );
  if (sizeBytes === 0) return null;
  for (const event of timeline) {
    if (event.type === 'track-closed' && event.track_id === trackId) {
      const { end_file_ms, frames, key_frames, lost_frames, width, height } = event;
      return {
        endFileMs: end_file_ms,
        frames,
        keyFrames: key_frames,
        lostFrames: lost_frames,
        width,
        height,
        sizeBytes,
      };
    }
  }
  const probed = await probe(file, kind);
  return probed && { ...probed, sizeBytes };
}
