import { makeFiles } from '../src-main/finish.ts';
import { SessionManifest } from '../src-main/recording/manifest.ts';
import { FakeCards, ffmpeg } from './media-fixtures.ts';

/** A process of its own that makes a session's files, to be killed in the middle: `finish-child.ts <session-dir>`. */
const [dir = ''] = process.argv.slice(2);
const error = await makeFiles(await SessionManifest.open(dir), {
  ffmpeg: () => Promise.resolve(ffmpeg),
  cards: new FakeCards(),
  emit: (event) => console.log(JSON.stringify(event)),
  signal: new AbortController().signal,
});
if (error !== null) throw error;
