import { spawn, type ChildProcess } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { build } from 'vite';
import { COLOURS, startPublisher, TONES, type Publisher } from '../../test/support/publisher.ts';
import { startSfu, type Sfu } from '../../test/support/sfu.ts';
import { electronCommand, ROOT } from '../launch-electron.ts';
import { treeUsage } from './process-tree.ts';

/** Time after joining that is not measured: start-up, first key frames, bandwidth estimation. */
const WARM_UP_MS = 6000;
const ROOM = 'bench';

type Variant = 'rollcall' | 'record' | 'view';
const VARIANTS: readonly { variant: Variant; name: string }[] = [
  { variant: 'rollcall', name: 'Rollcall, no tile visible' },
  { variant: 'record', name: 'MediaRecorder (VP8, Opus)' },
  { variant: 'view', name: 'viewing, all tiles visible' },
];

interface Result {
  name: string;
  /** Percent of one core over the measured time, the whole process tree. */
  cpuPercent: number;
  residentMiB: number;
  /** Key-frame requests that reached a publisher, per video track and 5 s; the first is the join's own. */
  keyFrameRequestsPer5s: number;
  /** Frames that the publishers sent and that were not captured; null where nothing is recorded. */
  lostFrames: number | null;
  recordedBytes: number | null;
}

/** Measures capture against MediaRecorder and plain viewing of the same call, one after the other in one run. */
export async function benchCapture(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { peers: { type: 'string', default: '4' }, seconds: { type: 'string', default: '20' } },
  });
  const peers = Number(values.peers);
  const seconds = Number(values.seconds);
  const work = mkdtempSync(join(tmpdir(), 'rollcall-bench-'));
  const viewer = await buildViewer(work);
  const results: Result[] = [];
  for (const { variant, name } of VARIANTS) {
    console.error(`${name}: ${peers} peers of 1280x720 VP8 at 30 fps, ${seconds} s ...`);
    results.push({ name, ...(await measure(variant, { peers, seconds, work, viewer })) });
  }
  rmSync(work, { recursive: true, force: true });
  report(results, { peers, seconds });
}

interface Setting {
  peers: number;
  seconds: number;
  work: string;
  viewer: string;
}

async function measure(variant: Variant, { peers, seconds, work, viewer }: Setting): Promise<Omit<Result, 'name'>> {
  const sfu = await startSfu({ dialect: 'classic' });
  const library = join(work, `library-${variant}`);
  const child = await start(variant, sfu.url(ROOM), library, viewer);
  let stdout = '';
  child.stdout?.on('data', (data: Buffer) => (stdout += data.toString()));
  const exited = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  await sfu.waitForPeers(ROOM, 1);
  const publishers = await publish(sfu, peers, seconds);
  await sleep(WARM_UP_MS);
  const { pid = 0 } = child;
  const [before, requestsBefore, beganAt] = [treeUsage(pid), await keyFrameRequests(sfu), performance.now()];
  await sleep(seconds * 1000);
  const [after, requestsAfter, endedAt] = [treeUsage(pid), await keyFrameRequests(sfu), performance.now()];
  const measuredS = (endedAt - beganAt) / 1000;
  await Promise.all(publishers.map((publisher) => publisher.stop()));
  if (variant !== 'rollcall') child.kill('SIGTERM');
  await exited;
  await sfu.close();
  const captured = variant === 'rollcall' ? capturedFrames(stdout) : null;
  return {
    cpuPercent: ((after.cpuSeconds - before.cpuSeconds) / measuredS) * 100,
    residentMiB: after.residentBytes / 1024 / 1024,
    keyFrameRequestsPer5s: ((requestsAfter - requestsBefore) / peers / measuredS) * 5,
    lostFrames: captured?.lost ?? null,
    recordedBytes: captured?.bytes ?? (variant === 'record' ? recordedBytes(stdout) : null),
  };
}

async function start(variant: Variant, url: string, library: string, viewer: string): Promise<ChildProcess> {
  const words = [
    'record',
    url,
    '--library',
    library,
    '--stop-when-empty',
    '1',
    '--no-upload',
    '--no-composite',
    '--json',
  ];
  const { executablePath, args, env } =
    variant === 'rollcall'
      ? await electronCommand(words)
      : await electronCommand([`--url=${url}`, `--mode=${variant}`], { app: viewer });
  // Without a sound card Chromium complains at length about each stream that it plays.
  // Making files is another matter (`bench -- compose`): here it would be counted as capture.
  return spawn(executablePath, args, {
    env: { ...env, ROLLCALL_FILES_AFTER_CALL: '1' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

async function publish(sfu: Sfu, peers: number, seconds: number): Promise<Publisher[]> {
  const durationS = seconds + WARM_UP_MS / 1000 + 10;
  const [colours, tones] = [Object.values(COLOURS), Object.values(TONES)];
  const publishers: Publisher[] = [];
  for (let i = 0; i < peers; i += 1) {
    publishers.push(
      await startPublisher(sfu, ROOM, {
        name: `Peer ${i + 1}`,
        colour: colours[i % colours.length] ?? '#808080',
        toneHz: tones[i % tones.length] ?? 1000,
        codec: 'vp8',
        width: 1280,
        height: 720,
        fps: 30,
        durationS,
        bitrate: 1_500_000,
        // As WebRTC senders: no key frames but the first and those asked for.
        keyFrameIntervalS: durationS,
      }),
    );
  }
  return publishers;
}

async function keyFrameRequests(sfu: Sfu): Promise<number> {
  const { producers } = await sfu.stats();
  return producers.reduce((sum, { plis, firs }) => sum + plis + firs, 0);
}

/** What the session's manifest says was captured and lost. */
function capturedFrames(stdout: string): { lost: number; bytes: number } {
  const done = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { event: string; session_dir?: string })
    .find(({ event }) => event === 'done');
  if (!done?.session_dir) throw new Error('the recording ended without a session');
  const session = JSON.parse(readFileSync(join(done.session_dir, 'session.json'), 'utf8')) as {
    tracks: { lost_frames: number; size_bytes: number }[];
  };
  return {
    lost: session.tracks.reduce((sum, { lost_frames }) => sum + lost_frames, 0),
    bytes: session.tracks.reduce((sum, { size_bytes }) => sum + size_bytes, 0),
  };
}

function recordedBytes(stdout: string): number {
  return (JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as { recordedBytes?: number }).recordedBytes ?? 0;
}

/** Builds the page that records with MediaRecorder or only views, as an app folder for Electron. */
async function buildViewer(work: string): Promise<string> {
  const source = join(import.meta.dirname, 'viewer');
  const out = join(work, 'viewer');
  await build({
    configFile: false,
    root: source,
    base: './',
    logLevel: 'error',
    build: { outDir: out, emptyOutDir: true, target: 'chrome130', rollupOptions: { input: join(source, 'page.html') } },
  });
  copyFileSync(join(source, 'main.mjs'), join(out, 'main.mjs'));
  writeFileSync(join(out, 'package.json'), JSON.stringify({ name: 'bench', type: 'module', main: 'main.mjs' }));
  return out;
}

function report(results: readonly Result[], setting: { peers: number; seconds: number }): void {
  const [ours, recorder] = results;
  const ratio = ours && recorder ? ours.cpuPercent / recorder.cpuPercent : NaN;
  console.table(
    Object.fromEntries(
      results.map(({ name, ...result }) => [
        name,
        {
          'CPU, % of a core': result.cpuPercent.toFixed(1),
          'per peer': (result.cpuPercent / setting.peers).toFixed(1),
          'memory, MiB': Math.round(result.residentMiB),
          'key-frame requests /track/5 s': result.keyFrameRequestsPer5s.toFixed(2),
          'lost frames': result.lostFrames ?? '-',
          'recorded, MB': result.recordedBytes === null ? '-' : (result.recordedBytes / 1e6).toFixed(1),
        },
      ]),
    ),
  );
  console.log(`Rollcall / MediaRecorder: ${ratio.toFixed(3)} of the CPU`);
  const folder = join(ROOT, 'dist', 'bench');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'capture.json');
  writeFileSync(file, `${JSON.stringify({ ...setting, ratio, results }, null, 2)}\n`);
  console.log(`Written to ${file}`);
}
