import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { cacheDir, withLock } from './setup/cache.ts';
import { runCommand } from './setup/process.ts';
import { reportToStderr, SetupError } from './setup/source.ts';

const ROOT = join(import.meta.dirname, '..');
const INPUTS = [
  'src-main',
  'src-renderer',
  'build/electron.vite.config.ts',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
];
const STAMP = join(ROOT, 'out/.stamp');

function filesOf(path: string): string[] {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return /\.test\.tsx?$/.test(path) ? [] : [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesOf(join(path, name)));
}

/** A hash over the content of everything that goes into the built app. */
function inputsHash(): string {
  const hash = createHash('sha256');
  for (const file of INPUTS.flatMap((input) => filesOf(join(ROOT, input)))) {
    hash
      .update(`${relative(ROOT, file)}\n`)
      .update(readFileSync(file))
      .update('\n');
  }
  return hash.digest('hex');
}

function isCurrent(wanted: string): boolean {
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted;
}

/** Builds the app into out/ where its sources have changed since the last build. Throws with the compiler's words. */
export async function buildApp(env: NodeJS.ProcessEnv): Promise<void> {
  if (isCurrent(inputsHash())) return;
  const lock = createHash('sha256').update(ROOT).digest('hex').slice(0, 16);
  await withLock(join(cacheDir(), `build-${lock}.lock`), async () => {
    const wanted = inputsHash();
    if (isCurrent(wanted)) return;
    reportToStderr('building the app ...');
    const program = join(ROOT, 'node_modules/electron-vite/bin/electron-vite.js');
    const args = [program, 'build', '--config', join(ROOT, 'build/electron.vite.config.ts')];
    const result = await runCommand(process.execPath, args, {
      cwd: ROOT,
      env: { ...env, NO_COLOR: '1' },
      timeoutMs: 600_000,
    });
    if (result.code !== 0) throw new SetupError(`The app could not be built:\n${result.stdout}${result.stderr}`);
    writeFileSync(STAMP, wanted);
  });
}
