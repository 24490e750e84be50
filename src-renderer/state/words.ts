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
  recording: { tone: 'red', icon: 'record', word: texts.states.session.recording },
  interrupted: { tone: 'amber', icon: 'alert', word: texts.states.session.interrupted },
  finalizing: { tone: 'blue', icon: 'progress', word: texts.states.session.finalizing },
  waiting: { tone: 'amber', icon: 'clock', word: texts.states.session.waiting },
  uploading: { tone: 'blue', icon: 'upload', word: texts.states.session.uploading },
  delivered: { tone: 'green', icon: 'check', word: texts.states.session.delivered },
  local: { tone: 'plain', icon: 'device', word: texts.states.session.local },
  failed: { tone: 'amber', icon: 'alert', word: texts.states.session.failed },
  broken: { tone: 'amber', icon: 'broken', word: texts.states.session.broken },
};

export const OUTPUT_WORDS: Record<SessionOutput['state'], StateWord> = {
  pending: { tone: 'plain', icon: 'clock', word: texts.states.output.pending },
  running: { tone: 'blue', icon: 'progress', word: texts.states.output.running },
  done: { tone: 'plain', icon: 'device', word: texts.states.output.done },
  failed: { tone: 'amber', icon: 'alert', word: texts.states.output.failed },
};

export const UPLOAD_WORDS: Record<LiveUpload['state'], StateWord> = {
  waiting: { tone: 'amber', icon: 'clock', word: texts.states.upload.waiting },
  pending: { tone: 'plain', icon: 'clock', word: texts.states.upload.pending },
  uploading: { tone: 'blue', icon: 'upload', word: texts.states.upload.uploading },
  delivered: { tone: 'green', icon: 'check', word: texts.states.upload.delivered },
  failed: { tone: 'amber', icon: 'alert', word: texts.states.upload.failed },
};

export const MISSING_WORD: StateWord = { tone: 'red', icon: 'broken', word: texts.states.output.missing };

export const PHASE_WORDS: Record<LivePhase, StateWord> = {
  joining: { tone: 'blue', icon: 'progress', word: texts.states.phase.joining },
  'waiting-for-peers': { tone: 'blue', icon: 'clock', word: texts.states.phase.waitingForPeers },
  recording: { tone: 'red', icon: 'record', word: texts.states.phase.recording },
  finalizing: { tone: 'blue', icon: 'progress', word: texts.states.phase.finalizing },
  uploading: { tone: 'blue', icon: 'upload', word: texts.states.phase.uploading },
  done: { tone: 'green', icon: 'check', word: texts.states.phase.done },
  failed: { tone: 'amber', icon: 'alert', word: texts.states.phase.failed },
};

/** A recording that goes on without keeping anything. */
export const PAUSED_WORD: StateWord = { tone: 'amber', icon: 'pause', word: texts.states.phase.paused };

/** A recording's phase; "done" says what that came to, and is green only where everything has been delivered. */
export function phaseWord(live: Pick<LiveRecording, 'phase' | 'uploads' | 'pausedAtMs'>): StateWord {
  const { phase, uploads } = live;
  if (isPaused(live) && (phase === 'waiting-for-peers' || phase === 'recording')) return PAUSED_WORD;
  if (phase !== 'done') return PHASE_WORDS[phase];
  if (uploads.some((upload) => upload.state === 'failed'))
    return { tone: 'amber', icon: 'alert', word: texts.states.session.failed };
  if (uploads.length > 0 && uploads.every((upload) => upload.state === 'delivered')) return UPLOAD_WORDS.delivered;
  return { tone: 'plain', icon: 'device', word: texts.states.phase.filesReady };
}

/** The checks in the order in which they run, and what each is called. */
export const PREFLIGHT_ORDER = ['disk', 'encoder', 'join', 'bucket', 'clock'] as const satisfies PreflightCheck[];
export const PREFLIGHT_WORDS: Record<PreflightCheck, string> = texts.checks.names;
export const PREFLIGHT_STATES: Record<PreflightResult['state'] | 'running' | 'waiting', StateWord> = {
  ok: { tone: 'green', icon: 'check', word: texts.checks.states.ok },
  warn: { tone: 'amber', icon: 'alert', word: texts.checks.states.warn },
  failed: { tone: 'amber', icon: 'alert', word: texts.checks.states.failed },
  skipped: { tone: 'plain', icon: 'clock', word: texts.checks.states.skipped },
  running: { tone: 'blue', icon: 'progress', word: texts.checks.states.running },
  waiting: { tone: 'plain', icon: 'clock', word: texts.checks.states.waiting },
};

export const STREAM_WORDS: Record<StreamType, string> = texts.outputs.streams;

/** What a file of a session is, for people. */
export function outputLabel(
  output: Pick<SessionOutput, 'kind' | 'peer_id' | 'file'>,
  type: StreamType | null,
  peers: readonly Pick<SessionPeer, 'peer_id' | 'display_name'>[],
): { title: string; note: string } {
  if (output.kind === 'composite') return { title: texts.outputs.composite, note: texts.outputs.compositeNote };
  if (output.kind === 'chat') return { title: texts.outputs.chat, note: output.file };
  const peer = peers.find((candidate) => candidate.peer_id === output.peer_id);
  return {
    title: peer?.display_name || output.peer_id || texts.outputs.somebody,
    note: type === null ? texts.outputs.stream : STREAM_WORDS[type],
  };
}

export const WEBHOOK_WORDS: Record<WebhookDelivery['state'], StateWord> = {
  pending: { tone: 'amber', icon: 'clock', word: texts.states.webhook.pending },
  delivered: { tone: 'green', icon: 'check', word: texts.states.webhook.delivered },
  failed: { tone: 'amber', icon: 'alert', word: texts.states.webhook.failed },
};
