import type { SummaryState } from '../../src-main/contract/ipc.ts';
import type { LivePhase, LiveRecording, LiveUpload } from '../../src-main/contract/live.ts';
import type { PreflightCheck, PreflightResult } from '../../src-main/contract/preflight.ts';
import type { SessionOutput, SessionPeer, StreamType, WebhookDelivery } from '../../src-main/contract/session.ts';
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
  recording: { tone: 'red', icon: 'record', word: 'Recording' },
  interrupted: { tone: 'amber', icon: 'alert', word: 'Interrupted' },
  finalizing: { tone: 'blue', icon: 'progress', word: 'Finishing files' },
  waiting: { tone: 'amber', icon: 'clock', word: 'Waiting to upload' },
  uploading: { tone: 'blue', icon: 'upload', word: 'Uploading' },
  delivered: { tone: 'green', icon: 'check', word: 'Delivered' },
  local: { tone: 'plain', icon: 'device', word: 'On this computer' },
  failed: { tone: 'amber', icon: 'alert', word: 'Needs you' },
  broken: { tone: 'amber', icon: 'broken', word: 'Cannot be read' },
};

export const OUTPUT_WORDS: Record<SessionOutput['state'], StateWord> = {
  pending: { tone: 'plain', icon: 'clock', word: 'Not made yet' },
  running: { tone: 'blue', icon: 'progress', word: 'Being made' },
  done: { tone: 'plain', icon: 'device', word: 'Ready' },
  failed: { tone: 'amber', icon: 'alert', word: 'Failed' },
};

export const UPLOAD_WORDS: Record<LiveUpload['state'], StateWord> = {
  waiting: { tone: 'amber', icon: 'clock', word: 'Waiting for storage' },
  pending: { tone: 'plain', icon: 'clock', word: 'In the queue' },
  uploading: { tone: 'blue', icon: 'upload', word: 'Uploading' },
  delivered: { tone: 'green', icon: 'check', word: 'Delivered' },
  failed: { tone: 'amber', icon: 'alert', word: 'Upload failed' },
};

export const MISSING_WORD: StateWord = { tone: 'red', icon: 'broken', word: 'File is gone' };

export const PHASE_WORDS: Record<LivePhase, StateWord> = {
  joining: { tone: 'blue', icon: 'progress', word: 'Joining' },
  'waiting-for-peers': { tone: 'blue', icon: 'clock', word: 'In the call' },
  recording: { tone: 'red', icon: 'record', word: 'REC' },
  finalizing: { tone: 'blue', icon: 'progress', word: 'Finishing files' },
  uploading: { tone: 'blue', icon: 'upload', word: 'Uploading' },
  done: { tone: 'green', icon: 'check', word: 'Done' },
  failed: { tone: 'amber', icon: 'alert', word: 'Stopped' },
};

/** A recording that goes on without keeping anything. */
export const PAUSED_WORD: StateWord = { tone: 'amber', icon: 'pause', word: 'Paused' };

/** A recording's phase; "done" says what that came to, and is green only where everything has been delivered. */
export function phaseWord(live: Pick<LiveRecording, 'phase' | 'uploads' | 'pausedAtMs'>): StateWord {
  const { phase, uploads } = live;
  if (isPaused(live) && (phase === 'waiting-for-peers' || phase === 'recording')) return PAUSED_WORD;
  if (phase !== 'done') return PHASE_WORDS[phase];
  if (uploads.some((upload) => upload.state === 'failed')) return { tone: 'amber', icon: 'alert', word: 'Needs you' };
  if (uploads.length > 0 && uploads.every((upload) => upload.state === 'delivered')) return UPLOAD_WORDS.delivered;
  return { tone: 'plain', icon: 'device', word: 'Files ready' };
}

/** The checks in the order in which they run, and what each is called. */
export const PREFLIGHT_ORDER = ['disk', 'encoder', 'join', 'bucket', 'clock'] as const satisfies PreflightCheck[];
export const PREFLIGHT_WORDS: Record<PreflightCheck, string> = {
  disk: 'Disk',
  encoder: 'Video encoder',
  join: 'Joining a call',
  bucket: 'Storage',
  clock: 'Clock',
};
export const PREFLIGHT_STATES: Record<PreflightResult['state'] | 'running' | 'waiting', StateWord> = {
  ok: { tone: 'green', icon: 'check', word: 'Good' },
  warn: { tone: 'amber', icon: 'alert', word: 'Slow' },
  failed: { tone: 'amber', icon: 'alert', word: 'Needs you' },
  skipped: { tone: 'plain', icon: 'clock', word: 'Not tried' },
  running: { tone: 'blue', icon: 'progress', word: 'Trying' },
  waiting: { tone: 'plain', icon: 'clock', word: 'Waits' },
};

export const STREAM_WORDS: Record<StreamType, string> = {
  regular: 'camera and microphone',
  audio: 'microphone',
  screen: 'screen',
};

/** What a file of a session is, for people. */
export function outputLabel(
  output: Pick<SessionOutput, 'kind' | 'peer_id' | 'file'>,
  type: StreamType | null,
  peers: readonly Pick<SessionPeer, 'peer_id' | 'display_name'>[],
): { title: string; note: string } {
  if (output.kind === 'composite') return { title: 'Whole meeting', note: 'everybody in one picture' };
  if (output.kind === 'chat') return { title: 'Chat', note: output.file };
  const peer = peers.find((candidate) => candidate.peer_id === output.peer_id);
  return {
    title: peer?.display_name || output.peer_id || 'Somebody',
    note: type === null ? 'stream' : STREAM_WORDS[type],
  };
}

export const WEBHOOK_WORDS: Record<WebhookDelivery['state'], StateWord> = {
  pending: { tone: 'amber', icon: 'clock', word: 'Not taken yet' },
  delivered: { tone: 'green', icon: 'check', word: 'Told' },
  failed: { tone: 'amber', icon: 'alert', word: 'Refused for good' },
};
