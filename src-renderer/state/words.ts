import type { SummaryState } from '../../src-main/contract/ipc.ts';
import type { LivePhase, LiveRecording, LiveUpload } from '../../src-main/contract/live.ts';
import type { PreflightCheck, PreflightResult } from '../../src-main/contract/preflight.ts';
import type { SessionOutput, SessionPeer, StreamType, WebhookDelivery } from '../../src-main/contract/session.ts';
import { texts } from '../../src-main/contract/texts/index.ts';
import { isPaused } from './live-facts.ts';

/**
 * What states are called and how they look: a tone, an icon and a word each, so that none is told by colour alone.
 * `red` is recording and loss of data, `amber` needs somebody, `green` is verified delivered, `blue` is in progress.
 */
export type Tone = 'red' | 'amber' | 'green' | 'blue' | 'plain';
export type IconName =
  'record' | 'alert' | 'check' | 'progress' | 'upload' | 'clock' | 'device' | 'broken' | 'stop' | 'pause';

export interface StateWord {
  tone: Tone;
  icon: IconName;
  word: string;
}

export const SUMMARY_WORDS: Record<SummaryState, StateWord> = {
  recording: { tone: 'red', icon: 'record', word: texts.states.recording },
  interrupted: { tone: 'amber', icon: 'alert', word: texts.states.interrupted },
  finalizing: { tone: 'blue', icon: 'progress', word: texts.states.finishingFiles },
  waiting: { tone: 'amber', icon: 'clock', word: texts.states.waitingToUpload },
  uploading: { tone: 'blue', icon: 'upload', word: texts.states.uploading },
  delivered: { tone: 'green', icon: 'check', word: texts.states.delivered },
  local: { tone: 'plain', icon: 'device', word: texts.states.onThisComputer },
  failed: { tone: 'amber', icon: 'alert', word: texts.states.needsYou },
  broken: { tone: 'amber', icon: 'broken', word: texts.states.cannotBeRead },
};

export const OUTPUT_WORDS: Record<SessionOutput['state'], StateWord> = {
  pending: { tone: 'plain', icon: 'clock', word: texts.states.notMadeYet },
  running: { tone: 'blue', icon: 'progress', word: texts.states.beingMade },
  done: { tone: 'plain', icon: 'device', word: texts.states.ready },
  failed: { tone: 'amber', icon: 'alert', word: texts.states.failed },
};

export const UPLOAD_WORDS: Record<LiveUpload['state'], StateWord> = {
  waiting: { tone: 'amber', icon: 'clock', word: texts.states.waitingForStorage },
  pending: { tone: 'plain', icon: 'clock', word: texts.states.inTheQueue },
  uploading: { tone: 'blue', icon: 'upload', word: texts.states.uploading },
  delivered: { tone: 'green', icon: 'check', word: texts.states.delivered },
  failed: { tone: 'amber', icon: 'alert', word: texts.states.uploadFailed },
};

export const MISSING_WORD: StateWord = { tone: 'red', icon: 'broken', word: texts.states.fileIsGone };

export const PHASE_WORDS: Record<LivePhase, StateWord> = {
  joining: { tone: 'blue', icon: 'progress', word: texts.states.joining },
  'waiting-for-peers': { tone: 'blue', icon: 'clock', word: texts.states.inTheCall },
  recording: { tone: 'red', icon: 'record', word: 'REC' },
  finalizing: { tone: 'blue', icon: 'progress', word: texts.states.finishingFiles },
  uploading: { tone: 'blue', icon: 'upload', word: texts.states.uploading },
  done: { tone: 'green', icon: 'check', word: texts.states.done },
  failed: { tone: 'amber', icon: 'alert', word: texts.states.stopped },
};

/** A recording that goes on without keeping anything. */
export const PAUSED_WORD: StateWord = { tone: 'amber', icon: 'pause', word: texts.states.paused };

/** A recording's phase; "done" says what that came to, and is green only where everything has been delivered. */
export function phaseWord(live: Pick<LiveRecording, 'phase' | 'uploads' | 'pausedAtMs'>): StateWord {
  const { phase, uploads } = live;
  if (isPaused(live) && (phase === 'waiting-for-peers' || phase === 'recording')) return PAUSED_WORD;
  if (phase !== 'done') return PHASE_WORDS[phase];
  if (uploads.some((upload) => upload.state === 'failed'))
    return { tone: 'amber', icon: 'alert', word: texts.states.needsYou };
  if (uploads.length > 0 && uploads.every((upload) => upload.state === 'delivered')) return UPLOAD_WORDS.delivered;
  return { tone: 'plain', icon: 'device', word: texts.states.filesReady };
}

/** The checks in the order in which they run, and what each is called. */
export const PREFLIGHT_ORDER = ['disk', 'encoder', 'join', 'bucket', 'clock'] as const satisfies PreflightCheck[];
export const PREFLIGHT_WORDS: Record<PreflightCheck, string> = {
  disk: texts.states.disk,
  encoder: texts.states.videoEncoder,
  join: texts.states.joiningACall,
  bucket: texts.states.storage,
  clock: texts.states.clock,
};
export const PREFLIGHT_STATES: Record<PreflightResult['state'] | 'running' | 'waiting', StateWord> = {
  ok: { tone: 'green', icon: 'check', word: texts.states.good },
  warn: { tone: 'amber', icon: 'alert', word: texts.states.slow },
  failed: { tone: 'amber', icon: 'alert', word: texts.states.needsYou },
  skipped: { tone: 'plain', icon: 'clock', word: texts.states.notTried },
  running: { tone: 'blue', icon: 'progress', word: texts.states.trying },
  waiting: { tone: 'plain', icon: 'clock', word: texts.states.waits },
};

export const STREAM_WORDS: Record<StreamType, string> = {
  regular: texts.states.cameraAndMicrophone,
  audio: texts.states.microphone,
  screen: texts.states.screen,
};

/** What a file of a session is, for people. */
export function outputLabel(
  output: Pick<SessionOutput, 'kind' | 'peer_id' | 'file'>,
  type: StreamType | null,
  peers: readonly Pick<SessionPeer, 'peer_id' | 'display_name'>[],
): { title: string; note: string } {
  if (output.kind === 'composite')
    return { title: texts.states.wholeMeeting, note: texts.states.everybodyInOnePicture };
  if (output.kind === 'chat') return { title: texts.states.chat, note: output.file };
  const peer = peers.find((candidate) => candidate.peer_id === output.peer_id);
  return {
    title: peer?.display_name || output.peer_id || texts.states.somebody,
    note: type === null ? texts.states.stream : STREAM_WORDS[type],
  };
}

export const WEBHOOK_WORDS: Record<WebhookDelivery['state'], StateWord> = {
  pending: { tone: 'amber', icon: 'clock', word: texts.states.notTakenYet },
  delivered: { tone: 'green', icon: 'check', word: texts.states.told },
  failed: { tone: 'amber', icon: 'alert', word: texts.states.refusedForGood },
};
