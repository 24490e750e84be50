// What `electron <path>` runs in the fallback runtime (see ../electron.ts), whose archive has no default app of its own:
// `-v`, `-r MODULE`, and the path of an app, whose package.json gives its name and version. Packages do not contain it.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { app } from 'electron';

/** The words after the program: modules to preload, and the first that is not an option. */
function parse(argv) {
  const modules = [];
  for (let i = 0; i < argv.length; i += 1) {
    const word = argv[i];
    if (word === '-v' || word === '--version') return { modules, version: true };
    if (word === '-r' || word === '--require') modules.push(argv[(i += 1)]);
    else if (!word.startsWith('-')) return { modules, path: word };
  }
  return { modules };
}

function describe(folder) {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) return 'index.js';
  const { name, productName, version, main } = JSON.parse(readFileSync(file, 'utf8'));
  app.setAppPath(folder);
  if (productName ?? name) app.setName(productName ?? name);
  if (version) app.setVersion(version);
  return main ?? 'index.js';
}

const options = parse(process.argv.slice(1));
if (options.version) {
  console.log(`v${process.versions.electron}`);
  process.exit(0);
}
if (!options.path || !existsSync(options.path)) {
  console.error(`electron: there is no app at ${options.path ?? '(no path given)'}; usage: electron PATH [ARGUMENTS]`);
  process.exit(1);
}
process.defaultApp = true;
const require = createRequire(resolve(options.path, 'package.json'));
for (const module of options.modules) require(module);
const path = resolve(options.path);
const entry = statSync(path).isDirectory() ? join(path, describe(path)) : path;
try {
  await import(pathToFileURL(entry).href);
} catch (error) {
  console.error(error);
  process.exit(1);
}
