import type { CardSpec } from '../contract/cards.ts';
import type { Theme } from '../contract/theme.ts';
import type { CardFile, CardFiles } from '../media/card-files.ts';
import type { Scene, SceneTile } from '../media/scene.ts';
import type { SessionPictures } from '../media/stream-pictures.ts';
import { sliceSpans, type Badges } from './badges.ts';
import * as dressing from './dressing.ts';
import type { Tile } from './intervals.ts';
import { layOut, type LayoutKind, type Rect } from './layout.ts';
import type { Segment } from './segments.ts';

export interface ComposeCanvas {
  width: number;
  height: number;
  fps: number;
  layout: LayoutKind;
  theme: Theme;
  /** Session time of the composite's frame 0, milliseconds: for the clock. */
  startMs: number;
}

/** What segments are made of. */
export interface SceneSources {
  pictures: SessionPictures;
  /** Tick of the session's grid at which the composite's frame 0 lies. */
  startTick: number;
  badges: ReadonlyMap<string, Badges>;
  cards: CardFiles;
}

/** A segment as a scene: tiles in their places with what each shows, and labels, badges and band over them. */
export async function segmentScene(segment: Segment, canvas: ComposeCanvas, sources: SceneSources): Promise<Scene> {
  return new SceneBuilder(segment, canvas, sources).build();
}

/** A card's specification before the theme's colours are put to it. */
type PlainSpec = CardSpec extends infer Spec ? (Spec extends CardSpec ? Omit<Spec, 'colours'> : never) : never;

class SceneBuilder {
  readonly #segment: Segment;
  readonly #canvas: ComposeCanvas;
  readonly #sources: SceneSources;
  readonly #scene: Scene;

  constructor(segment: Segment, canvas: ComposeCanvas, sources: SceneSources) {
    this.#segment = segment;
    this.#canvas = canvas;
    this.#sources = sources;
    const { width, height, fps, theme } = canvas;
    const frames = segment.to - segment.from;
    const colours = dressing.sceneColours(theme);
    this.#scene = { width, height, fps, frames, ...colours, tiles: [], overlays: [], borders: [] };
  }

  async build(): Promise<Scene> {
    const { width, height, layout, theme } = this.#canvas;
    const { tiles, speakerId, paused } = this.#segment.interval;
    const scene = this.#scene;
    const band = theme.title !== '' || theme.show.clock ? dressing.bandOf(width, height) : null;
    if (tiles.length === 0) {
      const card = await this.#card({
        kind: 'message',
        text: paused ? theme.words.paused : theme.words.nobody,
        width,
        height,
      });
      scene.tiles.push({ x: 0, y: 0, width, height, parts: [{ kind: 'card', frames: scene.frames }], card });
    } else {
      const wanted = tiles.map(({ source, peerId }) => ({ source, isSpeaker: peerId === speakerId }));
      const rects = layOut(layout, wanted, width, height, band?.height);
      const largest = rects.reduce((most, rect) => Math.max(most, rect.width * rect.height), 0);
      const alike = rects.every((rect) => rect.width * rect.height === largest);
      for (const [i, rect] of rects.entries()) {
        const tile = tiles[i];
        if (!tile) continue;
        scene.tiles.push(await this.#tile(tile, rect));
        await this.#dress(tile, rect, tiles.length > 1 && (alike || rect.width * rect.height < largest));
      }
    }
    if (band) await this.#addBand(band);
    return scene;
  }

  #card(spec: PlainSpec): Promise<CardFile> {
    return this.#sources.cards.get({ ...spec, colours: dressing.cardColours(this.#canvas.theme) });
  }

  async #tile({ streamId, peerId, name, source }: Tile, rect: Rect): Promise<SceneTile> {
    const { from, to } = this.#segment;
    const { width, height } = rect;
    const card = await this.#card({ kind: 'initials', name, seed: peerId, width, height });
    const { pictures, startTick } = this.#sources;
    const parts = pictures.parts(streamId, startTick + from, startTick + to);
    // A screen is there to be read, up to its rim.
    return { ...rect, mayCrop: source !== 'screen', parts, card };
  }

  /** Label, badges and border of a tile. Only what changes in the segment is timed. */
  async #dress({ streamId, name }: Tile, rect: Rect, mayHaveBorder: boolean): Promise<void> {
    const { theme, height } = this.#canvas;
    const { from, to } = this.#segment;
    const badges = this.#sources.badges.get(streamId);
    const during = (spans: Badges['muted'] = []): Badges['muted'] => sliceSpans(spans, from, to);
    const muted = theme.show.muteBadge ? during(badges?.muted) : [];
    const mute = muted.length > 0 ? dressing.mutePlace(rect, height) : null;
    const place = dressing.labelPlace(rect, height);
    if (place && theme.show.labels && /[^\p{C}\p{Z}]/u.test(name)) {
      const { maxWidth, ...at } = mute ? dressing.besideMute(place) : place;
      this.#overlay(await this.#card({ kind: 'label', text: name, maxWidth, height: at.height }), at);
    }
    if (mute) this.#overlay(await this.#card({ kind: 'muted', height: mute.height }), mute, muted);
    const reconnecting = theme.show.reconnectingBadge ? during(badges?.reconnecting) : [];
    const notice = reconnecting.length > 0 ? dressing.noticePlace(rect, height) : null;
    if (notice) {
      const text = theme.words.reconnecting;
      const card = await this.#card({ kind: 'label', text, maxWidth: notice.maxWidth, height: notice.height });
      this.#overlay(card, notice, reconnecting);
    }
    const speaking = theme.show.speakerBorder && mayHaveBorder ? during(badges?.speaking) : [];
    if (speaking.length > 0) {
      const [thickness, colour] = [dressing.borderThickness(height), dressing.ffmpegColour(theme.speakerBorder)];
      this.#scene.borders?.push({ ...rect, thickness, colour, shown: speaking });
    }
  }

  /** Title on the left, clock on the right. */
  async #addBand({ lineHeight, margin, y }: dressing.Band): Promise<void> {
    const { width, theme } = this.#canvas;
    const title = theme.title.trim();
    if (title !== '') {
      const maxWidth = Math.floor((width - 2 * margin) * (theme.show.clock ? 0.38 : 0.5)) * 2;
      this.#overlay(await this.#card({ kind: 'line', text: title, maxWidth, height: lineHeight }), { x: margin, y });
    }
    if (!theme.show.clock) return;
    for (const { second, shown } of this.#seconds()) {
      const text = dressing.clockText(second);
      const card = await this.#card({ kind: 'line', text, maxWidth: width, height: lineHeight });
      this.#overlay(card, { x: Math.floor((width - margin - card.width) / 2) * 2, y }, [shown]);
    }
  }

  /** The seconds of the session that the segment shows, and its frames of each. */
  #seconds(): { second: number; shown: readonly [number, number] }[] {
    const { from, to } = this.#segment;
    const { fps, startMs } = this.#canvas;
    const secondAt = (frame: number): number => Math.max(0, Math.floor(startMs / 1000 + frame / fps + 1e-6));
    const seconds: { second: number; shown: [number, number] }[] = [];
    for (let frame = from; frame < to; frame++) {
      const last = seconds.at(-1);
      if (last?.second === secondAt(frame)) last.shown[1] = frame - from + 1;
      else seconds.push({ second: secondAt(frame), shown: [frame - from, frame - from + 1] });
    }
    return seconds;
  }

  #overlay(card: CardFile, { x, y }: { x: number; y: number }, shown?: Badges['muted']): void {
    const always = shown?.length === 1 && shown[0]?.[0] === 0 && shown[0][1] === this.#scene.frames;
    this.#scene.overlays.push({ card, x, y, shown: always ? undefined : shown });
  }
}
