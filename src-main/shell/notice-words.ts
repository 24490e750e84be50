import type { LiveRecording } from '../contract/live.ts';
import { texts } from '../contract/texts/index.ts';

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
    return { title: texts.notices.recording(name), body: texts.notices.everybodyWhoIsInThe };
  const warning = after.warnings.at(-1);
  if (warning !== undefined && same && before.warnings.length < after.warnings.length)
    return { title: texts.notices.lookAtTheRecording(name), body: warning.message };
  if (was === after.phase || was === null) return null;
  if (after.phase === 'failed') {
    const body =
      after.error === null ? texts.notices.whatWasCapturedIsKept : `${after.error.message} ${after.error.remedy}`;
    return { title: texts.notices.needsYou(name), body };
  }
  if (after.phase !== 'done') return null;
  const { uploads } = after;
  if (uploads.some(({ state }) => state === 'failed'))
    return { title: texts.notices.needsYou(name), body: texts.notices.anUploadDidNotGet };
  if (uploads.length > 0 && uploads.every(({ state }) => state === 'delivered'))
    return { title: texts.notices.isDelivered(name), body: texts.notices.filesHaveArrivedAndWere(uploads.length) };
  return { title: texts.notices.isReady(name), body: texts.notices.itsFilesAreOnThis };
}
