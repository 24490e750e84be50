import { describe, expect, test } from 'vitest';
import { exportDraft, exportOptions, exportProblem } from './export-draft.ts';

const draft = exportDraft('s', 12);

describe('the export dialog', () => {
  test('proposes the whole recording as it is', () => {
    expect(exportOptions(draft, 3)).toEqual({
      ...{ soundOnly: false, layout: 'grid', width: 1280, height: 720, withoutPeers: [] },
      ...{ fromS: null, toS: null, loudnessLufs: null },
    });
  });

  test('takes times as people write them', () => {
    const clip = { ...draft, from: '1:30', to: ' 0:02:00.5 ', size: '720x1280', louder: true } as const;
    expect(exportOptions(clip, 3)).toMatchObject({
      fromS: 90,
      toS: 120.5,
      width: 720,
      height: 1280,
      loudnessLufs: -16,
    });
  });

  test.each([
    [{ from: 'soon' }, /1:30/],
    [{ from: '2:00', to: '1:00' }, /after the beginning/],
    [{ without: new Set(['a', 'b', 'c']) }, /Somebody/],
  ])('says what is wrong with %j', (over, words) => {
    expect(exportProblem({ ...draft, ...over }, 3)).toMatch(words);
    expect(exportOptions({ ...draft, ...over }, 3)).toBeNull();
  });
});
