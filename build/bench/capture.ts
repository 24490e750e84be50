import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { buildPage } from '../build-page.ts';
import {
  HD,
  heldAgainst,
  keyFrameRequests,
  pictureName,
  SMALL,
  startCall,
  type Picture,
  type Variant,
} from './call.ts';
import { writeResult } from './results.ts';
import { machineLoad, treeUsage } from './process-tree.ts';

/** Time after the first packet that is not measured: start-up, first key frames, bandwidth estimation. */
const WARM_UP_MS = 6000;
/** From this many peers on they send small pictures: nobody receives fifty of 720p. */
const SMALL_FROM = 50;
/** A recorder that keeps fewer of the frames that were sent than this has no time for them. */
const STARVED = 0.95;

const NAMES: Readonly<Record<Variant, string>> = {
  rollcall: 'Rollcall, no tile visible',
  files: 'Rollcall, making files meanwhile',
  record: 'MediaRecorder (VP8, Opus)',
  view: 'viewing, all tiles visible',
};
const DEFAULT: readonly Variant[] = ['rollcall', 'record', 'view'];

interface Result {
  variant: Variant;
  peers: number;
  picture: string;
  /** Percent of one core over the measured time, the whole process tree. */
  cpuPercent: number;
  /** The part of it that ran at low priority. */
  lowPriorityPercent: number;
  /** Everything that ran on the machine, percent of all its cores: near 100 the numbers beside it mean little. */
  machinePercent: number;
  residentMiB: number;
  /** From the first peer's announcement to the last consumer. */
  setUpMs: number;
  /** Key-frame requests that reached a publisher while measured, per video track and 10 s: once is periodic. */
  keyFrameRequestsPer10s: number;
  /** Sent and not captured; null where nothing is recorded. */
  lostVideoFrames: number | null;
  lostAudioPackets: number | null;
  recordedBytes: number | null;
  /** Whether it fell behind what was sent. */
  starved: boolean;
}

/**
 * Measures capture against MediaRecorder and plain viewing of the same calls, one after the other in one run:
 * `--peers 1,4,16,50 --seconds 20 --only rollcall,files,record,view`.
 */
export async function benchCapture(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      peers: { type: 'string', default: '1,4,16,50' },
      seconds: { type: 'string', default: '20' },
      only: { type: 'string', default: DEFAULT.join(',') },
    },
  });
  const counts = values.peers.split(',').map(Number);
  const seconds = Number(values.seconds);
  const variants = values.only.split(',').filter((name): name is Variant => Object.hasOwn(NAMES, name));
  const work = mkdtempSync(join(tmpdir(), 'rollcall-bench-'));
  const viewer = variants.some((variant) => variant === 'record' || variant === 'view')
    ? await buildPage(join(import.meta.dirname, 'viewer'), join(work, 'viewer'))
    : '';
  const results: Result[] = [];
  try {
    for (const variant of variants) {
      for (const peers of countsFor(variant, counts)) {
        // One that could not follow fewer cannot follow more.
        if (results.some((result) => result.variant === variant && result.starved)) continue;
        const picture = peers >= SMALL_FROM ? SMALL : HD;
        console.error(`${NAMES[variant]}: ${peers} of ${pictureName(picture)}, ${seconds} s ...`);
        results.push(await measure({ variant, peers, picture, seconds, work, viewer }));
      }
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  report(results, seconds);
}

/** MediaRecorder is also asked for two, where it is asked for more: with four it may be starved, and two make a slope. */
function countsFor(variant: Variant, counts: readonly number[]): number[] {
  const more = variant === 'record' && counts.some((count) => count > 2) ? [2] : [];
  return [...new Set([...counts, ...more])].sort((a, b) => a - b);
}

interface Setting {
  variant: Variant;
  peers: number;
  picture: Picture;
  seconds: number;
  work: string;
  viewer: string;
}

async function measure({ variant, peers, picture, seconds, work, viewer }: Setting): Promise<Result> {
  const library = mkdtempSync(join(work, 'library-'));
  const call = await startCall({ variant, peers, picture, library, viewer });
  await sleep(WARM_UP_MS);
  const load = machineLoad();
  load();
  const before = { usage: treeUsage(call.pid), sent: (await call.sender.counts()).streams, at: performance.now() };
  await sleep(seconds * 1000);
  const after = { usage: treeUsage(call.pid), sent: (await call.sender.counts()).streams, at: performance.now() };
  const machinePercent = load() * 100;
  const { sent, stdout } = await call.end();
  const measuredS = (after.at - before.at) / 1000;
  const percent = (of: 'cpuSeconds' | 'lowPriorityCpuSeconds'): number =>
    ((after.usage[of] - before.usage[of]) / measuredS) * 100;
  const ours = variant === 'rollcall' || variant === 'files';
  const captured = ours ? heldAgainst(sent, stdout) : null;
  rmSync(library, { recursive: true, force: true });
  const recorded = variant === 'record' ? viewerResult(stdout) : null;
  const sentFrames = sent.reduce((sum, { kind, frames }) => sum + (kind === 'video' ? frames : 0), 0);
  for (const warning of captured?.warnings ?? []) console.error(`  ${warning}`);
  return {
    variant,
    peers,
    picture: pictureName(picture),
    cpuPercent: percent('cpuSeconds'),
    lowPriorityPercent: percent('lowPriorityCpuSeconds'),
    machinePercent,
    residentMiB: after.usage.residentBytes / 1024 / 1024,
    setUpMs: call.setUpMs,
    keyFrameRequestsPer10s: ((keyFrameRequests(after.sent) - keyFrameRequests(before.sent)) / peers / measuredS) * 10,
    lostVideoFrames: captured?.lostVideoFrames ?? (recorded && sentFrames - recorded.frames),
    lostAudioPackets: captured?.lostAudioPackets ?? null,
    recordedBytes: captured?.bytes ?? recorded?.recordedBytes ?? null,
    starved: recorded !== null && recorded.frames < STARVED * sentFrames,
  };
}

function viewerResult(stdout: string): { recordedBytes: number; frames: number } {
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as { recordedBytes: number; frames: number };
}

/** Percent of a core for each 720p30 peer more, between the fewest and the most that were followed; null for one count. */
function slope(results: readonly Result[], variant: Variant): number | null {
  const usable = results.filter(
    (result) => result.variant === variant && result.picture === pictureName(HD) && !result.starved,
  );
  const [first, last] = [usable[0], usable.at(-1)];
  if (!first || !last || first.peers === last.peers) return null;
  return (last.cpuPercent - first.cpuPercent) / (last.peers - first.peers);
}

function report(results: readonly Result[], seconds: number): void {
  console.table(
    results.map((result) => ({
      what: NAMES[result.variant],
      peers: `${result.peers} of ${result.picture}`,
      'CPU, % of a core': result.cpuPercent.toFixed(1),
      'of it low priority': result.lowPriorityPercent.toFixed(1),
      'per peer': (result.cpuPercent / result.peers).toFixed(1),
      'machine, %': result.machinePercent.toFixed(0),
      'memory, MiB': Math.round(result.residentMiB),
      'set up, ms': Math.round(result.setUpMs),
      'key-frame requests /track/10 s': result.keyFrameRequestsPer10s.toFixed(2),
      'lost frames': result.lostVideoFrames ?? '-',
      'lost packets': result.lostAudioPackets ?? '-',
      'recorded, MB': result.recordedBytes === null ? '-' : (result.recordedBytes / 1e6).toFixed(1),
      starved: result.starved ? 'yes' : '',
    })),
  );
  const slopes = Object.fromEntries(
    (Object.keys(NAMES) as Variant[]).map((variant) => [variant, slope(results, variant)] as const),
  );
  for (const [variant, value] of Object.entries(slopes)) {
    if (value !== null) console.log(`${NAMES[variant as Variant]}: ${value.toFixed(2)} % of a core for each peer more`);
  }
  const { rollcall, record } = slopes;
  const ratio = rollcall != null && record != null ? rollcall / record : null;
  if (ratio !== null)
    console.log(`Rollcall / MediaRecorder, each peer more: ${ratio.toFixed(3)} (1/${(1 / ratio).toFixed(1)})`);
  writeResult('capture', { seconds, slopes, ratio, results });
}
