import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { openGallery, SIZES, THEMES } from '../../test/ui-gallery.ts';
import { ROOT } from '../launch-electron.ts';

/**
 * `npm run screenshots [-- FOLDER] [--only PART]`: every screen and state, dark and light, at both sizes that are
 * designed for, and one page to look at them all.
 */

const args = process.argv.slice(2);
const onlyAt = args.indexOf('--only');
const only = onlyAt < 0 ? '' : (args.splice(onlyAt, 2)[1] ?? '');
const folder = resolve(args[0] ?? join(ROOT, 'test/artifacts/screenshots'));
if (only === '') rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

const gallery = await openGallery();
const files: string[] = [];
const flaws: string[] = [];
for (const size of SIZES) {
  for (const theme of THEMES) {
    for (const scene of gallery.scenes.filter((name) => name.includes(only))) {
      await gallery.show(scene, theme, size);
      const file = `${scene}-${theme}-${size.width}.png`;
      await gallery.page.screenshot({ path: join(folder, file) });
      files.push(file);
      if (theme === 'dark') flaws.push(...(await gallery.flaws()).map((flaw) => `${scene} at ${size.width}: ${flaw}`));
    }
  }
}
await gallery.running.close();

const pictures = files.map(
  (file) => `<figure><img src="${file}" loading="lazy"><figcaption>${file}</figcaption></figure>`,
);
writeFileSync(
  join(folder, 'index.html'),
  `<!doctype html><meta charset="utf-8"><title>Rollcall screenshots</title>
<style>body{font:14px system-ui;display:grid;grid-template-columns:repeat(auto-fill,minmax(560px,1fr));gap:16px}img{width:100%}figure{margin:0}</style>
${pictures.join('\n')}\n`,
);
for (const flaw of flaws) console.log(flaw);
console.log(`${files.length} pictures in ${folder} (index.html shows them all); ${flaws.length} flaws found.`);
process.exit(flaws.length === 0 ? 0 : 1);
