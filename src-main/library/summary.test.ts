import { expect, it } from 'vitest';
import type { Session } from '../contract/session.ts';
import { summaryState } from './summary.ts';

type Output = Session['outputs'][number]['state'];
type Upload = Session['uploads'][number]['state'];

const session = (state: Session['state'], outputs: Output[], uploads: Upload[]): Session =>
  ({
    state,
    outputs: outputs.map((each) => ({ state: each })),
    uploads: uploads.map((each) => ({ state: each })),
  }) as unknown as Session;

it.each<[string, Session['state'], Output[], Upload[], boolean, string]>([
  ['a call under way', 'recording', [], [], true, 'recording'],
  ['a call that the app did not live to finish', 'recording', [], [], false, 'interrupted'],
  ['files being made', 'finalizing', ['done', 'running'], [], true, 'finalizing'],
  ['files that nobody makes any more', 'finalizing', ['done', 'running'], [], false, 'interrupted'],
  ['files only', 'done', ['done'], [], false, 'local'],
  ['an upload under way', 'delivering', ['done'], ['delivered', 'uploading'], true, 'uploading'],
  ['an upload about to start', 'delivering', ['done'], ['pending'], true, 'uploading'],
  ['an upload that nobody runs', 'delivering', ['done'], ['pending'], false, 'waiting'],
  ['no storage', 'delivering', ['done'], ['waiting'], false, 'waiting'],
  ['all delivered', 'done', ['done', 'done'], ['delivered', 'delivered'], false, 'delivered'],
  ['one upload refused', 'delivering', ['done', 'done'], ['delivered', 'failed'], false, 'failed'],
  ['a refused upload tried again', 'delivering', ['done', 'done'], ['failed', 'uploading'], true, 'uploading'],
  ['one file not made', 'failed', ['done', 'failed'], [], false, 'failed'],
  ['nobody came', 'done', [], [], false, 'local'],
])('%s', (_name, state, outputs, uploads, active, expected) => {
  expect(summaryState(session(state, outputs, uploads), active)).toBe(expected);
});
