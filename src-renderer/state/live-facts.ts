import type { LivePeer, LiveRecording, LiveTrack } from '../../src-main/contract/live.ts';
import type { StreamType } from '../../src-main/contract/session.ts';
import { texts } from '../../src-main/contract/texts/index.ts';

/** What the Live screen says, computed from what main tells. Pure. */

/** Whether the recorder is in the call, or on its way in. */
export const isCapturing = (live: LiveRecording | null): boolean =>
  live !== null && (live.phase === 'joining' || live.phase === 'waiting-for-peers' || live.phase === 'recording');

/** Whether the recording under way is paused. */
export const isPaused = (live: Pick<LiveRecording, 'pausedAtMs'> | null): boolean => live?.pausedAtMs != null;

export const tracksOf = (peer: LivePeer): LiveTrack[] => peer.streams.flatMap((stream) => stream.tracks);

/** Tracks, streams and the composite are kept at the same time: about this much of the captured rate in all. */
const DISK_FACTOR = 3;
/** Disk below which the Live screen warns, in milliseconds of recording. */
const LOW_DISK_MS = 30 * 60_000;

/**
 * How long the disk lasts at the present rate (of the last moments, or the average where nothing is sent now), in
 * milliseconds; null while nothing is known.
 */
export function diskLeftMs(live: LiveRecording): number | null {
  if (live.diskFreeBytes === null) return null;
  const now = live.peers.flatMap(tracksOf).reduce((sum, track) => sum + track.bitrateBps, 0) / 8;
  const average = live.elapsedMs > 2000 ? (live.capturedBytes / live.elapsedMs) * 1000 : 0;
  const rate = Math.max(now, average) * DISK_FACTOR;
  return rate <= 0 ? null : (live.diskFreeBytes / rate) * 1000;
}

/** Four people with cameras at about 1.5 Mbit/s each. */
const TYPICAL_CALL_BYTES_S = (4 * 1_500_000) / 8;

/** How many milliseconds of a usual call a disk takes, all files counted. */
export const callMsOf = (freeBytes: number): number => (freeBytes / (TYPICAL_CALL_BYTES_S * DISK_FACTOR)) * 1000;

/** What a track is to people. */
export function trackNoun(track: LiveTrack, type: StreamType): string {
  if (type === 'screen') return track.kind === 'video' ? texts.tracks.screen : texts.tracks.screenSound;
  return track.kind === 'video' ? texts.tracks.camera : texts.tracks.microphone;
}

export type TrackHealth = { tone: 'ok' | 'quiet' | 'warn'; word: string };

/** How one track is, in a word or two. */
export function trackHealth(track: LiveTrack): TrackHealth {
  if (track.paused) return { tone: 'quiet', word: track.kind === 'audio' ? texts.tracks.muted : texts.tracks.off };
  if (track.kind === 'video' && track.fps === 0) return { tone: 'warn', word: texts.tracks.noFrames };
  if (track.lostFrames > 0) return { tone: 'warn', word: texts.tracks.lost(track.lostFrames) };
  return { tone: 'ok', word: texts.tracks.good };
}

/** The one line at the bottom: all well, or the first thing that needs somebody. */
export function wellbeing(live: LiveRecording): { tone: 'ok' | 'warn'; text: string } {
  if (isPaused(live)) return { tone: 'warn', text: texts.live.wellbeing.paused };
  const warning = live.warnings.at(-1);
  if (warning !== undefined) return { tone: 'warn', text: warning.message };
  const left = diskLeftMs(live);
  if (left !== null && left < LOW_DISK_MS) {
    return { tone: 'warn', text: texts.live.wellbeing.diskLow };
  }
  const stalled = live.peers.find(
    (peer) =>
      peer.present && tracksOf(peer).some((track) => track.kind === 'video' && !track.paused && track.fps === 0),
  );
  if (stalled !== undefined) return { tone: 'warn', text: texts.live.wellbeing.noPicture(stalled.displayName) };
  return { tone: 'ok', text: texts.live.wellbeing.good };
}

/** The loudest of a peer's microphones now, 0 to 1; null where it has none or is muted. */
export function peerLevel(peer: LivePeer): number | null {
  const levels = tracksOf(peer)
    .filter((track) => track.kind === 'audio' && !track.paused && track.level !== null)
    .map((track) => track.level ?? 0);
  return levels.length === 0 ? null : Math.max(...levels);
}

/** The video of somebody that is sent now; null where there is none, or it is paused. */
export function videoTrack({ streams }: LivePeer, type: StreamType): LiveTrack | null {
  const tracks = streams.filter((stream) => stream.type === type).flatMap((stream) => stream.tracks);
  return tracks.findLast(({ kind, paused }) => kind === 'video' && !paused) ?? null;
}
