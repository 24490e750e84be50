import { RECORDING_STATUSES } from '../contract/api-recordings.ts';
import type { SessionSummary } from '../contract/ipc.ts';
import type { LiveRecording } from '../contract/live.ts';
import { liveStatus } from './recording-views.ts';
import type { Counters } from './service.ts';

export interface MetricsInput {
  version: string;
  live: readonly LiveRecording[];
  sessions: readonly SessionSummary[];
  counters: Counters;
  residentBytes: number;
}

type Sample = [labels: Record<string, string>, value: number];

const FAULTS = ['usage', 'destination', 'network', 'sfu', 'media', 'disk', 'ours'];

/**
 * The state in Prometheus' text format. Pure.
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export function metricsText({ version, live, sessions, counters, residentBytes }: MetricsInput): string {
  const statuses = live.map(liveStatus);
  const running = live.filter(({ phase }) => phase !== 'done' && phase !== 'failed');
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const waiting = sum(sessions.map(({ uploads }) => uploads.total - uploads.delivered - uploads.failed));
  return [
    metric('rollcall_info', 'gauge', 'The version that runs.', [[{ version }, 1]]),
    metric(
      'rollcall_recordings',
      'gauge',
      'Recordings of this process by status.',
      RECORDING_STATUSES.map((status) => [{ status }, statuses.filter((other) => other === status).length]),
    ),
    metric('rollcall_peers', 'gauge', 'People in the calls that are recorded.', [
      [{}, sum(running.map(({ peers }) => peers.filter(({ present }) => present).length))],
    ]),
    metric('rollcall_captured_bytes_total', 'counter', 'Media captured since the start.', [
      [{}, counters.capturedBytes + sum(running.map(({ capturedBytes }) => capturedBytes))],
    ]),
    metric('rollcall_lost_frames_total', 'counter', 'Frames that never arrived, since the start.', [
      [{}, counters.lostFrames + sum(running.map(({ lostFrames = 0 }) => lostFrames))],
    ]),
    metric('rollcall_recordings_started_total', 'counter', 'Recordings started.', [[{}, counters.started]]),
    metric('rollcall_recordings_ended_total', 'counter', 'Recordings that are over, by result.', [
      [{ result: 'completed' }, counters.ended.completed],
      [{ result: 'failed' }, counters.ended.failed],
    ]),
    metric('rollcall_queue_depth', 'gauge', 'Work that waits or is under way.', [
      [{ queue: 'files' }, sum(sessions.map(({ files }) => files.total - files.done - files.failed))],
      [{ queue: 'uploads' }, waiting],
      [{ queue: 'webhooks' }, counters.webhookQueue],
    ]),
    metric(
      'rollcall_failures_total',
      'counter',
      'Failures by whose fault they are.',
      FAULTS.map((fault) => [{ fault }, counters.failures[fault] ?? 0]),
    ),
    metric('rollcall_sessions', 'gauge', 'Sessions in the library.', [[{}, sessions.length]]),
    ...(counters.diskFreeBytes === null
      ? []
      : [metric('rollcall_disk_free_bytes', 'gauge', "Of the library's disk.", [[{}, counters.diskFreeBytes]])]),
    metric('process_resident_memory_bytes', 'gauge', 'Of the main process.', [[{}, residentBytes]]),
  ].join('');
}

function metric(name: string, type: 'gauge' | 'counter', help: string, samples: readonly Sample[]): string {
  const lines = samples.map(([labels, value]) => {
    const named = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
    return `${name}${named.length === 0 ? '' : `{${named.join(',')}}`} ${value}\n`;
  });
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
