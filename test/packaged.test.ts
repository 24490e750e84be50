import { spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listPackage } from '@electron/asar';
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { groupEnded } from '../build/foreground.ts';
import { packageApp } from '../build/package/dist.ts';
import { probe } from './support/media-checks.ts';
import { COLOURS, TONES } from './support/publisher/pattern.ts';
import { startPublisher } from './support/publisher.ts';
import { parseEvents, temporaryDir } from './support/recorder.ts';
import { startSfu } from './support/sfu.ts';

/** The unpacked package of this platform, made from the built app, as a user would have it. */

const output = temporaryDir('package');
const folder = join(output, 'linux-unpacked');
const binary = join(folder, 'rollcall');
const resources = join(folder, 'resources');

interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the packaged program without this repository's variables; `onOutput` sees what it has printed so far. */
async function run(words: string[], onOutput: (stdout: string, pid: number) => void = () => undefined): Promise<Ran> {
  const ours = /^(ELECTRON_|FFMPEG_BIN|FFPROBE_BIN|npm_)/;
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name)));
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const args = [...sandbox, '--log-level=3', `--user-data-dir=${temporaryDir('profile')}`, ...words];
  const child = spawn(binary, args, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const limit = setTimeout(() => child.kill('SIGKILL'), 240_000);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    onOutput(stdout, child.pid!);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const code = await new Promise<number | null>((done) => child.on('close', done));
  clearTimeout(limit);
  await groupEnded(child.pid);
  return { code, stdout, stderr };
}

beforeAll(async () => {
  if (process.platform === 'linux') await packageApp({ output });
});

beforeEach(({ skip }) => {
  if (process.platform !== 'linux') skip('the paths in this file are those of a Linux package');
});

afterAll(() => rm(output, { recursive: true, force: true }));

test('fuses: no Node mode, no NODE_OPTIONS, no inspector, code from the asar only', async () => {
  const wire = await getCurrentFuseWire(binary);
  const state = (fuse: FuseV1Options): FuseState | undefined => wire[fuse];
  expect(state(FuseV1Options.RunAsNode)).toBe(FuseState.DISABLE);
  expect(state(FuseV1Options.EnableNodeOptionsEnvironmentVariable)).toBe(FuseState.DISABLE);
  expect(state(FuseV1Options.EnableNodeCliInspectArguments)).toBe(FuseState.DISABLE);
  expect(state(FuseV1Options.OnlyLoadAppFromAsar)).toBe(FuseState.ENABLE);
  expect(state(FuseV1Options.EnableEmbeddedAsarIntegrityValidation)).toBe(FuseState.ENABLE);
  expect(state(FuseV1Options.EnableCookieEncryption)).toBe(FuseState.ENABLE);
});

test('holds the app and ffmpeg, and nothing of the development runtime', () => {
  expect(existsSync(join(resources, 'default_app.asar'))).toBe(false);
  expect(statSync(join(resources, 'ffmpeg/ffmpeg')).mode & 0o111).not.toBe(0);
  const files = listPackage(join(resources, 'app.asar'), { isPack: false });
  expect(files).toContain('/out/main/main.js');
  expect(files.filter((file) => file.includes('node_modules'))).toEqual([]);
  expect(files.filter((file) => file.endsWith('.map'))).toEqual([]);
});

test('says its version', async () => {
  const { code, stdout } = await run(['--version']);
  expect(stdout.trim()).toMatch(/^\d+\.\d+\.\d+$/);
  expect(code).toBe(0);
});

test('RunAsNode is really off: ELECTRON_RUN_AS_NODE does not turn it into Node', async () => {
  const child = spawn(binary, ['-e', 'console.log("node")', '--no-sandbox', '--version'], {
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let stdout = '';
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
  await new Promise((done) => child.on('close', done));
  expect(stdout).not.toContain('node');
});

test('records a call and stops at SIGINT', async () => {
  const sfu = await startSfu({ dialect: 'classic' });
  try {
    const publisher = await startPublisher(sfu, 'packaged', {
      name: 'Ana',
      colour: COLOURS[0],
      toneHz: TONES[0],
      codec: 'vp8',
      width: 640,
      height: 360,
      fps: 30,
      durationS: 60,
    });
    let stopping = false;
    const library = temporaryDir('library');
    const settings = join(library, 'settings.json');
    await mkdir(library, { recursive: true });
    await writeFile(settings, JSON.stringify({ composite: { layout: 'speaker', size: '854x480' } }));
    const words = [
      'record',
      sfu.url('packaged'),
      '--library',
      library,
      '--settings',
      settings,
      '--no-upload',
      '--json',
    ];
    const { code, stdout, stderr } = await run(words, (printed, pid) => {
      if (stopping || !printed.includes('"stream-started"')) return;
      stopping = true;
      setTimeout(() => process.kill(pid, 'SIGINT'), 6000);
    });
    await publisher.stop();
    const done = parseEvents(stdout).at(-1);
    if (done?.event !== 'done') throw new Error(`no "done":\n${stdout}\n${stderr}`);
    expect(code).toBe(0);
    expect(done.streams).toHaveLength(1);
    const { streams } = await probe(done.streams[0]!.file);
    expect(streams.map((stream) => stream.codec_name).sort()).toEqual(['aac', 'h264']);
    expect(done.streams[0]!.duration).toBeGreaterThan(4);
    const composite = await probe(done.composite!);
    expect(composite.streams.find(({ codec_type: type }) => type === 'video')).toMatchObject({
      width: 854,
      height: 480,
    });
  } finally {
    await sfu.close();
  }
});
