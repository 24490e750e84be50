import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { verifyOnce } from './cache.ts';
import { ensurePackages, isDebian } from './debian.ts';
import { lastLine, runCommand } from './process.ts';
import { assertReachable, firstWorking, type Report, type Source } from './source.ts';

/** A working ffmpeg with libx264 and AAC, and the version it says. */
export interface FfmpegBinary {
  path: string;
  version: string;
}

const REQUIRED_ENCODERS = ['libx264', 'aac'];
const require = createRequire(import.meta.url);

/** The file on PATH that `name` would run, or `undefined`. */
export function onPath(name: string): string | undefined {
  const file = process.platform === 'win32' ? `${name}.exe` : name;
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, file)).find((candidate) => existsSync(candidate));
}

async function verified(path: string): Promise<FfmpegBinary> {
  if (!existsSync(path)) throw new Error(`there is no file ${path}`);
  const version = await verifyOnce(path, 'ffmpeg', async () => {
    const about = await runCommand(path, ['-hide_banner', '-version'], { timeoutMs: 20_000 });
    const said = /^ffmpeg version (\S+)/.exec(about.stdout)?.[1];
    if (about.code !== 0 || !said) throw new Error(`it does not run: ${lastLine(about)}`);
    const { stdout } = await runCommand(path, ['-hide_banner', '-encoders'], { timeoutMs: 20_000 });
    const missing = REQUIRED_ENCODERS.filter((encoder) => !new RegExp(`^ [VA]\\S+ ${encoder} `, 'm').test(stdout));
    if (missing.length > 0) throw new Error(`${path} has no encoder ${missing.join(', ')}`);
    return said;
  });
  return { path, version };
}

interface StaticPackage {
  folder: string;
  path: string;
}

/** Where ffmpeg-static keeps its program, downloaded or not; `undefined` where the package is not installed. */
function staticPackage(): StaticPackage | undefined {
  try {
    const folder = dirname(require.resolve('ffmpeg-static/package.json'));
    return { folder, path: join(folder, process.platform === 'win32' ? 'ffmpeg.exe' : 'ffmpeg') };
  } catch {
    return undefined; // an optional dependency
  }
}

async function downloadStatic(): Promise<FfmpegBinary | undefined> {
  const found = staticPackage();
  if (!found) return undefined;
  await assertReachable(process.env.FFMPEG_BINARIES_URL ?? 'https://github.com/');
  const result = await runCommand(process.execPath, ['install.js'], { cwd: found.folder, timeoutMs: 300_000 });
  if (result.code !== 0) throw new Error(`the download failed: ${lastLine(result)}`);
  return verified(found.path);
}

/** Finds or fetches ffmpeg. */
export function provideFfmpeg(report: Report): Promise<FfmpegBinary> {
  const configured = process.env.FFMPEG_BIN;
  const fromPath = async (): Promise<FfmpegBinary | undefined> => {
    const path = onPath('ffmpeg');
    return path ? verified(path) : undefined;
  };
  const sources: Source<FfmpegBinary>[] = [
    { name: 'FFMPEG_BIN', configured: true, find: async () => (configured ? verified(configured) : undefined) },
    {
      name: 'ffmpeg-static',
      find: async () => {
        const found = staticPackage();
        return found && existsSync(found.path) ? verified(found.path) : undefined;
      },
    },
    { name: 'ffmpeg-static, downloaded', downloadKey: 'ffmpeg-static', find: downloadStatic },
    { name: 'ffmpeg on PATH', find: fromPath },
    {
      name: 'Debian package ffmpeg',
      find: async () => {
        if (!isDebian()) return undefined;
        await ensurePackages(['ffmpeg'], 'making MP4 files', report);
        return fromPath();
      },
    },
  ];
  return firstWorking('ffmpeg', sources, 'Install ffmpeg with libx264, or name one in FFMPEG_BIN.', report);
}
