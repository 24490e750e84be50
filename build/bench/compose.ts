import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

const ROOM = 'bench';
const FPS = 30;

interface Result {
  peers: number;
  size: string;
  callS: number;
  /** From the last peer's leaving to the last file. */
  waitS: number;
  /** Processor seconds of every ffmpeg that Rollcall ran. */
  ffmpegCpuS: number;
  /** Processor seconds of plain ffmpeg commands that make the same files from the same tracks. */
  plainCpuS: number;
  /** How long those take, one after the other, after the call. */
  plainS: number;
  ratio: number;
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
      ffmpegCpuS: r.ffmpegCpuS.toFixed(1),
      plainCpuS: r.plainCpuS.toFixed(1),
      plainS: r.plainS.toFixed(1),
      ratio: r.ratio.toFixed(2),
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
  console.error('The call ...');
  const recorded = await record(sfu, casts, seconds, work);
  await sfu.close();
  console.error('Plain ffmpeg ...');
  const plain = await plainFfmpeg(recorded.sessionDir, recorded.session);
  rmSync(work, { recursive: true, force: true });
  return {
    ...{ peers, size, callS: seconds, waitS: recorded.waitS, ffmpegCpuS: recorded.ffmpegCpuS },
    ...{ plainCpuS: plain.cpuS, plainS: plain.wallS, ratio: recorded.ffmpegCpuS / plain.cpuS },
    lostFrames: recorded.session.tracks.reduce((sum, { lost_frames }) => sum + lost_frames, 0),
  };
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
  ffmpegCpuS: number;
  sessionDir: string;
  session: Session;
}

async function record(sfu: Sfu, casts: PublisherOptions[], seconds: number, work: string): Promise<Recorded> {
  const words = ['record', sfu.url(ROOM), '--library', work, '--stop-when-empty', '1', '--no-upload', '--json'];
  const { executablePath, args, env } = await electronCommand([`--user-data-dir=${join(work, 'profile')}`, ...words]);
  const child = spawn(executablePath, args, { env, stdio: ['ignore', 'pipe', 'ignore'] });
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
  const sampling = setInterval(() => (cpu = Math.max(cpu, reapedCpuSeconds(child.pid ?? 0))), 200);
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
  return { waitS: (ready - leftAt) / 1000, ffmpegCpuS: cpu, sessionDir, session };
}

/**
 * Processor seconds of the ended children of a process and of those below it (proc(5): 16 cutime, 17 cstime). Chromium's
 * own processes live until the end, so these are the ffmpegs.
 */
function reapedCpuSeconds(root: number): number {
  const all = readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const text = readFileSync(`/proc/${name}/stat`, 'utf8');
      const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
      return [{ pid: Number(name), parent: Number(fields[1]), ticks: Number(fields[13]) + Number(fields[14]) }];
    } catch {
      return []; // It ended between the listing and the reading.
    }
  });
  const tree = new Set([root]);
  for (let before = -1; before !== tree.size;) {
    before = tree.size;
    for (const { pid, parent } of all) if (tree.has(parent)) tree.add(pid);
  }
  return all.filter(({ pid }) => tree.has(pid)).reduce((sum, { ticks }) => sum + ticks, 0) / 100;
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
