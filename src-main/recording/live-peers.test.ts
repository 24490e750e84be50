import { expect, test } from 'vitest';
import { LivePeers } from './live-peers.ts';

const [MIC, CAMERA, STREAM] = ['1', '2', '3'].map((end) => `00000000-0000-4000-8000-00000000000${end}`) as [
  string,
  string,
  string,
];

/** Ana with microphone and camera, and what is told of her after samples `[track, file time, arrival]`. */
function skewAfter(samples: [trackId: string, fileMs: number, arrivalMs: number][], paused?: string): number | null {
  const peers = new LivePeers();
  peers.apply({ t: 0, type: 'peer-joined', peer_id: 'ana', display_name: 'Ana' });
  for (const [track_id, kind] of [
    [MIC, 'audio'],
    [CAMERA, 'video'],
  ] as const) {
    const what = { source: kind === 'audio' ? 'mic' : 'camera', codec: 'x', clock_rate: 1000 } as const;
    peers.apply({ t: 0, type: 'track-started', track_id, stream_id: STREAM, peer_id: 'ana', kind, ...what });
  }
  for (const [trackId, fileMs, arrivalMs] of samples) peers.clock(trackId, { fileMs, arrivalMs });
  if (paused) peers.apply({ t: 9, type: 'track-paused', track_id: paused, reason: 'muted' });
  expect(peers.peerHealth()[0]?.av_skew_ms).toBe(peers.view()[0]?.avSkewMs);
  return peers.view()[0]?.avSkewMs ?? null;
}

test.each<[string, [string, number, number][], number | null]>([
  ['nothing is known yet', [[MIC, 0, 50]], null],
  [
    'tracks that began at different times',
    [
      [MIC, 0, 50],
      [CAMERA, 0, 350],
      [MIC, 1000, 1050],
      [CAMERA, 1000, 1350],
    ],
    0,
  ],
  [
    'a picture that comes later than it did',
    [
      [MIC, 0, 50],
      [CAMERA, 0, 350],
      [MIC, 1000, 1050],
      [CAMERA, 1000, 1430],
    ],
    80,
  ],
  [
    'sound that comes later than it did',
    [
      [MIC, 0, 50],
      [CAMERA, 0, 350],
      [MIC, 1000, 1110],
      [CAMERA, 1000, 1350],
    ],
    -60,
  ],
])('%s', (_name, samples, skew) => {
  expect(skewAfter(samples)).toBe(skew);
});

test('drift of the clocks is no skew', () => {
  const samples = Array.from({ length: 600 }, (_, i): [string, number, number][] => [
    [MIC, i * 1000, i * 1000 + 50 + i * 0.05],
    [CAMERA, i * 1000, i * 1000 + 350],
  ]).flat();
  expect(Math.abs(skewAfter(samples) ?? NaN)).toBeLessThanOrEqual(1);
});

test('nothing is told of somebody who is muted', () => {
  expect(
    skewAfter(
      [
        [MIC, 0, 50],
        [CAMERA, 0, 350],
      ],
      MIC,
    ),
  ).toBeNull();
});
