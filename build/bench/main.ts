import { benchApp } from './app.ts';
import { benchCapture } from './capture.ts';
import { benchCompose } from './compose.ts';
import { benchDrift } from './drift.ts';
import { benchSoak } from './soak.ts';
import { benchUpload } from './upload.ts';

/**
 * Each bench prints a table and writes a JSON file to `dist/bench`:
 * `npm run bench -- capture [--peers 1,4,16,50] [--seconds S] [--only rollcall,files,record,view]`,
 * `-- soak [--peers N] [--minutes M] [--picture 720p30|360p15] [--files]`, `-- drift [--minutes M] [--files]`,
 * `-- compose [--peers N] [--size WxH] [--seconds S,...]`, `-- upload [--mib N] [--rounds N]`.
 */
const BENCHES: Record<string, (args: string[]) => Promise<void>> = {
  app: benchApp,
  capture: benchCapture,
  soak: benchSoak,
  drift: benchDrift,
  compose: benchCompose,
  upload: benchUpload,
};

const [name = '', ...args] = process.argv.slice(2);
const bench = BENCHES[name];
if (!bench) {
  console.error(`There is no bench ${JSON.stringify(name)}; there is: ${Object.keys(BENCHES).join(', ')}.`);
  process.exit(2);
}
await bench(args);
process.exit(0);
