import { createHash } from 'node:crypto';
import { access, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { RollcallError } from '../contract/errors.ts';
import type { CardFile } from './card-files.ts';
import type { Ffmpeg } from './ffmpeg.ts';
import type { Border, Layer, Overlay, SegmentSpec, ShownPart } from './segment-graph.ts';
import { renderSegment, type EncoderSettings } from './segment.ts';
import { preparePart, type PlannedPart } from './stream-pictures.ts';

/** A tile of a scene: where it is, what it shows, and its card for where there is no picture. */
export interface SceneTile {
  x: number;
  y: number;
  width: number;
  height: number;
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

export interface SceneJob {
  scene: Scene;
  encoder: EncoderSettings;
  workDir: string;
  ffmpeg: Ffmpeg;
  signal?: AbortSignal | undefined;
  onProgress?: ((frames: number) => void) | undefined;
}

/**
 * Makes a scene's segment in `workDir` and returns its path. The name is a hash of everything that the picture depends
 * on: a segment that is there already (made during the call, or before a crash) is that segment, and is not made again.
 */
export async function renderScene(job: SceneJob): Promise<string> {
  const name = `segment-${sceneHash(job.scene, job.encoder)}`;
  const outFile = join(job.workDir, `${name}.mp4`);
  if (await exists(outFile)) return outFile;
  const dir = join(job.workDir, name);
  await mkdir(dir, { recursive: true });
  try {
    const layers = await prepareLayers(job.scene, dir);
    const spec = segmentSpec(job.scene, layers);
    const render = async (given: SegmentSpec): Promise<void> => {
      const { encoder, ffmpeg, signal, onProgress } = job;
      await renderSegment({ spec: given, encoder, outFile, workDir: dir, ffmpeg, signal, onProgress });
    };
    try {
      await render(spec);
    } catch (thrown) {
      if (!(thrown instanceof RollcallError) || thrown.code !== 'FFMPEG_FAILED') throw thrown;
      const repaired = await withoutUndecodable(job, layers);
      if (!repaired) throw thrown;
      await render(segmentSpec(job.scene, repaired));
    }
    return outFile;
  } finally {
    await rm(dir, { recursive: true, force: true });
    await rm(`${outFile}.part`, { force: true });
  }
}

async function prepareLayers(scene: Scene, dir: string): Promise<Layer[]> {
  const layers: Layer[] = [];
  for (const [t, { x, y, width, height, parts, ...cards }] of scene.tiles.entries()) {
    const shown: ShownPart[] = [];
    for (const [p, part] of parts.entries())
      shown.push(await preparePart(part, cards, join(dir, `tile${t}-part${p}.mkv`)));
    layers.push({ x, y, width, height, parts: shown });
  }
  return layers;
}

function segmentSpec(scene: Scene, layers: Layer[]): SegmentSpec {
  const { width, height, fps, frames, background, letterbox, borders } = scene;
  const overlays = scene.overlays.map(({ card, x, y, shown }) => ({ file: card.file, x, y, shown }));
  return { width, height, fps, frames, background, letterbox, layers, overlays, borders };
}

/**
 * The layers with the card in place of every copy from which ffmpeg cannot decode one frame (a key frame damaged on its
 * way); null where all of them can be decoded, so that the failure has another cause.
 */
async function withoutUndecodable({ scene, ffmpeg, signal }: SceneJob, layers: Layer[]): Promise<Layer[] | null> {
  let replaced = false;
  const repaired: Layer[] = [];
  for (const [t, layer] of layers.entries()) {
    const parts: ShownPart[] = [];
    for (const part of layer.parts) {
      const bad = part.kind === 'cut' && !(await decodes(part.file, ffmpeg, signal));
      replaced ||= bad;
      parts.push(bad ? { kind: 'still', file: scene.tiles[t]?.card.file ?? '', frames: part.frames } : part);
    }
    repaired.push({ ...layer, parts });
  }
  return replaced ? repaired : null;
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
const SCENE_VERSION = 2;

function sceneHash(scene: Scene, encoder: EncoderSettings): string {
  const hash = createHash('sha256');
  const { width, height, fps, frames, background, letterbox } = scene;
  hash.update(JSON.stringify([SCENE_VERSION, width, height, fps, frames, background, letterbox, encoder]));
  for (const tile of scene.tiles) {
    hash.update(JSON.stringify([tile.x, tile.y, tile.width, tile.height, tile.card.hash]));
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

async function exists(file: string): Promise<boolean> {
  return await access(file).then(
    () => true,
    () => false,
  );
}
