import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CardRenderer, CardSpec } from '../contract/cards.ts';

/** A drawn card as a PNG file, as ffmpeg wants it. */
export interface CardFile {
  file: string;
  width: number;
  height: number;
  /** SHA-256 of the PNG: equal pictures make equal segments. */
  hash: string;
}

/** Draws each card once per output and keeps it as a file in `dir`. */
export class CardFiles {
  readonly #renderer: CardRenderer;
  readonly #dir: string;
  readonly #drawn = new Map<string, Promise<CardFile>>();

  constructor(renderer: CardRenderer, dir: string) {
    this.#renderer = renderer;
    this.#dir = dir;
  }

  get(spec: CardSpec): Promise<CardFile> {
    const key = JSON.stringify(spec);
    const drawn = this.#drawn.get(key) ?? this.#draw(spec);
    this.#drawn.set(key, drawn);
    return drawn;
  }

  async #draw(spec: CardSpec): Promise<CardFile> {
    const { png, width, height } = await this.#renderer.render(spec);
    const hash = createHash('sha256').update(png).digest('hex');
    const file = join(this.#dir, `card-${hash.slice(0, 32)}.png`);
    await writeFile(file, png);
    return { file, width, height, hash };
  }
}
