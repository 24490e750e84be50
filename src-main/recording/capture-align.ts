import type { ClockSample } from '../contract/capture.ts';
import type { SessionTrack } from '../contract/session.ts';

/** Fewer samples than this say more about one moment of the sender than about its tracks. */
const ENOUGH_SAMPLES = 3;
/** More is not a delay between a camera and a microphone but two clocks that have nothing to do with each other. */
const MOST_MS = 1000;

/**
 * Sound against picture of one peer by when they were captured, where the sender says so (the RTP header extension
 * `abs-capture-time`, by platforms that hand it out): arrival alone has the sender's encoders and queues in it, of which
 * pictures have more than sound. The track that was delayed more is moved to the other; tracks without, and those that
 * never overlap, stay as arrival has them.
 */
export function alignByCapture(
  tracks: readonly SessionTrack[],
  clocks: ReadonlyMap<string, readonly ClockSample[]>,
): SessionTrack[] {
  const shifts = new Map<string, number>();
  const sounds = tracks.filter(({ kind }) => kind === 'audio');
  for (const picture of tracks.filter(({ kind }) => kind === 'video')) {
    const sound = sounds
      .filter(({ stream_id }) => stream_id === picture.stream_id)
      .sort((a, b) => overlapMs(b, picture) - overlapMs(a, picture))[0];
    if (!sound || overlapMs(sound, picture) <= 0) continue;
    const [from, to] = [Math.max(sound.start_ms, picture.start_ms), Math.min(sound.end_ms, picture.end_ms)];
    const soundMs = delayMs(sound, clocks.get(sound.track_id) ?? [], from, to);
    const pictureMs = delayMs(picture, clocks.get(picture.track_id) ?? [], from, to);
    if (soundMs === null || pictureMs === null || Math.abs(soundMs - pictureMs) > MOST_MS) continue;
    // One sound may have several pictures: it is the picture that is moved to it, unless it is the sound that is late.
    if (pictureMs >= soundMs || shifts.has(sound.track_id)) shifts.set(picture.track_id, soundMs - pictureMs);
    else shifts.set(sound.track_id, pictureMs - soundMs);
  }
  return tracks.map((track) => moved(track, shifts.get(track.track_id) ?? 0));
}

const overlapMs = (a: SessionTrack, b: SessionTrack): number =>
  Math.min(a.end_ms, b.end_ms) - Math.max(a.start_ms, b.start_ms);

/** How long after its capture a track's media are placed in the session, on the sender's clock: the median. */
function delayMs(
  { clock }: SessionTrack,
  samples: readonly ClockSample[],
  fromMs: number,
  toMs: number,
): number | null {
  const delays = samples
    .flatMap(({ fileMs, captureMs }) => {
      const sessionMs = clock.offset_ms + (1 + clock.skew) * fileMs;
      return captureMs === undefined || sessionMs < fromMs || sessionMs > toMs ? [] : [sessionMs - captureMs];
    })
    .sort((a, b) => a - b);
  return delays.length < ENOUGH_SAMPLES ? null : (delays[delays.length >> 1] ?? null);
}

function moved(track: SessionTrack, byMs: number): SessionTrack {
  if (byMs === 0) return track;
  const clock = { ...track.clock, offset_ms: track.clock.offset_ms + byMs };
  return { ...track, clock, start_ms: Math.max(0, track.start_ms + byMs), end_ms: track.end_ms + byMs };
}
