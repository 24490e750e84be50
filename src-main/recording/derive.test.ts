import { describe, expect, test } from 'vitest';
import type { ClockSample } from '../contract/capture.ts';
import type { TimelineEvent } from '../contract/timeline.ts';
import { deriveSession, type DerivedSession, type TrackContent } from './derive.ts';

const AUDIO = '00000000-0000-4000-8000-00000000000a';
const VIDEO = '00000000-0000-4000-8000-00000000000b';
const STREAM = '00000000-0000-4000-8000-00000000000c';

const started = (track_id: string, kind: 'audio' | 'video', t: number, more: object = {}): TimelineEvent => ({
  t,
  type: 'track-started',
  track_id,
  stream_id: STREAM,
  peer_id: 'p',
  kind,
  source: kind === 'audio' ? 'mic' : 'camera',
  codec: kind === 'audio' ? 'opus' : 'vp8',
  clock_rate: kind === 'audio' ? 48_000 : 90_000,
  ...more,
});

const content = (endFileMs: number, frames = 10): TrackContent => ({
  endFileMs,
  frames,
  keyFrames: 1,
  lostFrames: 0,
  width: null,
  height: null,
  sizeBytes: 1,
});

function derive(
  timeline: TimelineEvent[],
  contents: [string, TrackContent][],
  clocks: [string, ClockSample[]][],
): DerivedSession {
  return deriveSession({ timeline, contents: new Map(contents), clocks: new Map(clocks), segment: (id) => id });
}

describe('a session from what is on disk', () => {
  const joined: TimelineEvent = { t: 0, type: 'peer-joined', peer_id: 'p', display_name: 'Pia' };
  const clocks: [string, ClockSample[]][] = [
    [
      AUDIO,
      [
        { fileMs: 0, arrivalMs: 120 },
        { fileMs: 1000, arrivalMs: 1110 },
      ],
    ],
    [VIDEO, [{ fileMs: 0, arrivalMs: 300 }]],
  ];

  test('an outage hides the picture before it as a pause does, and only the picture', () => {
    const span = (track_id: string, reason: 'stall' | 'layer-switch', t: number, end: number): TimelineEvent => ({
      ...{ type: 'span', track_id, reason, t, end },
    });
    const { tracks } = derive(
      [
        joined,
        started(AUDIO, 'audio', 50),
        started(VIDEO, 'video', 60),
        span(AUDIO, 'stall', 1000, 3000),
        span(VIDEO, 'stall', 1000, 3000),
        span(VIDEO, 'layer-switch', 3200, 3500),
        { t: 2500, type: 'track-paused', track_id: VIDEO, reason: 'camera-off' },
        { t: 3100, type: 'track-resumed', track_id: VIDEO },
      ],
      [
        [AUDIO, content(5000)],
        [VIDEO, content(4000)],
      ],
      clocks,
    );
    expect(tracks.map(({ kind, paused }) => [kind, paused])).toEqual([
      ['audio', []],
      ['video', [[1000, 3100]]],
    ]);
  });

  test('a stream lasts from its first to its last media, by the least delayed frames', () => {
    const session = derive(
      [joined, started(AUDIO, 'audio', 50), started(VIDEO, 'video', 60)],
      [
        [AUDIO, content(5000)],
        [VIDEO, content(4000)],
      ],
      clocks,
    );
    expect(session.streams).toEqual([
      { stream_id: STREAM, peer_id: 'p', type: 'regular', start_ms: 110, end_ms: 5110, track_ids: [AUDIO, VIDEO] },
    ]);
  });

  test('a microphone alone is an audio stream; tracks without frames do not count', () => {
    const session = derive(
      [joined, started(AUDIO, 'audio', 50), started(VIDEO, 'video', 60)],
      [
        [AUDIO, content(5000)],
        [VIDEO, content(0, 0)],
      ],
      clocks,
    );
    expect(session.streams.map(({ type }) => type)).toEqual(['audio']);
    expect(session.tracks.map(({ track_id }) => track_id)).toEqual([AUDIO]);
  });

  test('a track that was muted at its end lasts to its end', () => {
    const timeline: TimelineEvent[] = [
      joined,
      started(AUDIO, 'audio', 50),
      { t: 5100, type: 'track-paused', track_id: AUDIO, reason: 'muted' },
      { t: 9000, type: 'track-ended', track_id: AUDIO, reason: 'the peer left' },
    ];
    const [track] = derive(timeline, [[AUDIO, content(5000)]], clocks).tracks;
    expect(track).toMatchObject({ end_ms: 9000, paused: [[5100, 9000]] });
  });

  test('pauses of the recording are spans; one that nothing ended lasts to the end', () => {
    const timeline: TimelineEvent[] = [
      joined,
      { t: 1000, type: 'recording-paused' },
      { t: 3000, type: 'recording-resumed' },
      { t: 8000, type: 'recording-paused' },
      { t: 9500, type: 'session-stopped', reason: '' },
    ];
    expect(derive(timeline, [], []).pauses).toEqual([
      [1000, 3000],
      [8000, 9500],
    ]);
  });

  test('without clock samples the announcement stands in', () => {
    const [track] = derive([joined, started(AUDIO, 'audio', 50)], [[AUDIO, content(1000)]], []).tracks;
    expect(track).toMatchObject({ start_ms: 50, end_ms: 1050 });
  });

  test('peers that rename themselves, leave and come back are one peer', () => {
    const session = derive(
      [
        joined,
        { t: 10, type: 'peer-renamed', peer_id: 'p', display_name: 'Pia K.' },
        { t: 20, type: 'peer-left', peer_id: 'p' },
        { ...joined, t: 30, display_name: 'Pia K.' },
      ],
      [],
      [],
    );
    expect(session.peers).toEqual([
      { peer_id: 'p', display_name: 'Pia K.', device: null, segment: 'p', joined_ms: 0, left_ms: null },
    ]);
  });
});
