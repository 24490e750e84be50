import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mediaUrl } from '../contract/app-urls.ts';
import {
  peaksFileSchema,
  POSTER_FILE,
  PREVIEWS_DIR,
  PREVIEWS_INDEX,
  previewsIndexSchema,
  type OutputPreviews,
  type PreviewsIndex,
} from '../contract/previews.ts';
import type { Session, SessionOutput } from '../contract/session.ts';
import type { Ffmpeg } from '../media/ffmpeg.ts';
import { probe } from '../media/probe.ts';
import { KEY_FRAME_S } from '../media/segment.ts';
import { bucketMs, PeakMeter } from './peaks.ts';
import { planSprites, spritesVtt, type SpritePlan } from './sprites.ts';

/** Bounds of a poster. */
const POSTER = { width: 640, height: 360 };
/** The poster is the most typical of at most so many key frames, from everywhere in the file. */
const POSTER_CANDIDATES = 12;
const PEAKS_FILE = 'peaks.json';
const VTT_FILE = 'sprites.vtt';
const sheetName = (sheet: number): string => `sprites-${sheet}.jpg`;

export interface PreviewsJob {
  /** Absolute path of the session's folder. */
  sessionDir: string;
  output: SessionOutput;
  ffmpeg: Ffmpeg;
  signal?: AbortSignal | undefined;
}

/**
 * The previews of an output, made where they are absent or of another file than the one there is. Only key frames are
 * decoded, and the sound once, all in one process at low priority.
 * @returns null where the output has no finished file.
 */
export async function ensurePreviews(job: PreviewsJob): Promise<PreviewsIndex | null> {
  const { sessionDir, output } = job;
  if (output.state !== 'done' || output.sha256 === null) return null;
  const known = await readIndex(sessionDir, output.output_id);
  if (known !== null && known.source_sha256 === output.sha256) return known;
  return make(job, output.sha256);
}

/** The previews of an output as the window wants them. */
export async function describePreviews(
  sessionDir: string,
  session: Readonly<Session>,
  outputId: string,
  index: PreviewsIndex,
): Promise<OutputPreviews> {
  const url = (file: string): string => mediaUrl(session.session_id, `${PREVIEWS_DIR}/${outputId}/${file}`);
  const { poster, sprites, peaks, duration_ms } = index;
  const file = peaks === null ? null : join(previewsDir(sessionDir, outputId), peaks);
  const levels = file === null ? null : peaksFileSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  return {
    durationMs: duration_ms,
    posterUrl: poster && url(poster),
    sprites: sprites && {
      intervalMs: sprites.interval_ms,
      count: sprites.count,
      columns: sprites.columns,
      rows: sprites.rows,
      tileWidth: sprites.tile_width,
      tileHeight: sprites.tile_height,
      sheetUrls: sprites.sheets.map(url),
    },
    peaks: levels && { bucketMs: levels.bucket_ms, values: levels.peaks.map((value) => value / 255) },
  };
}

const previewsDir = (sessionDir: string, outputId: string): string => join(sessionDir, PREVIEWS_DIR, outputId);

/** What is there; null for nothing, or something that this version does not know. */
async function readIndex(sessionDir: string, outputId: string): Promise<PreviewsIndex | null> {
  try {
    const text = await readFile(join(previewsDir(sessionDir, outputId), PREVIEWS_INDEX), 'utf8');
    return previewsIndexSchema.parse(JSON.parse(text));
  } catch {
    return null; // Derived: whatever is wrong with it, it is made again.
  }
}

/** Made beside its place and moved there whole. */
async function make(job: PreviewsJob, sha256: string): Promise<PreviewsIndex> {
  const { sessionDir, output, ffmpeg, signal } = job;
  const file = join(sessionDir, output.file);
  const final = previewsDir(sessionDir, output.output_id);
  const dir = `${final}.part-${process.pid}`;
  const { tracks, durationMs } = await probe(file);
  const video = tracks.find(({ kind }) => kind === 'video');
  const plan = video ? planSprites(durationMs, video.width ?? 16, video.height ?? 9) : null;
  const hasSound = tracks.some(({ kind }) => kind === 'audio');
  const meter = new PeakMeter(bucketMs(durationMs));
  await rm(dir, { recursive: true, force: true });
  await makeFolder(join(sessionDir, PREVIEWS_DIR));
  await mkdir(dir);
  try {
    const child = ffmpeg.start({ name: `previews of ${output.file}`, signal, args: args(file, dir, plan, hasSound) });
    child.stdin.end();
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) meter.push(chunk);
    await child.done;
    const index: PreviewsIndex = {
      version: 1,
      source_sha256: sha256,
      duration_ms: durationMs,
      poster: plan && POSTER_FILE,
      sprites: plan && spritesIndex(plan),
      peaks: hasSound ? PEAKS_FILE : null,
    };
    if (hasSound) {
      const peaks = { version: 1, bucket_ms: bucketMs(durationMs), peaks: meter.finish() };
      await writeFile(join(dir, PEAKS_FILE), JSON.stringify(peaks));
    }
    if (plan) await writeFile(join(dir, VTT_FILE), spritesVtt(plan, durationMs, sheetName));
    await writeFile(join(dir, PREVIEWS_INDEX), JSON.stringify(index, null, 1));
    await rm(final, { recursive: true, force: true });
    await rename(dir, final);
    return index;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** Only in a session that is there: one that was deleted meanwhile does not come back as an empty folder. */
async function makeFolder(dir: string): Promise<void> {
  await mkdir(dir).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
}

const spritesIndex = (plan: SpritePlan): PreviewsIndex['sprites'] => ({
  interval_ms: plan.intervalMs,
  count: plan.count,
  columns: plan.columns,
  rows: plan.rows,
  tile_width: plan.tileWidth,
  tile_height: plan.tileHeight,
  sheets: Array.from({ length: plan.sheets }, (_, sheet) => sheetName(sheet)),
  vtt: VTT_FILE,
});

/** Arguments that every ffmpeg from 4 on has. */
function args(file: string, dir: string, plan: SpritePlan | null, hasSound: boolean): string[] {
  // Half a second at a time: a write for each of the decoder's own frames costs more than the decoding.
  const inSteps = ['-af', 'asetnsamples=n=24000:p=0'];
  const sound = hasSound ? ['-map', '0:a:0', ...inSteps, '-ac', '1', '-ar', '48000', '-f', 's16le', 'pipe:1'] : [];
  if (plan === null) return ['-threads', '1', '-i', file, ...sound];
  const { tileWidth, tileHeight, intervalMs, count, columns, rows } = plan;
  const fit = `scale=${POSTER.width}:${POSTER.height}:force_original_aspect_ratio=decrease:force_divisible_by=2`;
  // The last key frame stays until the end; a tile that has none of its own shows the one before.
  const tiles =
    `fps=1000/${intervalMs}:start_time=0:round=near,scale=${tileWidth}:${tileHeight},setsar=1,` +
    `tpad=stop_mode=clone:stop=-1,trim=end_frame=${count},tile=${columns}x${rows},settb=1,setpts=N`;
  const every = Math.max(1, Math.ceil((count * intervalMs) / (1000 * KEY_FRAME_S) / POSTER_CANDIDATES));
  const poster = `select='not(mod(n\\,${every}))',${fit},thumbnail=${POSTER_CANDIDATES}`;
  const graph = `[0:v:0]split[a][b];[a]${poster}[poster];[b]${tiles}[sheets]`;
  // In the pattern of numbered files a percent sign of the folder's own name is doubled.
  const sheets = join(dir.replaceAll('%', '%%'), 'sprites-%d.jpg');
  // In pictures of this size nobody sees the blocks' edges that the last filter of the decoder smooths.
  const decoder = ['-threads', '1', '-skip_frame', 'nokey', '-skip_loop_filter', 'all'];
  return [
    ...[...decoder, '-i', file, '-filter_complex_threads', '1', '-filter_complex', graph],
    ...['-map', '[poster]', '-frames:v', '1', '-q:v', '4', '-f', 'image2', '-update', '1', join(dir, POSTER_FILE)],
    ...[
      '-map',
      '[sheets]',
      '-r',
      '1',
      '-frames:v',
      String(plan.sheets),
      '-q:v',
      '5',
      '-f',
      'image2',
      '-start_number',
      '0',
    ],
    sheets,
    ...sound,
  ];
}
