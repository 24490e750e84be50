import { SessionManifest } from '../src-main/recording/manifest.ts';
import type { StoreTarget } from '../src-main/contract/settings.ts';
import { uploadSession } from '../src-main/upload/uploader.ts';

/** A process of its own that uploads one session, to be killed in the middle: `upload-child.ts <session-dir> <store as JSON>`. */
const [dir = '', store = ''] = process.argv.slice(2);
const target = JSON.parse(store) as StoreTarget;
const { error } = await uploadSession({
  handle: await SessionManifest.open(dir),
  destination: { kind: 's3', configured: true, store: target },
  emit: () => undefined,
  signal: new AbortController().signal,
});
if (error !== null) throw error;
