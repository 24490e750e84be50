import { expect, test } from 'vitest';
import type { RollcallEvent } from '../contract/events.ts';
import { ProgressOf } from './progress.ts';

type UploadEvent = Extract<RollcallEvent, { event: 'upload' }>;
const upload = (
  output_id: string,
  state: UploadEvent['state'],
  sent: number,
  size: number,
  rate?: number,
): UploadEvent => ({
  event: 'upload',
  ...{ output_id, key: `k/${output_id}`, state, sent, size },
  ...(rate === undefined ? {} : { rate, eta: Math.ceil((size - sent) / rate) }),
});

test('files that are made: their mean, and each that is not done', () => {
  const progress = new ProgressOf();
  expect(progress.view()).toBeNull();
  progress.hear({ event: 'finalizing', output_id: 'a', kind: 'stream', progress: 1 });
  progress.hear({ event: 'finalizing', output_id: 'b', kind: 'composite', progress: 0.2 });
  expect(progress.view()).toEqual({
    ...{ fraction: 0.6, bytesPerS: null, etaS: null },
    files: [{ outputId: 'b', step: 'making', fraction: 0.2, bytesPerS: null, etaS: null }],
  });
});

test('uploads: by bytes over all files, with the rates of those under way', () => {
  const progress = new ProgressOf();
  progress.hear({ event: 'finalizing', output_id: 'a', kind: 'stream', progress: 1 });
  progress.hear(upload('a', 'delivered', 300, 300));
  progress.hear(upload('b', 'uploading', 100, 400, 50));
  progress.hear(upload('c', 'pending', 0, 300));
  expect(progress.view()).toEqual({
    ...{ fraction: 0.4, bytesPerS: 50, etaS: 12 },
    files: [{ outputId: 'b', step: 'uploading', fraction: 0.25, bytesPerS: 50, etaS: 6 }],
  });
});

test('nothing is said of a rate before something was sent', () => {
  const progress = new ProgressOf();
  expect(progress.hear({ event: 'paused', t: 0 })).toBe(false);
  progress.hear(upload('a', 'uploading', 0, 0));
  expect(progress.view()).toMatchObject({ fraction: 0, bytesPerS: null, etaS: null });
});
