import { expect, it } from 'vitest';
import type { LiveRecording, LiveUpload } from '../contract/live.ts';
import { noticeOf } from './notice-words.ts';

const live = (over: Partial<LiveRecording>): LiveRecording =>
  ({
    ...{ recordingId: 'a', phase: 'recording', roomName: 'Monday', uploads: [], warnings: [], error: null },
    ...over,
  }) as LiveRecording;
const upload = (state: LiveUpload['state']) => ({ state }) as LiveUpload;

it('tells what somebody who looks elsewhere wants to know, once', () => {
  expect(noticeOf(live({ phase: 'joining' }), live({}))?.title).toBe('Recording Monday');
  expect(noticeOf(live({}), live({}))).toBeNull();
  expect(noticeOf(live({ phase: 'uploading' }), live({ phase: 'done' }))?.title).toBe('Monday is ready');
  const done = (state: LiveUpload['state']) =>
    noticeOf(live({ phase: 'uploading' }), live({ phase: 'done', uploads: [upload('delivered'), upload(state)] }))
      ?.title;
  expect(done('delivered')).toBe('Monday is delivered');
  expect(done('failed')).toBe('Monday needs you');
  expect(noticeOf(live({}), live({ warnings: [{ code: 'X', message: 'The disk is nearly full.' }] }))?.body).toBe(
    'The disk is nearly full.',
  );
});

it('does not tell what was over before anybody looked', () => {
  expect(noticeOf(null, live({ phase: 'done' }))).toBeNull();
  expect(noticeOf(live({ phase: 'done' }), null)).toBeNull();
});
