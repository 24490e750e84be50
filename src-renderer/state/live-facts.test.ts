import { expect, it } from 'vitest';
import { live, peers } from '../gallery/fixtures.ts';
import { diskLeftMs, peerLevel, trackHealth, tracksOf, wellbeing } from './live-facts.ts';

it('reckons the disk from what is sent now, three times over', () => {
  const oneTrack = { ...live, elapsedMs: 0, capturedBytes: 0, diskFreeBytes: 3_000_000, peers: peers.slice(4, 5) };
  const rate = tracksOf(peers[4] ?? { peerId: '', displayName: '', present: true, streams: [] })[0]?.bitrateBps ?? 0;
  expect(diskLeftMs(oneTrack)).toBeCloseTo((3_000_000 / ((rate / 8) * 3)) * 1000);
  expect(diskLeftMs({ ...oneTrack, peers: [] })).toBeNull();
  expect(diskLeftMs({ ...oneTrack, diskFreeBytes: null })).toBeNull();
});

it('says what needs somebody, the gravest first', () => {
  expect(wellbeing({ ...live, peers: [] })).toEqual({ tone: 'ok', text: 'All well' });
  expect(wellbeing({ ...live, diskFreeBytes: 1_000_000 }).text).toMatch(/disk is nearly full/);
  expect(wellbeing({ ...live, warnings: [{ code: 'X', message: 'Joining again' }] }).text).toBe('Joining again');
});

it('tells muted, stalled and lossy tracks apart', () => {
  const track = tracksOf(peers[0] ?? { peerId: '', displayName: '', present: true, streams: [] })[1];
  if (track === undefined) throw new Error('the fixture has a camera');
  expect(trackHealth(track).word).toBe('good');
  expect(trackHealth({ ...track, fps: 0 }).word).toBe('no frames arrive');
  expect(trackHealth({ ...track, fps: 0, paused: true }).word).toBe('off');
  expect(trackHealth({ ...track, lostFrames: 3 }).word).toBe('3 lost');
});

it('measures nothing where the microphone is muted', () => {
  expect(peers.slice(0, 2).map(peerLevel)).toEqual([0.42, null]);
});
