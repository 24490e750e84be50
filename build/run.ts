import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildApp } from './build-app.ts';
import { openDisplay } from './display.ts';
import { endAs, runForeground } from './foreground.ts';
import { ROOT, runRollcall } from './launch-electron.ts';
import { provision, SetupError, type Part, type Provisions } from './setup/provision.ts';
import { reportToStderr } from './setup/source.ts';

interface Command {
  /** What has to be there before it runs. */
  parts: Part[];
  /** Whether it needs the built app. */
  build: boolean;
  /** Whether the command itself opens windows or starts programs that do (`rollcall` and `start` see to it themselves). */
  display: boolean;
  /** One line per part on stderr; off where each run would repeat it. */
  loud: boolean;
  run: (args: string[], env: Record<string, string>, provisions: Provisions) => Promise<never>;
}

const require = createRequire(import.meta.url);

/** Runs Node on a file of a package or of ours, in a process of its own. */
async function node(args: string[], env: Record<string, string>): Promise<never> {
  // The SDK's advice to update Node is not about what the app runs on, and would be printed by every command.
  const quiet = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };
  return endAs(await runForeground(process.execPath, args, { cwd: ROOT, env: { ...process.env, ...quiet, ...env } }));
}

/** Runs the first of these TypeScript files of this folder that exists. */
function script(...candidates: string[]): Command['run'] {
  return (args, env) => {
    const file = candidates.map((name) => join(import.meta.dirname, name)).find((path) => existsSync(path));
    if (!file) throw new SetupError(`There is no ${candidates.map((name) => `build/${name}`).join(' or ')} yet.`);
    return node(['--import', pathToFileURL(require.resolve('tsx')).href, file, ...args], env);
  };
}

/** Runs a program of a package from node_modules. */
function program(path: string, ...words: string[]): Command['run'] {
  return (args, env) => node([join(ROOT, 'node_modules', path), ...words, ...args], env);
}

const APP: Part[] = ['electron', 'ffmpeg'];
const CALL: Part[] = [...APP, 'worker'];
const LOUD = { build: true, display: false, loud: true };
const WINDOWS = { ...LOUD, display: true };

const COMMANDS: Record<string, Command> = {
  setup: { ...LOUD, parts: [...CALL, 'store'], run: () => process.exit(0) },
  start: { ...LOUD, parts: APP, run: (args, _env, provisions) => runRollcall(args, { provisions }) },
  rollcall: { ...LOUD, parts: APP, loud: false, run: (args, _env, provisions) => runRollcall(args, { provisions }) },
  demo: { ...WINDOWS, parts: CALL, run: script('demo.ts', 'demo/main.ts', 'demo/index.ts') },
  bench: { ...WINDOWS, parts: CALL, run: script('bench.ts', 'bench/main.ts', 'bench/index.ts') },
  screenshots: { ...WINDOWS, parts: APP, run: script('screenshots/main.ts') },
  test: {
    ...WINDOWS,
    parts: [...CALL, 'store'],
    run: program('vitest/vitest.mjs', 'run', '-c', 'build/vitest.config.ts'),
  },
  check: { ...LOUD, parts: [], build: false, run: script('check.ts') },
  dist: { ...LOUD, parts: APP, run: script('package/dist.ts') },
  dev: {
    ...WINDOWS,
    parts: APP,
    build: false,
    run: program('electron-vite/bin/electron-vite.js', 'dev', '--config', 'build/electron.vite.config.ts'),
  },
};

/** Sets up what the command needs, builds the app where it is stale, and runs the command to its end. */
export async function main([name = '', ...args]: string[]): Promise<never> {
  const command = COMMANDS[name];
  if (!command) {
    console.error(
      `rollcall: there is no command ${JSON.stringify(name)}; there are ${Object.keys(COMMANDS).join(', ')}.`,
    );
    process.exit(2);
  }
  try {
    const provisions = await provision(command.parts, {
      report: command.loud ? reportToStderr : onlyWork,
      retryDownloads: name === 'setup',
    });
    if (command.build) await buildApp({ ...process.env, ...provisions.env });
    const display = command.display ? await openDisplay() : undefined;
    return await command.run(args, { ...provisions.env, ...display?.env }, provisions);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(`rollcall: ${error.message}`);
    process.exit(1);
  }
}

/** Lets through what takes time (lines that end in "..."), not what was found. */
function onlyWork(line: string): void {
  if (line.endsWith('...')) reportToStderr(line);
}
