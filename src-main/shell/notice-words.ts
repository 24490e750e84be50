import type { LiveRecording } from '../contract/live.ts';

/** What the system tells somebody who looks elsewhere. */
export interface Notice {
  title: string;
  body: string;
}

/** What a change of the recording is worth telling; null for most. Pure. */
export function noticeOf(before: LiveRecording | null, after: LiveRecording | null): Notice | null {
  if (after === null) return null;
  const same = before !== null && before.recordingId === after.recordingId;
  const was = same ? before.phase : null;
  const name = after.roomName;
  if (after.phase === 'recording' && was !== 'recording' && was !== null)
    return { title: `Recording ${name}`, body: 'Everybody who is in the call is recorded now.' };
  const warning = after.warnings.at(-1);
  if (warning !== undefined && same && before.warnings.length < after.warnings.length)
    return { title: `${name}: look at the recording`, body: warning.message };
  if (was === after.phase || was === null) return null;
  if (after.phase === 'failed') {
    const body = after.error === null ? 'What was captured is kept.' : `${after.error.message} ${after.error.remedy}`;
    return { title: `${name} needs you`, body };
  }
  if (after.phase !== 'done') return null;
  const { uploads } = after;
  if (uploads.some(({ state }) => state === 'failed'))
    return { title: `${name} needs you`, body: 'An upload did not get through. Everything is kept on this computer.' };
  if (uploads.length > 0 && uploads.every(({ state }) => state === 'delivered'))
    return { title: `${name} is delivered`, body: `${uploads.length} files have arrived and were checked.` };
  return { title: `${name} is ready`, body: 'Its files are on this computer.' };
}
