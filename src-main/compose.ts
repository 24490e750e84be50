import { mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { certify } from './certificate/certify.ts';
import type { ComposeWords, Outcome } from './cli/program.ts';
import { compositeRange, type CompositeRange } from './composite/intervals.ts';
import { makeComposite, type MakeCompositeJob } from './composite/make-composite.ts';
import { RollcallError } from './contract/errors.ts';
import type { Session } from './contract/session.ts';
import { completeTheme, themeSchema, type ThemeFile } from './contract/theme.ts';
import { doneEvent } from './deliver.ts';
import { hashFile, type FinishTools } from './finish.ts';
import { COMPOSITE, encoderOf } from './pieces.ts';
import { moveIntoPlace } from './media/output-file.ts';
import { TrackPool } from './media/track-pool.ts';
import { isAlive } from './recording/lock.ts';
import { SessionManifest } from './recording/manifest.ts';
import { readTimeline } from './recording/timeline.ts';

/** Where the work files go: beside the new file, so that it is moved and not copied, and the session is left alone. */
const WORK_DIR = '.rollcall-compose';

/**
 * Makes another composite of a session from its tracks: another layout, size, look or time range, or without some peers.
 * Nothing of the session is changed; a run that is stopped or fails leaves nothing.
 * @throws RollcallError USAGE for a peer that is not in it, a range outside of it, a theme that is none, or an existing
 * file of the session.
 */
export async function composeAgain(words: ComposeWords, tools: FinishTools): Promise<Outcome> {
  const manifest = await SessionManifest.open(resolve(words.sessionDir));
  const { dir } = manifest;
  const session = withoutPeers(manifest.session, words.withoutPeers);
  const range = rangeOf(manifest.session, words);
  const outFile = resolve(words.out ?? join(dir, defaultName(words, session.session_id)));
  if (await isOriginal(outFile, manifest)) {
    throw new RollcallError('USAGE', `${outFile} is a file of the session itself.`, 'Give --out another name.');
  }
  await mkdir(dirname(outFile), { recursive: true });
  await removeLeftOver(dirname(outFile));
  return inWorkDir(workDirIn(dirname(outFile)), dir, async (workDir, pool) => {
    const output = { output_id: 'composition', kind: 'composite' } as const;
    const job = await compositeJob(words, { manifest, session, range, workDir, pool }, tools);
    const { ffmpeg, timeline } = job;
    const made = await makeComposite({
      ...job,
      onProgress: (progress) => tools.emit({ event: 'finalizing', ...output, progress }),
    });
    const sha256 = await hashFile(made.file, tools.signal);
    // Of a file that is none of the session's: the certificate lies beside it, and knows nothing of who is not in it.
    const certificate = await certify({
      ...{ sessionDir: '', output: { file: made.file, start_ms: made.start_ms, sha256 }, tracks: session.tracks },
      ...{ timeline, pool, ffmpeg, signal: tools.signal },
    });
    await place(made.file, outFile, JSON.stringify(certificate, null, 2), tools.signal);
    const { size } = await stat(outFile);
    tools.emit({ event: 'output', ...output, file: outFile, duration: made.duration_ms / 1000, size });
    return { done: { ...doneEvent(manifest, null), composite: outFile, uploads: [] }, error: null };
  });
}

/** A still is made of this much of the composite: a frame or two. */
const STILL_S = 0.05;

/**
 * One picture of the composite that `words` describe, `atS` seconds from the session's first media, as JPEG.
 * @throws RollcallError as `composeAgain`
 */
export async function composeStill(words: ComposeWords, atS: number, tools: FinishTools): Promise<Buffer> {
  const manifest = await SessionManifest.open(resolve(words.sessionDir));
  const session = withoutPeers(manifest.session, words.withoutPeers);
  const whole = rangeOf(manifest.session, { ...words, fromS: null, toS: null });
  const lastS = (whole.endMs - whole.startMs) / 1000 - STILL_S;
  const fromS = Math.max(0, Math.min(atS, lastS));
  const range = rangeOf(manifest.session, { ...words, fromS, toS: fromS + STILL_S });
  const temporary = await mkdtemp(join(tmpdir(), 'rollcall-still-'));
  return inWorkDir(temporary, manifest.dir, async (workDir, pool) => {
    const job = await compositeJob(words, { manifest, session, range, workDir, pool }, tools);
    const made = await makeComposite({ ...job, loudnessLufs: undefined, soundOnly: false });
    const file = join(workDir, 'still.jpg');
    const args = ['-i', made.file, '-frames:v', '1', '-q:v', '3', '-f', 'image2', '-update', '1', file];
    await job.ffmpeg.run({ name: 'still', args, signal: tools.signal });
    return readFile(file);
  });
}

interface Composition {
  manifest: SessionManifest;
  /** Without whom the words leave out. */
  session: Session;
  range: CompositeRange;
  workDir: string;
  pool: TrackPool;
}

async function compositeJob(
  words: ComposeWords,
  { manifest, session, range, workDir, pool }: Composition,
  tools: FinishTools,
): Promise<MakeCompositeJob> {
  const [ffmpeg, timeline] = [await tools.ffmpeg(), await readTimeline(manifest.dir)];
  const { layout, width, height, fps, soundOnly } = words;
  const themeFile = words.theme === undefined ? manifest.session.settings.theme : await readTheme(words.theme);
  return {
    ...{ sessionDir: manifest.dir, session, timeline, layout, width, height, range, soundOnly, workDir, pool, ffmpeg },
    fps: fps ?? COMPOSITE.fps,
    theme: completeTheme(themeFile, words.title),
    loudnessLufs: words.loudness ?? session.settings.loudness_lufs,
    withoutPeers: words.withoutPeers,
    outFile: join(workDir, 'made.mp4'),
    ...{ cards: tools.cards, signal: tools.signal, encoder: await encoderOf(session, ffmpeg, tools.encoders) },
  };
}

/** Work in a folder of its own, which is gone afterwards. */
async function inWorkDir<T>(
  workDir: string,
  sessionDir: string,
  work: (workDir: string, pool: TrackPool) => Promise<T>,
): Promise<T> {
  await mkdir(workDir, { recursive: true });
  const pool = new TrackPool(sessionDir);
  try {
    return await work(workDir, pool);
  } finally {
    await pool.close();
    await rm(workDir, { recursive: true, force: true });
  }
}

/** The file and its certificate under their names, at the last moment at which it can be stopped. */
async function place(from: string, to: string, certificate: string, signal: AbortSignal): Promise<void> {
  if (signal.aborted)
    throw new RollcallError('CANCELLED', 'Making the composite was stopped.', 'Nothing was left behind.');
  await writeFile(`${from}.json`, `${certificate}\n`);
  await moveIntoPlace(`${from}.json`, `${to}.certificate.json`);
  await moveIntoPlace(from, to);
}

/** The session without all that is of these peers. @throws RollcallError USAGE for one that is not in it. */
export function withoutPeers(session: Readonly<Session>, ids: readonly string[]): Session {
  for (const id of ids) {
    if (session.peers.some((peer) => peer.peer_id === id)) continue;
    const there = session.peers.map((peer) => `${peer.peer_id} (${peer.display_name})`).join(', ');
    throw new RollcallError(
      'USAGE',
      `There is no peer "${id}" in this session: it has ${there || 'none'}.`,
      'Give --without-peer one of these ids.',
    );
  }
  const stays = ({ peer_id }: { peer_id: string }): boolean => !ids.includes(peer_id);
  const streams = session.streams.filter(stays);
  if (streams.length === 0 && session.streams.length > 0) {
    throw new RollcallError(
      'USAGE',
      'Without these peers nobody is left in this session.',
      'Leave at least one of them in the picture.',
    );
  }
  return { ...session, peers: session.peers.filter(stays), streams, tracks: session.tracks.filter(stays) };
}

/** The part of the session that is wanted; times of the words are the composite's own, from its first second. */
function rangeOf(session: Readonly<Session>, { fromS, toS }: ComposeWords): CompositeRange {
  const whole = compositeRange(session);
  if (!whole)
    throw new RollcallError('NO_MEDIA', 'The session has no media to compose.', 'There is nothing to make a file of.');
  const startMs = whole.startMs + (fromS ?? 0) * 1000;
  const endMs = Math.min(whole.endMs, toS === null ? Infinity : whole.startMs + toS * 1000);
  if (startMs < endMs) return { startMs, endMs };
  const lengthS = ((whole.endMs - whole.startMs) / 1000).toFixed(1);
  throw new RollcallError(
    'USAGE',
    `There is nothing from ${fromS ?? 0} s to ${toS ?? lengthS} s: the composite lasts ${lengthS} s.`,
    'Give --from a smaller value than --to, both within it.',
  );
}

/** @throws RollcallError USAGE, naming the file and the field */
export async function readTheme(file: string): Promise<ThemeFile> {
  const remedy = 'See "Themes" in the README for what a theme may hold.';
  let json: unknown;
  try {
    json = JSON.parse(await readFile(resolve(file), 'utf8'));
  } catch (error) {
    throw new RollcallError('USAGE', `The theme "${file}" cannot be read as JSON.`, remedy, { details: String(error) });
  }
  const parsed = themeSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const said = parsed.error.issues
    .map(({ path, message }) => `${path.join('.') || 'the theme'}: ${message}`)
    .join('; ');
  throw new RollcallError('USAGE', `The theme "${file}" is not valid: ${said}.`, remedy);
}

/** Where this process puts its work files for something that is made in `dir`. */
export const workDirIn = (dir: string): string => join(dir, `${WORK_DIR}-${process.pid}`);

/** Work files of runs that were killed; those of a process that lives are left to it. */
export async function removeLeftOver(dir: string): Promise<void> {
  for (const name of await readdir(dir)) {
    const pid = Number(new RegExp(`^\\${WORK_DIR}-(\\d+)$`).exec(name)?.[1] ?? NaN);
    if (Number.isNaN(pid) || (pid !== process.pid && isAlive(pid))) continue;
    await rm(join(dir, name), { recursive: true, force: true });
  }
}

/** The name of a file that nobody has named. */
export function defaultName(words: Omit<ComposeWords, 'sessionDir' | 'fps'>, id: string): string {
  const { layout, width, height, withoutPeers: without, fromS, toS, soundOnly = false } = words;
  const what = soundOnly ? 'sound' : `${layout}-${width}x${height}`;
  const part = fromS !== null || toS !== null ? `-${fromS ?? 0}-${toS ?? 'end'}s` : '';
  const left = without.length > 0 ? `-without-${without.length}` : '';
  return `Composition-${id}-${what}${part}${left}.${soundOnly ? 'm4a' : 'mp4'}`;
}

/** Whether writing there would change the session: links and other spellings of a path included. */
async function isOriginal(file: string, manifest: SessionManifest): Promise<boolean> {
  const real = async (path: string): Promise<string> =>
    realpath(path).catch(async () => join(await realpath(dirname(path)).catch(() => dirname(path)), basename(path)));
  const { session, dir } = manifest;
  const own = ['session.json', 'timeline.ndjson', ...[...session.outputs, ...session.tracks].map((one) => one.file)];
  const target = await real(file);
  for (const name of own) if ((await real(join(dir, name))) === target) return true;
  return false;
}
