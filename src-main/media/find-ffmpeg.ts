import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { RollcallError } from '../contract/errors.ts';
import { FfmpegRunner } from './ffmpeg.ts';

const run = promisify(execFile);
const TRY_TIMEOUT_MS = 15_000;
/** Encoders without which no file can be made. */
const NEEDED_ENCODERS = ['libx264', 'aac'] as const;

export interface FfmpegPlaces {
  /** From the settings. */
  configured?: string | null | undefined;
  /** `FFMPEG_BIN` of the environment. */
  env?: string | null | undefined;
  /** `resources/ffmpeg/ffmpeg` of a packaged app. */
  packaged?: string | null | undefined;
  /** What the `ffmpeg-static` package exports. */
  ffmpegStatic?: string | null | undefined;
}

/**
 * The first ffmpeg that runs and has the encoders: configured, `FFMPEG_BIN`, packaged, ffmpeg-static, PATH.
 * @throws RollcallError `FFMPEG_MISSING`, which says of each place why it was not taken.
 */
export async function findFfmpeg(places: FfmpegPlaces): Promise<FfmpegRunner> {
  const candidates: [string, string | null | undefined][] = [
    ['the settings', places.configured],
    ['FFMPEG_BIN', places.env],
    ['the app', places.packaged],
    ['ffmpeg-static', places.ffmpegStatic],
    ['PATH', 'ffmpeg'],
  ];
  const refused: string[] = [];
  for (const [from, path] of candidates) {
    if (path === null || path === undefined || path === '') continue;
    const found = await tryFfmpeg(path);
    if (typeof found === 'number') return new FfmpegRunner(path, found);
    refused.push(`${path} (from ${from}): ${found}`);
  }
  throw new RollcallError(
    'FFMPEG_MISSING',
    'No working ffmpeg with libx264 and AAC was found.',
    'Install ffmpeg (on Debian: apt-get install ffmpeg) or set FFMPEG_BIN to its path.',
    { details: refused.join('\n') },
  );
}

/** The major version of a working ffmpeg (see `Ffmpeg.majorVersion`), or why it cannot be used. */
async function tryFfmpeg(path: string): Promise<number | string> {
  try {
    const options = { timeout: TRY_TIMEOUT_MS, windowsHide: true, maxBuffer: 4 * 1024 * 1024 };
    const { stdout: version } = await run(path, ['-hide_banner', '-version'], options);
    const { stdout: encoders } = await run(path, ['-hide_banner', '-encoders'], options);
    const missing = NEEDED_ENCODERS.filter((name) => !new RegExp(`^\\s*[VA]\\S*\\s+${name}\\s`, 'm').test(encoders));
    if (missing.length > 0) return `it lacks the encoder ${missing.join(' and ')}`;
    return parseMajorVersion(version);
  } catch (thrown) {
    return thrown instanceof Error ? (thrown.message.split('\n')[0] ?? 'it does not run') : 'it does not run';
  }
}

/** 6 for "ffmpeg version n6.1.1-static ..."; 0 where the version is a git revision. */
export function parseMajorVersion(versionText: string): number {
  const match = /^ffmpeg version n?(\d+)\.\d/m.exec(versionText);
  return match?.[1] === undefined ? 0 : Number(match[1]);
}
