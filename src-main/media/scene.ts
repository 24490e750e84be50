import { createHash } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { RollcallError } from '../contract/errors.ts';
import type { CardFile } from './card-files.ts';
import type { Ffmpeg } from './ffmpeg.ts';
import type { Border, Layer, Overlay, SegmentSpec, ShownPart } from './segment-graph.ts';
import { countSamples } from './mp4.ts';
import { renderSegments, type EncoderSettings } from './segment.ts';
import { preparePart, type PlannedPart } from './stream-pictures.ts';

/** A tile of a scene: where it is, what it shows, and its card for where there is no picture. */
export interface SceneTile {
  x: number;
  y: number;
  width: number;
  height: number;
  /** A picture that is hardly larger than the tile may lose its rim instead of being scaled. */
  mayCrop?: boolean;
  parts: PlannedPart[];
  card: CardFile;
  /** Its card for where the recording was paused, where it shows one of its own. */
  pausedCard?: CardFile;
}

/** One segment of an output, as data: the same scene always gives the same file. */
export interface Scene {
  width: number;
  height: number;
  fps: number;
  frames: number;
  background: string;
  letterbox: string;
  tiles: SceneTile[];
  overlays: { card: CardFile; x: number; y: number; shown?: Overlay['shown'] }[];
  borders?: Border[] | undefined;
}

/** A scene that is to be made, in the folder in which its output's pieces are. */
export interface PlannedScene {
  /** Its output. */
  outputId: string;
  /** Ticks of the session. */
  from: number;
  to: number;
  scene: Scene;
  dir: string;
}

export interface SceneTools {
  encoder: EncoderSettings;
  ffmpeg: Ffmpeg;
  signal?: AbortSignal | undefined;
  /** Share of the work that is done, 0 to 1. */
  onProgress?: ((share: number) => void) | undefined;
}

/**
 * Where a scene's segment is. The name is a hash of everything that the picture depends on: a segment that is there
 * already (made during the call, or before a crash) is that segment, and is not made again. How much work the encoder
 * took for it is no part of that: under load it takes less.
 */
export function sceneFile({ scene, dir }: PlannedScene, encoder: EncoderSettings): string {
  return join(dir, `segment-${sceneHash(scene, encoder)}.mp4`);
}

/** The scenes whose segments are not there, or not whole. */
export async function missingScenes(
  scenes: readonly PlannedScene[],
  encoder: EncoderSettings,
): Promise<PlannedScene[]> {
  const missing: PlannedScene[] = [];
  for (const planned of scenes) {
    const frames = await countSamples(sceneFile(planned, encoder)).catch(() => 0);
    if (frames !== planned.scene.frames) missing.push(planned);
  }
  return missing;
}

/**
 * Makes the segments of scenes that are not there yet in one run of ffmpeg, in which a stretch of a track that several
 * of them show is decoded once. Where that fails each is made by itself, so that one that cannot be made does not keep
 * the others from it.
 */
export async function renderScenes(all: readonly PlannedScene[], tools: SceneTools): Promise<void> {
  const scenes = await missingScenes(all, tools.encoder);
  if (scenes.length > 1) {
    try {
      await renderTogether(scenes, tools, (work) => renderPrepared(work, tools));
      return;
    } catch (thrown) {
      if (!isFfmpegFailure(thrown)) throw thrown;
    }
  }
  for (const planned of scenes) {
    await renderTogether([planned], tools, async (work) => {
      try {
        await renderPrepared(work, tools);
      } catch (thrown) {
        if (!isFfmpegFailure(thrown)) throw thrown;
        const repaired = await Promise.all(work.scenes.map((scene) => withoutUndecodable(scene, tools)));
        if (!repaired.some(({ changed }) => changed)) throw thrown;
        await renderPrepared({ ...work, scenes: repaired }, tools);
      }
    });
  }
}

const isFfmpegFailure = (thrown: unknown): boolean =>
  thrown instanceof RollcallError && thrown.code === 'FFMPEG_FAILED';

interface PreparedScene {
  planned: PlannedScene;
  layers: Layer[];
}

interface PreparedWork {
  scenes: PreparedScene[];
  workDir: string;
}

/** Copies what the scenes show to a folder of their own for as long as `render` runs. */
async function renderTogether(
  scenes: readonly PlannedScene[],
  { encoder }: SceneTools,
  render: (work: PreparedWork) => Promise<void>,
): Promise<void> {
  const [first] = scenes;
  if (!first) return;
  const workDir = `${sceneFile(first, encoder).slice(0, -'.mp4'.length)}.work`;
  await mkdir(workDir, { recursive: true });
  try {
    const copied = new Map<PlannedPart, Promise<ShownPart>>();
    const prepared: PreparedScene[] = [];
    for (const planned of scenes) prepared.push({ planned, layers: await prepareLayers(planned, copied, workDir) });
    await render({ scenes: prepared, workDir });
  } finally {
    await rm(workDir, { recursive: true, force: true });
    for (const planned of scenes) await rm(`${sceneFile(planned, encoder)}.part`, { force: true });
  }
}

async function renderPrepared(
  { scenes, workDir }: PreparedWork,
  { encoder, ffmpeg, signal, onProgress }: SceneTools,
): Promise<void> {
  const jobs = scenes.map(({ planned, layers }) => ({
    spec: segmentSpec(planned.scene, layers),
    outFile: sceneFile(planned, encoder),
  }));
  const frames = jobs[0]?.spec.frames ?? 1;
  const report = (done: number): void => onProgress?.(Math.min(1, done / frames));
  await renderSegments(jobs, { encoder, workDir, ffmpeg, signal, onProgress: report });
}

async function prepareLayers(
  { scene }: PlannedScene,
  copied: Map<PlannedPart, Promise<ShownPart>>,
  dir: string,
): Promise<Layer[]> {
  const layers: Layer[] = [];
  for (const { x, y, width, height, mayCrop, parts, ...cards } of scene.tiles) {
    const shown: ShownPart[] = [];
    for (const part of parts) {
      const known = part.kind === 'cut' ? copied.get(part) : undefined;
      const prepared = known ?? preparePart(part, cards, scene.fps, join(dir, `cut${copied.size}.mkv`));
      copied.set(part, prepared);
      shown.push(await prepared);
    }
    layers.push({ x, y, width, height, ...(mayCrop ? { mayCrop } : {}), parts: shown });
  }
  return layers;
}

function segmentSpec(scene: Scene, layers: Layer[]): SegmentSpec {
  const { width, height, fps, frames, background, letterbox, borders } = scene;
  const overlays = scene.overlays.map(({ card, x, y, shown }) => ({ file: card.file, x, y, shown }));
  return { width, height, fps, frames, background, letterbox, layers, overlays, borders };
}

/**
 * A scene with the card in place of every copy from which ffmpeg cannot decode one frame (a key frame damaged on its
 * way); unchanged where all of them can be decoded, so that the failure has another cause.
 */
async function withoutUndecodable(
  { planned, layers }: PreparedScene,
  { ffmpeg, signal }: SceneTools,
): Promise<PreparedScene & { changed: boolean }> {
  let changed = false;
  const repaired: Layer[] = [];
  for (const [t, layer] of layers.entries()) {
    const parts: ShownPart[] = [];
    for (const part of layer.parts) {
      const bad = part.kind === 'cut' && !(await decodes(part.file, ffmpeg, signal));
      changed ||= bad;
      parts.push(bad ? { kind: 'still', file: planned.scene.tiles[t]?.card.file ?? '', frames: part.frames } : part);
    }
    repaired.push({ ...layer, parts });
  }
  return { planned, layers: repaired, changed };
}

async function decodes(file: string, ffmpeg: Ffmpeg, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    const { frames } = await ffmpeg.run({
      name: 'check',
      signal,
      args: ['-i', file, '-map', '0:v', '-f', 'null', '-'],
    });
    return frames > 0;
  } catch (thrown) {
    if (thrown instanceof RollcallError && thrown.code === 'CANCELLED') throw thrown;
    return false;
  }
}

/** Changes when segments made by an older version of this code would look or join differently. */
const SCENE_VERSION = 3;

function sceneHash(scene: Scene, encoder: EncoderSettings): string {
  const hash = createHash('sha256');
  const { width, height, fps, frames, background, letterbox } = scene;
  hash.update(
    JSON.stringify([SCENE_VERSION, width, height, fps, frames, background, letterbox, encoder.codec, encoder.crf]),
  );
  for (const tile of scene.tiles) {
    hash.update(JSON.stringify([tile.x, tile.y, tile.width, tile.height, tile.mayCrop ?? false, tile.card.hash]));
    for (const part of tile.parts) {
      if (part.kind === 'card' && part.paused) hash.update(`paused ${part.frames} ${tile.pausedCard?.hash}`);
      else
        hash.update(
          part.kind === 'card' ? `card ${part.frames}` : JSON.stringify([part.trackId, part.frames, part.cut]),
        );
    }
  }
  for (const { card, x, y, shown } of scene.overlays) hash.update(JSON.stringify([card.hash, x, y, shown]));
  if (scene.borders) hash.update(JSON.stringify(scene.borders));
  return hash.digest('hex').slice(0, 32);
}
