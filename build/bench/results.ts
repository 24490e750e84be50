import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../launch-electron.ts';

/** Writes a bench's numbers to `dist/bench/<name>.json`, with the machine that they were measured on. */
export function writeResult(name: string, result: object): void {
  const folder = join(ROOT, 'dist', 'bench');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}.json`);
  const machine = { cores: cpus().length, cpu: cpus()[0]?.model ?? 'unknown', measured_at: new Date().toISOString() };
  writeFileSync(file, `${JSON.stringify({ machine, ...result }, null, 2)}\n`);
  console.log(`Written to ${file}`);
}
