import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';

/**
 * Builds a page of tests or benches (`page.html` with its script, and Electron's `main.mjs` beside it) as an app's folder
 * that Electron can be started on.
 */
export async function buildPage(source: string, out: string): Promise<string> {
  await build({
    configFile: false,
    root: source,
    base: './',
    logLevel: 'error',
    build: { outDir: out, emptyOutDir: true, target: 'chrome130', rollupOptions: { input: join(source, 'page.html') } },
  });
  copyFileSync(join(source, 'main.mjs'), join(out, 'main.mjs'));
  writeFileSync(join(out, 'package.json'), JSON.stringify({ name: 'page', type: 'module', main: 'main.mjs' }));
  return out;
}
