import { expect, it } from 'vitest';
import type { Session } from '../contract/session.ts';
import type { TimelineEvent } from '../contract/timeline.ts';
import { sessionLanes } from './lanes.ts';

const [mic, camera, stream] = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002', 's'];
const session = {
  duration_ms: 10_000,
  peers: [
    { peer_id: 'a', display_name: 'Ada', joined_ms: 0, left_ms: null },
    { peer_id: 'b', display_name: '', joined_ms: 2_000, left_ms: 4_000 },
  ],
  streams: [
    { stream_id: stream, peer_id: 'a', type: 'regular', start_ms: 100, end_ms: 9_000, track_ids: [mic, camera] },
  ],
  outputs: [
    {
      output_id: stream,
      stream_id: stream,
      state: 'done',
      file: 'f.mp4',
      start_ms: 100,
      duration_ms: 8_900,
      width: 640,
    },
  ],
} as unknown as Session;
const events: TimelineEvent[] = [
  { t: 0, type: 'peer-joined', peer_id: 'a', display_name: 'Ada' },
  { t: 500, type: 'track-paused', track_id: camera, reason: 'camera-off' },
  { t: 900, type: 'track-resumed', track_id: camera },
  { t: 1_000, type: 'span', track_id: camera, reason: 'loss', end: 1_100 },
  { t: 1_120, type: 'span', track_id: camera, reason: 'loss', end: 1_200 },
  { t: 2_000, type: 'peer-joined', peer_id: 'b', display_name: '' },
  { t: 3_000, type: 'disconnected', what: 'ice' },
  { t: 3_500, type: 'reconnected', what: 'ice', gap_ms: 500 },
  { t: 4_000, type: 'peer-left', peer_id: 'b' },
  { t: 5_000, type: 'span', track_id: camera, reason: 'layer-switch', end: 5_200 },
  { t: 6_000, type: 'track-paused', track_id: mic, reason: 'muted' },
];

it('shows who was there, what was sent, and why something is missing', () => {
  const { lanes, durationMs } = sessionLanes(session, events);
  expect(durationMs).toBe(10_000);
  expect(lanes.map(({ name, presence }) => ({ name, presence }))).toEqual([
    { name: 'Ada', presence: [[0, 10_000]] },
    { name: 'b', presence: [[2_000, 4_000]] },
  ]);
  expect(lanes[0]?.file).toEqual({
    outputId: stream,
    path: 'f.mp4',
    startMs: 100,
    durationMs: 8_900,
    hasPicture: true,
  });
  expect(lanes[0]?.spans).toEqual([
    { fromMs: 500, toMs: 900, reason: 'camera-off' },
    { fromMs: 1_000, toMs: 1_200, reason: 'loss' },
    { fromMs: 3_000, toMs: 3_500, reason: 'reconnect' },
    { fromMs: 6_000, toMs: 9_000, reason: 'muted' },
  ]);
  expect(lanes[1]).toMatchObject({ type: null, file: null, spans: [{ reason: 'reconnect' }] });
});
