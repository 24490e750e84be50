import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import type { Session, SessionTrack } from './contract/session.ts';
import { extendClock, sessionMs } from './media/clock-map.ts';
import type { TrackPool } from './media/track-pool.ts';

/**
 * A running track's clock is fitted anew with every second that it runs, and what was made of it by the fit of a minute
 * ago must still join what is made of it now. So the mapping is frozen as far as files were made by it, and goes on from
 * there in a straight line towards the newest fit: continuous, at most a millisecond off in the long run, and the same
 * for picture and sound, stream and composite. It is on disk before anything is made by it, so that a crash changes
 * nothing of the pieces that are there.
 */
export type FrozenClocks = Map<string, [number, number][]>;

const FILE = 'clocks.json';
const schema = z.record(z.string(), z.array(z.tuple([z.number(), z.number()])));

/** What a session's description has of its tracks. */
export type Described = Pick<Session, 'tracks' | 'streams'>;

/** The clocks that were frozen before; none where nothing was made during the call. */
export async function readClocks(workDir: string): Promise<FrozenClocks> {
  const text = await readFile(join(workDir, FILE), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{}';
    throw error;
  });
  return new Map(Object.entries(schema.parse(JSON.parse(text))));
}

export async function writeClocks(workDir: string, clocks: FrozenClocks): Promise<void> {
  await mkdir(workDir, { recursive: true });
  await writeFileAtomic(join(workDir, FILE), JSON.stringify(Object.fromEntries(clocks)), { mode: 0o600 });
}

/** Goes on with a track's clock as far as its file goes. */
export async function freezeTrack(clocks: FrozenClocks, track: SessionTrack, pool: TrackPool): Promise<void> {
  const file = track.kind === 'video' ? await pool.video(track) : await pool.sound(track);
  clocks.set(track.track_id, extendClock(clocks.get(track.track_id) ?? [], track.clock, file.lastFileMs));
}

/**
 * The clocks to make the files by: those frozen during the call, to the tracks' ends; a session of which nothing was made
 * during the call keeps the fit of the whole, which is the best there is.
 */
export async function finalClocks(
  { session }: { session: Readonly<Session> },
  described: Described,
  pool: TrackPool,
  workDir: string,
): Promise<FrozenClocks> {
  const clocks = await readClocks(workDir);
  for (const { track_id, clock } of session.tracks) if (clock.knots) clocks.set(track_id, clock.knots);
  if (clocks.size === 0) return clocks;
  const before = JSON.stringify([...clocks]);
  for (const track of described.tracks) if (clocks.has(track.track_id)) await freezeTrack(clocks, track, pool);
  if (JSON.stringify([...clocks]) !== before) await writeClocks(workDir, clocks);
  return clocks;
}

/** A description by frozen clocks: its times are those of the files that were made by them. */
export function withClocks<T extends Described>(described: T, clocks: FrozenClocks): T {
  const tracks = described.tracks.map((track): SessionTrack => {
    const knots = clocks.get(track.track_id);
    if (!knots || knots.length < 2) return track;
    const { offset_ms, skew } = track.clock;
    const clock = { offset_ms, skew, knots };
    const endFileMs = (track.end_ms - offset_ms) / (1 + skew);
    return { ...track, clock, start_ms: Math.max(0, sessionMs(clock, 0)), end_ms: sessionMs(clock, endFileMs) };
  });
  const streams = described.streams.map((stream) => {
    const own = tracks.filter(({ stream_id }) => stream_id === stream.stream_id);
    const start_ms = Math.min(...own.map((track) => track.start_ms));
    return { ...stream, start_ms, end_ms: Math.max(...own.map((track) => track.end_ms)) };
  });
  return { ...described, tracks, streams };
}
