import { describe, expect, it } from 'vitest';
import { certificateSchema, MAX_GAPS, type Certificate } from '../contract/certificate.ts';
import type { SessionTrack } from '../contract/session.ts';
import type { TimelineEvent } from '../contract/timeline.ts';
import { planPictures } from '../media/pictures.ts';
import { compareCertificates, lipSyncProblem } from './compare.ts';
import { locate } from './correlate.ts';
import { findGaps, type Span, type TrackMedia } from './gaps.ts';
import { latenessStats, pictureLateness } from './lateness.ts';

const media = (
  kind: 'audio' | 'video',
  holes: Span[],
  more: { paused?: [number, number][]; source?: SessionTrack['source']; media?: Span | null } = {},
): TrackMedia => {
  const track = {
    track_id: 't',
    kind,
    source: more.source ?? (kind === 'audio' ? 'mic' : 'camera'),
    paused: more.paused ?? [],
  };
  return { track: track as unknown as SessionTrack, holes, media: more.media === undefined ? [0, 10_000] : more.media };
};
const span = (t: number, end: number, reason: 'loss' | 'stall'): TimelineEvent => ({
  ...{ t, type: 'span', track_id: 't', reason, end },
});

describe('findGaps', () => {
  const within: Span = [0, 10_000];
  it.each<[string, TrackMedia, TimelineEvent[], string]>([
    ['none', media('audio', []), [], ''],
    ['too short', media('audio', [[100, 180]]), [], ''],
    ['a mute', media('audio', [[2000, 3000]], { paused: [[1990, 3005]] }), [], '2000-3000 muted'],
    ['a camera that is off', media('video', [[2000, 3000]], { paused: [[1990, 3005]] }), [], '2000-3000 camera-off'],
    ['a loss that somebody noticed', media('video', [[2000, 2700]]), [span(2010, 2600, 'loss')], '2000-2700 loss'],
    [
      'another track’s loss',
      media('video', [[2000, 2700]]),
      [{ ...span(2010, 2600, 'loss'), track_id: 'u' } as TimelineEvent],
      '2000-2700 not-sent',
    ],
    [
      'a word about it that explains next to nothing',
      media('audio', [[2000, 6000]]),
      [span(2000, 2100, 'loss')],
      '2000-6000 not-sent',
    ],
    [
      'the longer of two reasons',
      media('audio', [[2000, 6000]], { paused: [[3000, 6000]] }),
      [span(2000, 2900, 'loss')],
      '2000-6000 muted',
    ],
    [
      'a reconnect',
      media('video', [[2000, 6000]]),
      [
        { t: 2100, type: 'disconnected', what: 'ice' },
        { t: 5900, type: 'reconnected', what: 'ice', gap_ms: 3800 },
      ],
      '2000-6000 reconnect',
    ],
    [
      'a reconnect that never came',
      media('video', [], { media: [0, 6000] }),
      [{ t: 6000, type: 'disconnected', what: 'ice' }],
      '6000-10000 reconnect',
    ],
    ['late and gone early', media('audio', [], { media: [1000, 8000] }), [], '0-1000 not-started 8000-10000 ended'],
    ['beyond the file', media('audio', [], { media: [-500, 12_000] }), [], ''],
    ['a screen at rest', media('video', [[2000, 9000]], { source: 'screen' }), [], ''],
    ['nothing at all', media('audio', [], { media: null, paused: [[0, 9000]] }), [], '0-10000 muted'],
  ])('%s', (_, track, timeline, expected) => {
    const { gaps } = findGaps([track], timeline, within);
    expect(gaps.map(({ from_ms, to_ms, reason }) => `${from_ms}-${to_ms} ${reason}`).join(' ')).toBe(expected);
  });

  it('lists so many and counts the rest', () => {
    const holes = Array.from({ length: MAX_GAPS + 7 }, (_, i): Span => [i * 200, i * 200 + 150]);
    const found = findGaps([media('audio', holes, { media: [0, 1e6] })], [], [0, 1e6]);
    expect([found.gaps.length, found.more_gaps]).toEqual([MAX_GAPS, 7]);
  });
});

it('says how late each shown frame is by the times in the file', () => {
  // Captured at 1003, 1036, 1069, 1080 (the last two fall on one frame of the file), in a file that starts at 1000.
  const timesMs = Float64Array.from([1003, 1036, 1069, 1080, 1136]);
  const index = { timesMs, keys: Uint8Array.of(1, 0, 0, 0, 0), formats: new Int32Array(5), damaged: new Uint8Array(5) };
  const plan = planPictures([{ index, endMs: 1170, paused: [], isCamera: true }], { startMs: 1000, fps: 30, ticks: 6 });
  const onTime = Float64Array.from({ length: 6 }, (_, i) => (i * 1000) / 30);
  const late = (times: Float64Array) => (pictureLateness(plan, [index], times, 1000)[0] ?? []).map(Math.round);
  expect(late(onTime)).toHaveLength(4 + Number(plan.frameTicks[0]?.[2] !== plan.frameTicks[0]?.[3]));
  expect(late(onTime).slice(0, 2)).toEqual([-3, -3]);
  expect(late(onTime.map((time) => time + 40)).slice(0, 2)).toEqual([37, 37]);
  expect(latenessStats([-10, 2, 2, 2])).toEqual({ frames: 4, mean_ms: -1, p95_ms: 10, worst_ms: 10 });
  expect(latenessStats([])).toBeNull();
});

describe('locate', () => {
  const rate = 48_000;
  /** Something like a voice: a tone that glides and swells, never the same twice. */
  const voice = (samples: number, seed = 1): Float32Array =>
    Float32Array.from({ length: samples }, (_, n) => {
      const t = n / rate;
      return (
        0.2 *
        Math.sin(2 * Math.PI * (180 + 40 * seed) * t + 9 * Math.sin(seed + 5 * t)) *
        (1 + Math.sin(3.1 * seed * t))
      );
    });
  const whole = voice(2 * rate);

  it.each([0, 1234, 12_000, 23_990])('finds a piece at sample %d', (at) => {
    const sound = new Float32Array(1.5 * rate);
    sound.set(whole.subarray(0, rate), at);
    expect(locate(whole.subarray(0, rate), sound) ?? -99).toSatisfy(
      (found: number) => at === 0 || Math.abs(found - at) < 6,
    );
  });

  it('finds it in a mix of four, quieter', () => {
    const sound = voice(1.5 * rate, 2).map((value, i) => value + (voice(1, 3)[0] ?? 0) + 0.6 * (whole[i - 9000] ?? 0));
    expect(Math.abs((locate(whole.subarray(0, rate), sound) ?? 0) - 9000)).toBeLessThan(24);
  });

  it('does not guess: silence, something else, a tone that is the same everywhere', () => {
    expect(locate(new Float32Array(rate), whole)).toBeNull();
    expect(locate(voice(rate, 7), voice(1.5 * rate, 2))).toBeNull();
    const tone = Float32Array.from({ length: 1.5 * rate }, (_, n) => 0.3 * Math.sin((2 * Math.PI * 500 * n) / rate));
    expect(locate(tone.subarray(4800, 4800 + rate), tone)).toBeNull();
  });
});

describe('compareCertificates', () => {
  const certificate: Certificate = certificateSchema.parse({
    ...{ version: 1, sha256: 'x', duration_ms: 1000, video: null, audio: null, more_gaps: 0 },
    sources: [{ track_id: 'a', kind: 'video', captured: 30, used: 29 }],
    sync: {
      ...{ av_offset_ms: 3, method: 'content', sound: [] },
      picture: { frames: 29, mean_ms: 1, p95_ms: 12, worst_ms: 20 },
    },
    gaps: [{ track_id: 'a', from_ms: 0, to_ms: 600, reason: 'camera-off' }],
  });
  const changed = (change: (copy: Certificate) => void): string[] => {
    const copy = structuredClone(certificate);
    change(copy);
    return compareCertificates(certificate, copy);
  };

  it('accepts the same, and rounding', () => {
    expect(changed(() => undefined)).toEqual([]);
    expect(changed(({ sync }) => (sync.av_offset_ms = 3.6))).toEqual([]);
  });

  it.each<[string, (copy: Certificate) => void]>([
    ['track a has 31 frames, not 30', (copy) => (copy.sources[0]!.captured = 31)],
    ['28 frames of track a are in it, not 29', (copy) => (copy.sources[0]!.used = 28)],
    ['track a is not among its tracks any more', (copy) => (copy.sources = [])],
    ['offset of sound to picture is 80 ms, not 3 ms', (copy) => (copy.sync.av_offset_ms = 80)],
    ['offset of sound to picture is not measured, not 3 ms', (copy) => (copy.sync.av_offset_ms = null)],
    ['the gap of track a at 0 ms is not as it was', (copy) => (copy.gaps[0]!.reason = 'loss')],
    ['its tracks have 0 gaps, not 1', (copy) => (copy.gaps = [])],
  ])('%s', (expected, change) => expect(changed(change)).toEqual([expected]));

  it.each([
    [3, null],
    [-41, 'its sound is 41 ms before its picture'],
    [61, 'its sound is 61 ms after its picture'],
  ])('judges an offset of %d ms', (av_offset_ms, expected) =>
    expect(lipSyncProblem({ ...certificate, sync: { ...certificate.sync, av_offset_ms } })).toBe(expected),
  );
});
