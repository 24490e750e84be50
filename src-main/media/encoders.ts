import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RollcallError } from '../contract/errors.ts';
import type { Ffmpeg } from './ffmpeg.ts';
import { countSamples } from './mp4.ts';
import { encoderArgs, type Codec, type HardwareCodec } from './segment.ts';

/** What a system may have, the likeliest first. */
const CANDIDATES: Partial<Record<NodeJS.Platform, readonly HardwareCodec[]>> = {
  darwin: ['h264_videotoolbox'],
  win32: ['h264_nvenc', 'h264_qsv', 'h264_amf'],
  linux: ['h264_nvenc', 'h264_qsv', 'h264_vaapi'],
};

/** `auto`: a hardware encoder where it is better; `software`: never; or one by its name in ffmpeg. */
export type WantedEncoder = 'auto' | 'software' | Codec;

export interface EncodersOptions {
  platform?: NodeJS.Platform;
  /** An encoder is given up, or cannot be had: the files are made by libx264. */
  onTrouble?: (message: string) => void;
}

const TRIAL = { width: 1280, height: 720, fps: 30, frames: 90 } as const;
const TRIAL_SOURCE = `testsrc2=s=${TRIAL.width}x${TRIAL.height}:r=${TRIAL.fps}:d=${TRIAL.frames / TRIAL.fps}`;
/** Worth it: at least this much quicker than libx264, and not seen to be worse than it by more than this SSIM. */
const QUICKER = 1.3;
const SSIM_LOSS = 0.005;

/**
 * Which encoder makes the files. A name in ffmpeg's list says nothing of a driver or a device: each is tried on a real
 * picture, and taken by itself only if it is quicker at no less quality. One that fails later is not used again as long
 * as the app runs.
 */
export class Encoders {
  readonly #options: EncodersOptions;
  readonly #given = new Set<Codec>();
  #auto: Promise<Codec> | null = null;

  constructor(options: EncodersOptions = {}) {
    this.#options = options;
  }

  /** The encoder to use now. */
  async choose(ffmpeg: Ffmpeg, wanted: WantedEncoder = 'auto'): Promise<Codec> {
    if (wanted === 'software' || wanted === 'libx264') return 'libx264';
    const codec = wanted === 'auto' ? await (this.#auto ??= this.#best(ffmpeg)) : await this.#named(ffmpeg, wanted);
    return this.#given.has(codec) ? 'libx264' : codec;
  }

  /** Gives an encoder up: it has failed in the middle of a job. */
  giveUp(codec: Codec, reason: string): void {
    if (codec === 'libx264' || this.#given.has(codec)) return;
    this.#given.add(codec);
    this.#options.onTrouble?.(`The encoder ${codec} failed, libx264 makes the files: ${reason}`);
  }

  async #best(ffmpeg: Ffmpeg): Promise<Codec> {
    const candidates = CANDIDATES[this.#options.platform ?? process.platform] ?? [];
    let software: Trial | null = null;
    for (const codec of candidates) {
      const hardware = await tryEncoder(ffmpeg, codec).catch(() => null);
      if (!hardware) continue;
      software ??= await tryEncoder(ffmpeg, 'libx264');
      if (software && hardware.ms * QUICKER <= software.ms && hardware.ssim >= software.ssim - SSIM_LOSS) return codec;
    }
    return 'libx264';
  }

  async #named(ffmpeg: Ffmpeg, codec: Codec): Promise<Codec> {
    if (this.#given.has(codec)) return 'libx264';
    if (await tryEncoder(ffmpeg, codec).catch(() => null)) return codec;
    this.giveUp(codec, 'it does not work on this machine.');
    return 'libx264';
  }
}

interface Trial {
  ms: number;
  ssim: number;
}

/** Encodes a few seconds; null where what comes out is not what went in. Rejects where it does not work at all. */
async function tryEncoder(ffmpeg: Ffmpeg, codec: Codec): Promise<Trial | null> {
  const dir = await mkdtemp(join(tmpdir(), 'rollcall-encoder-'));
  const file = join(dir, 'trial.mp4');
  try {
    const { before, filter, args } = encoderArgs({ codec, crf: 23, effort: 'veryfast', threads: 2 }, TRIAL.fps);
    const began = performance.now();
    await ffmpeg.run({
      name: `trial of ${codec}`,
      args: [...before, '-f', 'lavfi', '-i', `${TRIAL_SOURCE},${filter}`, ...args, '-f', 'mp4', file],
    });
    const ms = performance.now() - began;
    if ((await countSamples(file)) !== TRIAL.frames) return null;
    return { ms, ssim: await measureSsim(ffmpeg, file, dir) };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function measureSsim(ffmpeg: Ffmpeg, file: string, dir: string): Promise<number> {
  const stats = join(dir, 'ssim.txt');
  const graph = `[0:v]format=yuv420p[a];[1:v]format=yuv420p[b];[a][b]ssim=stats_file=ssim.txt`;
  // The file's name stands inside a filter: a name without a path needs no quoting.
  await ffmpeg.run({
    name: 'quality of a trial',
    cwd: dir,
    args: ['-i', file, '-f', 'lavfi', '-i', TRIAL_SOURCE, '-lavfi', graph, '-f', 'null', '-'],
  });
  const all = [...(await readFile(stats, 'latin1')).matchAll(/All:([\d.]+)/g)].map(([, value]) => Number(value));
  if (all.length === 0) throw new RollcallError('FFMPEG_FAILED', 'A trial could not be measured.', 'Use libx264.');
  return all.reduce((sum, value) => sum + value, 0) / all.length;
}
