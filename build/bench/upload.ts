import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { SessionManifest } from '../../src-main/recording/manifest.ts';
import { MAX_IN_FLIGHT, MIN_PART_SIZE_BYTES } from '../../src-main/upload/parts.ts';
import { parseEvents, settingsFile } from '../../test/support/recorder.ts';
import { startSwift, type ObjectStore } from '../../test/support/swift.ts';
import { makeSession, MIB } from '../../test/upload-fixtures.ts';
import { ROOT, startRollcall } from '../launch-electron.ts';

const BUCKET = 'bench';
const SAMPLE_MS = 50;

interface Run {
  seconds: number;
  mibPerSecond: number;
  /** Most resident memory of the process that uploads. */
  peakMiB: number;
}

/** Uploads one file with Rollcall and with rclone, in turn, to the same local Swift, with the same parts in flight. */
export async function benchUpload(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { mib: { type: 'string', default: '300' }, rounds: { type: 'string', default: '3' } },
  });
  const [mib, rounds] = [Number(values.mib), Number(values.rounds)];
  const store = await startSwift();
  const client = new S3Client({
    endpoint: store.endpoint,
    region: store.region,
    forcePathStyle: true,
    credentials: { accessKeyId: store.key, secretAccessKey: store.secret },
  });
  await client.send(new CreateBucketCommand({ Bucket: BUCKET }));
  client.destroy();
  const runs: Record<'rollcall' | 'rclone', Run[]> = { rollcall: [], rclone: [] };
  try {
    for (let round = 0; round < rounds; round += 1) {
      runs.rclone.push(await withRclone(store, mib, round));
      runs.rollcall.push(await withRollcall(store, mib));
    }
  } finally {
    await store.close();
  }
  const [ours, theirs] = [median(runs.rollcall), median(runs.rclone)];
  console.log(
    `One file of ${mib} MiB, parts of ${MIN_PART_SIZE_BYTES / MIB} MiB, ${MAX_IN_FLIGHT} in flight, median of ${rounds}:`,
  );
  for (const [name, run] of [
    ['Rollcall', ours],
    ['rclone', theirs],
  ] as const)
    console.log(
      `  ${name.padEnd(9)} ${run.mibPerSecond.toFixed(1).padStart(7)} MiB/s  ${run.seconds.toFixed(2).padStart(6)} s  ${run.peakMiB.toFixed(0).padStart(5)} MiB at most`,
    );
  const folder = join(ROOT, 'dist', 'bench');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'upload.json'), `${JSON.stringify({ mib, rounds, runs }, null, 2)}\n`);
}

const median = (runs: readonly Run[]): Run => {
  const sorted = [...runs].sort((a, b) => a.seconds - b.seconds);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (!middle) throw new Error('--rounds must be at least 1');
  return { ...middle, peakMiB: Math.max(...runs.map(({ peakMiB }) => peakMiB)) };
};

/** The time from the command's first word of the upload to its proof: without the start of Electron, which rclone has not. */
async function withRollcall(store: ObjectStore, mib: number): Promise<Run> {
  const made = await makeSession({ composite: mib * MIB });
  await SessionManifest.create(made.dir, structuredClone(made.handle.session));
  const settings = settingsFile({
    hosted: {
      location: BUCKET,
      options: { endpoint: store.endpoint, region: store.region, force_path_style: true },
      credentials: { key: store.key, secret: store.secret },
    },
  });
  const profile = mkdtempSync(join(tmpdir(), 'rollcall-bench-'));
  const app = await startRollcall([`--user-data-dir=${profile}`, 'upload', made.dir, '--settings', settings, '--json']);
  let began = 0;
  let ended = 0;
  const peakMiB = await peakWhile(app.child.pid, app.exited, () => {
    if (began === 0 && app.stdout().includes('"uploading"')) began = performance.now();
    if (ended === 0 && app.stdout().includes('"delivered"')) ended = performance.now();
  });
  const last = parseEvents(app.stdout()).at(-1);
  rmSync(profile, { recursive: true, force: true });
  await made.remove();
  if (last?.event !== 'done' || last.uploads[0]?.state !== 'delivered') throw new Error(app.stderr());
  return runOf(mib, (ended || performance.now()) - began, peakMiB);
}

async function withRclone(store: ObjectStore, mib: number, round: number): Promise<Run> {
  const made = await makeSession({ composite: mib * MIB });
  const file = join(made.dir, made.handle.session.outputs[0]?.file ?? '');
  const size = `${MIN_PART_SIZE_BYTES / MIB}Mi`;
  const words = [
    'copyto',
    file,
    `:s3:${BUCKET}/rclone-${round}`,
    '--s3-no-check-bucket',
    '--s3-upload-concurrency',
    String(MAX_IN_FLIGHT),
    '--s3-chunk-size',
    size,
    '--s3-upload-cutoff',
    size,
  ];
  const began = performance.now();
  const child = spawn('rclone', words, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      // This rclone cannot combine it with its own transport.
      AWS_CA_BUNDLE: undefined,
      RCLONE_S3_PROVIDER: 'Other',
      RCLONE_S3_ENDPOINT: store.endpoint,
      RCLONE_S3_REGION: store.region,
      RCLONE_S3_ACCESS_KEY_ID: store.key,
      RCLONE_S3_SECRET_ACCESS_KEY: store.secret,
    },
  });
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once('error', () => reject(new Error('This bench needs rclone: apt-get install rclone.')));
    child.once('exit', resolve);
  });
  const peakMiB = await peakWhile(child.pid, exited, () => undefined);
  const elapsed = performance.now() - began;
  await made.remove();
  if ((await exited) !== 0) throw new Error('rclone failed');
  return runOf(mib, elapsed, peakMiB);
}

const runOf = (mib: number, ms: number, peakMiB: number): Run => ({
  seconds: ms / 1000,
  mibPerSecond: mib / (ms / 1000),
  peakMiB,
});

/** Samples a process until it ends. */
async function peakWhile(pid: number | undefined, exited: Promise<unknown>, onSample: () => void): Promise<number> {
  let peak = 0;
  const sample = (): void => {
    onSample();
    try {
      const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
      peak = Math.max(peak, Number(/VmRSS:\s*(\d+) kB/.exec(status)?.[1] ?? 0) / 1024);
    } catch {
      // It has ended.
    }
  };
  const timer = setInterval(sample, SAMPLE_MS);
  await exited.finally(() => clearInterval(timer));
  onSample();
  return peak;
}
