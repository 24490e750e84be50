import { describe, expect, test } from 'vitest';
import type { ClockSample } from '../contract/capture.ts';
import type { SessionTrack } from '../contract/session.ts';
import { alignByCapture } from './capture-align.ts';

const track = (track_id: string, kind: 'audio' | 'video', offset_ms: number, stream_id = 's'): SessionTrack => ({
  ...{ track_id, stream_id, kind, peer_id: 'p', source: kind === 'audio' ? 'mic' : 'camera', codec: 'x', file: 'f' },
  ...{ clock_rate: 90_000, channels: null, start_ms: offset_ms, end_ms: offset_ms + 60_000, frames: 1, key_frames: 1 },
  ...{ size_bytes: 1, width: null, height: null, paused: [], lost_frames: 0, clock: { offset_ms, skew: 0 } },
});

/** A sample a second, captured so long before it is placed in the session; the sender's clock began some time ago. */
const samples = ({ clock }: SessionTrack, delayMs: number | null): ClockSample[] =>
  Array.from({ length: 60 }, (_, second) => {
    const fileMs = second * 1000;
    const sessionMs = clock.offset_ms + fileMs;
    const captured = delayMs === null ? {} : { captureMs: 7e11 + sessionMs - delayMs + (second % 3) };
    return { fileMs, arrivalMs: sessionMs, ...captured };
  });

const offsets = (tracks: readonly SessionTrack[], delays: readonly (number | null)[]): number[] => {
  const clocks = new Map(tracks.map((one, i) => [one.track_id, samples(one, delays[i] ?? null)]));
  return alignByCapture(tracks, clocks).map(({ clock }) => clock.offset_ms);
};

describe('sound and picture by when they were captured', () => {
  const [sound, picture] = [track('a', 'audio', 100), track('v', 'video', 130)];
  test.each<[string, (number | null)[], number[]]>([
    ['the picture came 45 ms later than the sound of its moment', [20, 65], [100, 85]],
    ['the sound did', [50, 20], [70, 130]],
    ['the sender tells for one only', [20, null], [100, 130]],
    ['it tells for none', [null, null], [100, 130]],
    ['its two clocks have nothing to do with each other', [20, 90_000], [100, 130]],
  ])('%s', (_name, delays, expected) => expect(offsets([sound, picture], delays)).toEqual(expected));

  test('each picture of a stream is moved to its sound; other streams are left alone', () => {
    const later = { ...track('v2', 'video', 70_130), end_ms: 130_130 };
    const long = { ...sound, end_ms: 200_000 };
    const other = track('x', 'video', 5, 'other');
    expect(offsets([long, picture, later, other], [20, 65, 0, 90])).toEqual([100, 85, 70_130, 5]);
  });
});
