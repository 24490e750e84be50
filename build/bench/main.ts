import { benchCapture } from './capture.ts';
import { benchCompose } from './compose.ts';
import { benchUpload } from './upload.ts';

/** `npm run bench -- capture [--peers N] [--seconds S]` or `-- compose [--peers N] [--size WxH] [--seconds S,...]` or `-- upload [--mib N] [--rounds N]`: each bench prints a table and writes a JSON file. */
const BENCHES: Record<string, (args: string[]) => Promise<void>> = {
  capture: benchCapture,
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
