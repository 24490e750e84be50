import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { HD, heldAgainst, keyFrameRequests, pictureName, SMALL, startCall } from './call.ts';
import { machineLoad, treeUsage } from './process-tree.ts';
import { writeResult } from './results.ts';

const SAMPLE_MS = 5000;
/** Start-up, code that is still being compiled, caches that fill: not counted into the slope. */
const SETTLE_MINUTES = 2;

interface Sample {
  minute: number;
  /** Without helpers at low priority, which come and go. */
  residentMiB: number;
  /** Of a core, since the sample before. */
  cpuPercent: number;
  lowPriorityPercent: number;
  /** Of all cores, by anybody. */
  machinePercent: number;
  /** How long ago the picture track that waits longest last grew, milliseconds: what a power cut would cost. */
  diskLagMs: number;
}

/**
 * A long call of many: lost frames, processor time and memory over time.
 * `--peers 16 --minutes 10 --picture 720p30|360p15 [--files]`
 */
export async function benchSoak(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      peers: { type: 'string', default: '16' },
      minutes: { type: 'string', default: '10' },
      picture: { type: 'string', default: pictureName(HD) },
      files: { type: 'boolean', default: false },
    },
  });
  const [peers, minutes] = [Number(values.peers), Number(values.minutes)];
  const picture = values.picture === pictureName(SMALL) ? SMALL : HD;
  const library = mkdtempSync(join(tmpdir(), 'rollcall-soak-'));
  const variant = values.files ? 'files' : 'rollcall';
  console.error(
    `${peers} of ${pictureName(picture)} for ${minutes} minutes${values.files ? ', making files' : ''} ...`,
  );
  const call = await startCall({ variant, peers, picture, library, viewer: '' });
  const samples = await watch(call.pid, minutes, library);
  const requests = keyFrameRequests((await call.sender.counts()).streams);
  const { sent, stdout, worstLateMs } = await call.end();
  const captured = heldAgainst(sent, stdout);
  rmSync(library, { recursive: true, force: true });

  const settled = samples.filter(({ minute }) => minute >= Math.min(SETTLE_MINUTES, minutes / 3));
  const mean = (of: (sample: Sample) => number): number =>
    settled.reduce((sum, sample) => sum + of(sample), 0) / Math.max(1, settled.length);
  const result = {
    peers,
    picture: pictureName(picture),
    minutes,
    files: values.files,
    lostVideoFrames: captured.lostVideoFrames,
    lostAudioPackets: captured.lostAudioPackets,
    countedAsLost: captured.countedAsLost,
    sentVideoFrames: sent.reduce((sum, { kind, frames }) => sum + (kind === 'video' ? frames : 0), 0),
    cpuPercent: mean(({ cpuPercent }) => cpuPercent),
    /** Without what runs at low priority. */
    cpuCapturePercent: mean(({ cpuPercent, lowPriorityPercent }) => cpuPercent - lowPriorityPercent),
    machinePercent: mean(({ machinePercent }) => machinePercent),
    residentMiB: mean(({ residentMiB }) => residentMiB),
    memorySlopeMiBPerHour: slopePerHour(settled),
    keyFrameRequestsPerTrack: requests / peers,
    worstDiskLagMs: Math.max(...samples.map(({ diskLagMs }) => diskLagMs)),
    setUpMs: call.setUpMs,
    senderWorstLateMs: worstLateMs,
    warnings: captured.warnings,
  };
  console.table(Object.fromEntries(Object.entries(result).map(([name, value]) => [name, { value: shown(value) }])));
  writeResult('soak', { ...result, samples });
}

const shown = (value: unknown): unknown =>
  typeof value === 'number' ? Math.round(value * 10) / 10 : Array.isArray(value) ? value.join(' | ') : value;

async function watch(pid: number, minutes: number, library: string): Promise<Sample[]> {
  const samples: Sample[] = [];
  const beganAt = performance.now();
  const load = machineLoad();
  load();
  let [before, beforeAt] = [treeUsage(pid), beganAt];
  while (performance.now() - beganAt < minutes * 60_000) {
    await sleep(SAMPLE_MS);
    const [now, at] = [treeUsage(pid), performance.now()];
    const percent = (of: 'cpuSeconds' | 'lowPriorityCpuSeconds'): number =>
      ((now[of] - before[of]) / (at - beforeAt)) * 100_000;
    samples.push({
      minute: (at - beganAt) / 60_000,
      residentMiB: (now.residentBytes - now.lowPriorityResidentBytes) / 1024 / 1024,
      cpuPercent: percent('cpuSeconds'),
      lowPriorityPercent: percent('lowPriorityCpuSeconds'),
      machinePercent: load() * 100,
      diskLagMs: diskLag(library),
    });
    [before, beforeAt] = [now, at];
    const last = samples.at(-1);
    if (last && samples.length % 6 === 0) {
      console.error(
        `  ${last.minute.toFixed(1)} min: ${last.cpuPercent.toFixed(0)} % of a core, ${last.residentMiB.toFixed(0)} MiB, machine ${last.machinePercent.toFixed(0)} %`,
      );
    }
  }
  return samples;
}

/** Of the files of tracks that grow all the time: sound sends as steadily as pictures do here. */
function diskLag(library: string): number {
  const files = readdirSync(library, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.mkv'));
  const tracks = files.filter((name) => dirname(name).endsWith('tracks'));
  const now = Date.now();
  return tracks.reduce((most, name) => Math.max(most, now - statSync(join(library, name)).mtimeMs), 0);
}

/** Least squares over the samples. */
function slopePerHour(samples: readonly Sample[]): number {
  const mean = (of: (sample: Sample) => number): number =>
    samples.reduce((sum, sample) => sum + of(sample), 0) / Math.max(1, samples.length);
  const [x, y] = [mean(({ minute }) => minute), mean(({ residentMiB }) => residentMiB)];
  const covariance = samples.reduce((sum, { minute, residentMiB }) => sum + (minute - x) * (residentMiB - y), 0);
  const variance = samples.reduce((sum, { minute }) => sum + (minute - x) ** 2, 0);
  return variance === 0 ? 0 : (covariance / variance) * 60;
}
