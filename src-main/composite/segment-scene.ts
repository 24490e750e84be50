import { PAUSED_TEXT } from '../contract/cards.ts';
import type { CardFiles } from '../media/card-files.ts';
import type { Scene, SceneTile } from '../media/scene.ts';
import type { StreamPictures } from '../media/stream-pictures.ts';
import { COLOURS, EMPTY_TEXT, labelPlace } from './dressing.ts';
import type { Tile } from './intervals.ts';
import { layOut, type LayoutKind, type Rect } from './layout.ts';
import type { Segment } from './segments.ts';

export interface ComposeCanvas {
  width: number;
  height: number;
  fps: number;
  layout: LayoutKind;
}

/** A segment as a scene: tiles in their places with what each shows, and the labels over them. */
export async function segmentScene(
  segment: Segment,
  canvas: ComposeCanvas,
  pictures: ReadonlyMap<string, StreamPictures>,
  cards: CardFiles,
): Promise<Scene> {
  const { width, height, fps, layout } = canvas;
  const frames = segment.to - segment.from;
  const { tiles, speakerId, paused } = segment.interval;
  const scene: Scene = { width, height, fps, frames, ...COLOURS, tiles: [], overlays: [] };
  if (tiles.length === 0) {
    const card = await cards.get({ kind: 'message', text: paused ? PAUSED_TEXT : EMPTY_TEXT, width, height });
    scene.tiles.push({ x: 0, y: 0, width, height, parts: [{ kind: 'card', frames }], card });
    return scene;
  }
  const wanted = tiles.map(({ source, peerId }) => ({ source, isSpeaker: peerId === speakerId }));
  for (const [i, rect] of layOut(layout, wanted, width, height).entries()) {
    const tile = tiles[i];
    if (!tile) continue;
    scene.tiles.push(await sceneTile(segment, tile, rect, pictures, cards));
    const place = labelPlace(rect, height);
    const label =
      place && (await cards.get({ kind: 'label', text: tile.name, maxWidth: place.maxWidth, height: place.height }));
    if (place && label) scene.overlays.push({ card: label, x: place.x, y: place.y });
  }
  return scene;
}

async function sceneTile(
  { from, to }: Segment,
  tile: Tile,
  rect: Rect,
  pictures: ReadonlyMap<string, StreamPictures>,
  cards: CardFiles,
): Promise<SceneTile> {
  const card = await cards.get({
    kind: 'initials',
    name: tile.name,
    seed: tile.peerId,
    width: rect.width,
    height: rect.height,
  });
  const parts = pictures.get(tile.streamId)?.parts(from, to) ?? [{ kind: 'card', frames: to - from }];
  return { ...rect, parts, card };
}
