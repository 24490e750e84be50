import { join } from 'node:path';
import { build, type CliOptions } from 'electron-builder';
import { runCommand } from '../setup/process.ts';
import { provision } from '../setup/provision.ts';
import { reportToStderr } from '../setup/source.ts';

const ROOT = join(import.meta.dirname, '../..');
const silent = (): void => undefined;

/** An ffmpeg that lives on its system's libraries makes a package for that system only; that is said, not hidden. */
async function warnWhereFfmpegIsTied(path: string): Promise<void> {
  if (process.platform !== 'linux') return;
  const { stdout } = await runCommand('ldd', [path]);
  if (!stdout.includes('libavcodec')) return;
  reportToStderr(
    `${path} uses this system's libraries, so this package's own ffmpeg runs only on systems like it (elsewhere the app takes ` +
      'ffmpeg from PATH). For a package to hand out, build where ffmpeg-static can be downloaded, or set FFMPEG_BIN to a static one.',
  );
}

/**
 * Makes the package of this platform in `output` (dist/ where not given): the unpacked app, or with `installers` also
 * what electron-builder.yml lists as targets, whose tools electron-builder downloads.
 */
export async function packageApp(options: { installers?: boolean; output?: string } = {}): Promise<string[]> {
  const { electron, ffmpeg } = await provision(['electron', 'ffmpeg'], { report: silent });
  if (!electron || !ffmpeg) throw new Error('provision() was asked for electron and ffmpeg');
  await warnWhereFfmpegIsTied(ffmpeg.path);
  const program = process.platform === 'win32' ? 'ffmpeg.exe' : 'ffmpeg';
  const cli: CliOptions = {
    projectDir: ROOT,
    dir: options.installers !== true,
    publish: 'never',
    config: {
      extends: join(ROOT, 'electron-builder.yml'),
      electronDist: electron.dist,
      electronVersion: electron.version,
      extraResources: [{ from: ffmpeg.path, to: `ffmpeg/${program}` }],
      ...(options.output ? { directories: { output: options.output, buildResources: 'build/package' } } : {}),
    },
  };
  return build(cli);
}

if (process.argv[1] === import.meta.filename) {
  const made = await packageApp({ installers: process.argv.includes('--all') });
  for (const file of made) console.log(file);
}
