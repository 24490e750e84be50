import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Session } from '../../src-main/contract/session.ts';
import { ffmpegBin, run } from '../../test/support/programs.ts';
import { makeClip } from '../../test/support/publisher/clip.ts';
import { clipOptions, COLOURS, startPublisher, TONES, type PublisherOptions } from '../../test/support/publisher.ts';
import { startSfu, type Sfu } from '../../test/support/sfu.ts';
import { electronCommand, ROOT } from '../launch-electron.ts';
import { processCpuSeconds, treeUsage } from './process-tree.ts';

const ROOM = 'bench';
const FPS = 30;

interface Result {
  peers: number;
  size: string;
  callS: number;
  /** From the last peer's leaving to the last file. */
  waitS: number;
  /** Of the call: Rollcall's ffmpegs and the whole of its main process, the writing of what is captured included. */
  liveCpuS: number;
  /** Of that, what the main process of the same call takes that makes no files: its start, and the writing of what is captured. */
  captureCpuS: number;
  /** `rollcall recover` that makes all files again from the tracks: the whole tree of processes, Electron's start included. */
  againCpuS: number;
  /** Plain ffmpeg commands that make the same files from the same tracks. */
  plainCpuS: number;
  /** How long those take, one after the other, after the call. */
  plainS: number;
  liveRatio: number;
  /** The same without what capturing costs. */
  filesRatio: number;
  againRatio: number;
  /** Quality of the first stream's file against its captured track, and its size: ours, and the plain one's. */
  ourSsim: number;
  plainSsim: number;
  ourMb: number;
  plainMb: number;
  lostFrames: number;
}

/**
 * Measures a call from hang-up to its files, and the processor time of making them against plain ffmpeg commands, in one
 * run: `npm run bench -- compose [--peers 4] [--size 640x360] [--seconds 60,120]`.
 */
export async function benchCompose(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      peers: { type: 'string', default: '4' },
      size: { type: 'string', default: '640x360' },
      seconds: { type: 'string', default: '60' },
    },
  });
  const results: Result[] = [];
  for (const seconds of values.seconds.split(',').map(Number)) {
    results.push(await measure(Number(values.peers), values.size, seconds));
  }
  console.table(
    results.map((r) => ({
      ...r,
      waitS: r.waitS.toFixed(1),
      ...{ liveCpuS: r.liveCpuS.toFixed(1), againCpuS: r.againCpuS.toFixed(1), plainCpuS: r.plainCpuS.toFixed(1) },
      ...{ captureCpuS: r.captureCpuS.toFixed(1), plainS: r.plainS.toFixed(1), liveRatio: r.liveRatio.toFixed(2) },
      ...{ filesRatio: r.filesRatio.toFixed(2), againRatio: r.againRatio.toFixed(2) },
      ...{ ourSsim: r.ourSsim.toFixed(4), plainSsim: r.plainSsim.toFixed(4) },
      ...{ ourMb: r.ourMb.toFixed(1), plainMb: r.plainMb.toFixed(1) },
    })),
  );
  const folder = join(ROOT, 'dist', 'bench');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'compose.json');
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
  console.log(`Written to ${file}`);
}

async function measure(peers: number, size: string, seconds: number): Promise<Result> {
  const [width = 640, height = 360] = size.split('x').map(Number);
  const casts = Array.from({ length: peers }, (_, i) => cast(i, width, height, seconds));
  console.error(`${peers} peers of ${size}, ${seconds} s: making their clips ...`);
  for (const options of casts) await makeClip(clipOptions(options));
  const work = mkdtempSync(join(tmpdir(), 'rollcall-bench-'));
  const sfu = await startSfu({ dialect: 'classic' });
  console.error('A call of which no files are made ...');
  const capture = await captureCost(sfu, casts, Math.min(seconds, CAPTURE_S), work);
  console.error('The call ...');
  const recorded = await record(sfu, casts, seconds, work);
  await sfu.close();
  console.error('The same files again ...');
  const session = recorded.session;
  for (const { file } of session.outputs) rmSync(join(recorded.sessionDir, file));
  const againCpuS = await recover(recorded.sessionDir, work);
  console.error('Plain ffmpeg ...');
  const plain = await plainFfmpeg(recorded.sessionDir, session);
  const quality = await compareQuality(recorded.sessionDir, session);
  rmSync(work, { recursive: true, force: true });
  const { waitS, liveCpuS } = recorded;
  const captureCpuS = capture.startS + capture.perSecond * seconds;
  return {
    ...{ peers, size, callS: seconds, waitS, liveCpuS, captureCpuS, againCpuS, plainCpuS: plain.cpuS },
    ...{ plainS: plain.wallS, liveRatio: liveCpuS / plain.cpuS, filesRatio: (liveCpuS - captureCpuS) / plain.cpuS },
    ...{ againRatio: againCpuS / plain.cpuS, ...quality },
    lostFrames: session.tracks.reduce((sum, { lost_frames }) => sum + lost_frames, 0),
  };
}

/** Makes a session's files once more. @returns processor seconds of the whole tree */
async function recover(sessionDir: string, work: string): Promise<number> {
  const words = [`--user-data-dir=${join(work, 'profile')}`, 'recover', sessionDir, '--json'];
  const { executablePath, args, env } = await electronCommand(words);
  const child = spawn(executablePath, args, { env, stdio: ['ignore', 'pipe', 'ignore'] });
  child.stdout.resume();
  let cpu = 0;
  const sampling = setInterval(() => (cpu = Math.max(cpu, treeUsage(child.pid ?? 0).cpuSeconds)), 100);
  const code = await new Promise<number | null>((resolve) => child.on('exit', resolve));
  clearInterval(sampling);
  if (code !== 0) throw new Error(`recover ended with ${code}`);
  return cpu;
}

/** The first stream's file, ours and the plain one, against what was captured of it. */
async function compareQuality(
  dir: string,
  session: Session,
): Promise<Pick<Result, 'ourSsim' | 'plainSsim' | 'ourMb' | 'plainMb'>> {
  const output = session.outputs.find(({ kind }) => kind === 'stream');
  const video = session.tracks.find(({ stream_id, kind }) => stream_id === output?.stream_id && kind === 'video');
  const track = join(dir, video?.file ?? '');
  const ours = join(dir, output?.file ?? '');
  const plain = join(dir, `plain-${output?.stream_id ?? ''}.mp4`);
  const megabytes = (file: string): number => statSync(file).size / 1e6;
  return {
    ...{ ourSsim: await ssim(ours, track), plainSsim: await ssim(plain, track) },
    ...{ ourMb: megabytes(ours), plainMb: megabytes(plain) },
  };
}

/** Mean SSIM over the best alignment of a few frames: the two need not begin with the same one. */
async function ssim(file: string, track: string): Promise<number> {
  let best = 0;
  for (let skipped = 0; skipped <= 3; skipped++) {
    const graph = `[0:v]trim=start_frame=${skipped},setpts=N/30/TB[a];[1:v]setpts=N/30/TB[b];[a][b]ssim=shortest=1`;
    const { stderr } = await run(ffmpegBin(), [
      '-t',
      '20',
      '-i',
      file,
      '-t',
      '20',
      '-i',
      track,
      '-lavfi',
      graph,
      '-f',
      'null',
      '-',
    ]);
    best = Math.max(best, Number(/All:([\d.]+)/.exec(stderr)?.[1] ?? 0));
  }
  return best;
}

function cast(i: number, width: number, height: number, seconds: number): PublisherOptions {
  return {
    name: `Peer ${i + 1}`,
    colour: COLOURS[i % COLOURS.length] ?? '#808080',
    toneHz: TONES[i % TONES.length] ?? 1000,
    ...{ codec: 'vp8', width, height, fps: FPS, durationS: seconds + 20, keyFrameIntervalS: 10 },
    bitrate: width >= 1280 ? 1_500_000 : 600_000,
  };
}

interface Recorded {
  waitS: number;
  liveCpuS: number;
  sessionDir: string;
  session: Session;
}

/** Of the call without files: long enough for what it costs a second. */
const CAPTURE_S = 60;

async function recorder(sfu: Sfu, work: string, more: NodeJS.ProcessEnv = {}) {
  const words = ['record', sfu.url(ROOM), '--library', work, '--stop-when-empty', '1', '--no-upload', '--json'];
  const { executablePath, args, env } = await electronCommand([`--user-data-dir=${join(work, 'profile')}`, ...words]);
  return spawn(executablePath, args, { env: { ...env, ...more }, stdio: ['ignore', 'pipe', 'ignore'] });
}

/** What a call costs the main process where nothing is made of it, seconds of processor. */
async function captureCost(
  sfu: Sfu,
  casts: PublisherOptions[],
  seconds: number,
  work: string,
): Promise<{ startS: number; perSecond: number }> {
  const child = await recorder(sfu, join(work, 'capture'), { ROLLCALL_FILES_AFTER_CALL: '1' });
  child.stdout.resume();
  await sfu.waitForPeers(ROOM, 1);
  const startS = processCpuSeconds(child.pid ?? 0);
  const publishers = await Promise.all(casts.map((options) => startPublisher(sfu, ROOM, options)));
  await sleep(seconds * 1000);
  const cpuS = processCpuSeconds(child.pid ?? 0);
  const exited = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  child.kill('SIGKILL');
  await exited;
  await Promise.all(publishers.map((publisher) => publisher.stop()));
  return { startS, perSecond: (cpuS - startS) / seconds };
}

async function record(sfu: Sfu, casts: PublisherOptions[], seconds: number, work: string): Promise<Recorded> {
  const child = await recorder(sfu, work);
  let stdout = '';
  let ready = 0;
  child.stdout.on('data', (data: Buffer) => {
    stdout += data.toString();
    if (data.toString().includes('"event":"done"')) ready = performance.now();
  });
  const exited = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  await sfu.waitForPeers(ROOM, 1);
  const publishers = await Promise.all(casts.map((options) => startPublisher(sfu, ROOM, options)));
  let cpu = 0;
  const sampling = setInterval(() => (cpu = Math.max(cpu, mainAndFfmpeg(child.pid ?? 0))), 200);
  await sleep(seconds * 1000);
  await Promise.all(publishers.map((publisher) => publisher.stop()));
  const leftAt = performance.now();
  await exited;
  clearInterval(sampling);
  const lines = stdout.trim().split('\n');
  const { session_dir: sessionDir } = JSON.parse(lines.at(-1) ?? '{}') as { session_dir?: string };
  if (sessionDir === undefined) throw new Error(`the recording gave no session:\n${stdout}`);
  const session = JSON.parse(readFileSync(join(sessionDir, 'session.json'), 'utf8')) as Session;
  const open = session.outputs.filter(({ state }) => state !== 'done');
  if (open.length > 0) throw new Error(`not every file was made: ${JSON.stringify(open)}`);
  return { waitS: (ready - leftAt) / 1000, liveCpuS: cpu, sessionDir, session };
}

/** Processor seconds of the main process, and of all that ran at low priority below it. */
function mainAndFfmpeg(pid: number): number {
  return treeUsage(pid).lowPriorityCpuSeconds + processCpuSeconds(pid);
}

const ENCODE = ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '23', '-pix_fmt', 'yuv420p', '-r', String(FPS)];

/** The same files by one command each, as one would type them. */
async function plainFfmpeg(dir: string, session: Session): Promise<{ cpuS: number; wallS: number }> {
  const file = (streamId: string, kind: string): string => {
    const track = session.tracks.find((candidate) => candidate.stream_id === streamId && candidate.kind === kind);
    return join(dir, track?.file ?? '');
  };
  const streams = session.streams.map(({ stream_id }) => ({
    id: stream_id,
    inputs: ['video', 'audio'].flatMap((kind) => ['-i', file(stream_id, kind)]),
  }));
  const commands = streams.map(({ id, inputs }) => [
    ...inputs,
    ...ENCODE,
    '-c:a',
    'aac',
    '-b:a',
    '128k',
    join(dir, `plain-${id}.mp4`),
  ]);
  const columns = Math.ceil(Math.sqrt(streams.length));
  const [width, height] = [1280 / columns, 720 / columns].map((side) => Math.floor(side / 2) * 2);
  const scaled = streams.map((_, i) => `[${2 * i}:v]scale=${width}:${height},fps=${FPS}[v${i}]`);
  const places = streams.map((_, i) => `${(i % columns) * (width ?? 0)}_${Math.floor(i / columns) * (height ?? 0)}`);
  const stack = `${streams.map((_, i) => `[v${i}]`).join('')}xstack=inputs=${streams.length}:layout=${places.join('|')}:fill=black[v]`;
  const mixed = `${streams.map((_, i) => `[${2 * i + 1}:a]`).join('')}amix=inputs=${streams.length}:normalize=0[a]`;
  const graph = [...scaled, stack, mixed].join(';');
  commands.push([
    ...streams.flatMap(({ inputs }) => inputs),
    ...['-filter_complex', graph, '-map', '[v]', '-map', '[a]', ...ENCODE, '-c:a', 'aac', '-b:a', '160k'],
    join(dir, 'plain-composite.mp4'),
  ]);
  let cpuS = 0;
  const beganAt = performance.now();
  for (const command of commands) {
    const { stderr, code } = await run(ffmpegBin(), ['-y', '-nostdin', '-benchmark', ...command]);
    const [, user = NaN, system = NaN] = /bench: utime=([\d.]+)s stime=([\d.]+)s/.exec(stderr)?.map(Number) ?? [];
    if (code !== 0 || Number.isNaN(user)) throw new Error(`plain ffmpeg failed:\n${stderr}`);
    cpuS += user + system;
  }
  return { cpuS, wallS: (performance.now() - beganAt) / 1000 };
}
