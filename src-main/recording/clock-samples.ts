import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { clockSampleSchema, type ClockSample } from '../contract/capture.ts';
import { trackClockFile } from '../contract/ids.ts';

/** Of each such stretch of a file only the least delayed sample is kept: what `fitClock` goes by. */
export const STRETCH_MS = 10_000;
const WINDOW_BYTES = 64 * 1024;

/**
 * Follows the clock samples of a session's tracks as they grow: each line is read once, however often it is asked, and
 * an hour takes no more memory than 360 samples a track.
 */
export class ClockSamples {
  readonly #sessionDir: string;
  readonly #tracks = new Map<string, Promise<TrackSamples>>();

  constructor(sessionDir: string) {
    this.#sessionDir = sessionDir;
  }

  /** A track's samples up to now, thinned out. Lines that a crash cut off are left out. */
  async read(trackId: string): Promise<readonly ClockSample[]> {
    const before = this.#tracks.get(trackId) ?? Promise.resolve(new TrackSamples());
    const reading = before.then(async (samples) => {
      await samples.extend(join(this.#sessionDir, trackClockFile(trackId)));
      return samples;
    });
    this.#tracks.set(trackId, reading);
    return (await reading).thinned;
  }
}

class TrackSamples {
  readonly thinned: ClockSample[] = [];
  #position = 0;
  #rest = '';
  readonly #decoder = new StringDecoder('utf8');

  async extend(file: string): Promise<void> {
    const handle = await open(file, 'r').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    if (!handle) return;
    try {
      const window = new Uint8Array(WINDOW_BYTES);
      for (;;) {
        const { bytesRead } = await handle.read(window, 0, WINDOW_BYTES, this.#position);
        if (bytesRead === 0) return;
        this.#position += bytesRead;
        this.#take(this.#decoder.write(Buffer.from(window.buffer, 0, bytesRead)));
      }
    } finally {
      await handle.close();
    }
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const sample = parseSample(line);
      if (sample) thinInto(this.thinned, sample);
    }
  }
}

function parseSample(line: string): ClockSample | null {
  try {
    return clockSampleSchema.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    // Not JSON: the end of a line that was being written when the machine stopped.
    return null;
  }
}

/** Adds a sample to those of a file, in its order, unless its stretch has one that was delayed less; a switch begins another. */
export function thinInto(thinned: ClockSample[], sample: ClockSample): void {
  const last = thinned.at(-1);
  const stretch = ({ fileMs }: ClockSample): number => Math.floor(fileMs / STRETCH_MS);
  if (!last || stretch(last) !== stretch(sample) || sample.switchMs !== undefined) thinned.push(sample);
  else if (sample.arrivalMs - sample.fileMs < last.arrivalMs - last.fileMs) {
    const { switchMs } = last;
    thinned[thinned.length - 1] = switchMs === undefined ? sample : { ...sample, switchMs };
  }
}
