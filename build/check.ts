import { join } from 'node:path';
import { runCommand } from './setup/process.ts';

const ROOT = join(import.meta.dirname, '..');
const modules = (path: string): string => join(ROOT, 'node_modules', path);

interface Check {
  name: string;
  args: string[];
  /** What puts most of its findings right. */
  remedy?: string;
}

// What was right and has not changed is not looked at again, but in CI: a type-aware lint rule can be wrong about a file
// because of a change in another one.
const CACHED = !process.env['CI'];
const cache = (name: string): string => modules(`.cache/rollcall/${name}`);
const cached = (...args: string[]): string[] => (CACHED ? args : []);

const PRETTIER = [
  modules('prettier/bin/prettier.cjs'),
  ...['--config', 'build/prettier.json'],
  ...cached('--cache', '--cache-location', cache('prettier')),
];
const ESLINT = [
  modules('eslint/bin/eslint.js'),
  ...['--config', 'build/eslint.config.js', '--max-warnings', '0'],
  ...cached('--cache', '--cache-strategy', 'content', '--cache-location', cache('eslint')),
];

/** Arguments that type-check one project. */
const tsc = (project: string, name: string): string[] => [
  modules('typescript/bin/tsc'),
  ...['-p', project],
  ...cached('--incremental', '--tsBuildInfoFile', cache(`tsc-${name}.json`)),
];

const CHECKS: Check[] = [
  { name: 'prettier', args: [...PRETTIER, '--check', '.'], remedy: 'npm run check -- --fix' },
  { name: 'eslint', args: [...ESLINT, '.'], remedy: 'npm run check -- --fix' },
  { name: 'tsc (main)', args: tsc('build/tsconfig.main.json', 'main') },
  { name: 'tsc (preloads, build, tests)', args: tsc('build/tsconfig.pages.json', 'pages') },
  { name: 'tsc (renderer)', args: tsc('src-renderer/tsconfig.json', 'renderer') },
];

/** Runs one tool and prints what it found; true when it found nothing. */
async function passes(check: Check): Promise<boolean> {
  const startedAt = Date.now();
  const result = await runCommand(process.execPath, check.args, { cwd: ROOT, timeoutMs: 900_000 });
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(0);
  if (result.code === 0) {
    console.log(`ok      ${check.name} (${seconds} s)`);
    return true;
  }
  console.log(`${result.stdout}${result.stderr}`.trim());
  console.log(`FAILED  ${check.name} (${seconds} s)${check.remedy ? `; try \`${check.remedy}\`` : ''}`);
  return false;
}

if (process.argv.includes('--fix')) {
  await runCommand(process.execPath, [...ESLINT, '--fix', '.'], { cwd: ROOT, timeoutMs: 900_000 });
  await runCommand(process.execPath, [...PRETTIER, '--write', '--log-level', 'warn', '.'], { cwd: ROOT });
}
let failed = 0;
for (const check of CHECKS) if (!(await passes(check))) failed += 1;
if (failed > 0) console.log(`${failed} of ${CHECKS.length} checks failed`);
process.exit(failed === 0 ? 0 : 1);
