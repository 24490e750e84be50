import { missingSoundParts, type PlannedSoundPart } from './encode-sound.ts';
import type { Ffmpeg } from './ffmpeg.ts';
import { OPUS_RATE } from './opus.ts';
import { together } from './output-file.ts';
import { renderSoundParts } from './render-sound.ts';
import { missingScenes, renderScenes, sceneFile, type PlannedScene } from './scene.ts';
import type { EncoderSettings } from './segment.ts';

/** The pieces of one output. */
export interface OutputPieces {
  scenes: PlannedScene[];
  sound: PlannedSoundPart[] | null;
}

export interface PieceTools {
  encoder: EncoderSettings;
  ffmpeg: Ffmpeg;
  signal?: AbortSignal | undefined;
  /** Share of an output's work that is done, 0 to 1. */
  onProgress?: ((share: number) => void) | undefined;
}

/** Makes what is missing of one output's pieces. @returns its segments of picture, in order */
export async function renderPieces(
  { scenes, sound }: OutputPieces,
  tools: PieceTools,
): Promise<{ file: string; frames: number }[]> {
  const missing = await missingScenes(scenes, tools.encoder);
  for (const [i, scene] of missing.entries()) {
    const onProgress = (share: number): void => tools.onProgress?.((i + share) / missing.length);
    await renderScenes([scene], { ...tools, onProgress });
  }
  for (const part of sound ? await missingSoundParts(sound) : []) await renderSoundParts([part], tools);
  return scenes.map((planned) => ({ file: sceneFile(planned, tools.encoder), frames: planned.scene.frames }));
}

export interface AllPiecesTools extends Omit<PieceTools, 'onProgress'> {
  /** Runs of ffmpeg at a time. */
  atOnce: number;
  onProgress?: ((outputId: string, share: number) => void) | undefined;
}

/** Pixels of a run's outputs beyond which it takes too much memory: twenty of 1280x720. */
const MAX_RUN_PIXELS = 20 * 1280 * 720;

/**
 * Makes what is missing of the pieces of several outputs, in the order of time: those that lie in the same window of the
 * session in one run of ffmpeg each for picture and sound, which decodes what they share once.
 */
export async function renderAllPieces(outputs: readonly OutputPieces[], tools: AllPiecesTools): Promise<void> {
  const scenes = await missingScenes(
    outputs.flatMap((output) => output.scenes),
    tools.encoder,
  );
  const parts = await missingSoundParts(outputs.flatMap(({ sound }) => sound ?? []));
  const progress = new PieceProgress(scenes, tools.onProgress);
  const pictureRuns = groupByTime(scenes).map((group) => ({
    atMs: Math.max(...group.map(({ to, scene }) => (to * 1000) / scene.fps)),
    make: async (signal: AbortSignal | undefined): Promise<void> => {
      await renderScenes(group, { ...tools, signal, onProgress: undefined });
      progress.made(group);
    },
  }));
  const soundRuns = [...new Set(parts.map(({ index }) => index))].map((index) => {
    const group = parts.filter((part) => part.index === index);
    return {
      atMs: Math.max(...group.map(({ startMs, stretch }) => startMs + (stretch.to * 1000) / OPUS_RATE)),
      make: (signal: AbortSignal | undefined) => renderSoundParts(group, { ...tools, signal }),
    };
  });
  const waiting = [...pictureRuns, ...soundRuns].sort((a, b) => a.atMs - b.atMs);
  const work = async (signal: AbortSignal): Promise<void> => {
    for (let run = waiting.shift(); run; run = waiting.shift()) await run.make(signal);
  };
  await together(
    tools.signal,
    Array.from({ length: tools.atOnce }, () => work),
  );
}

/** Scenes that overlap in time, together as far as a run can hold them. */
function groupByTime(scenes: readonly PlannedScene[]): PlannedScene[][] {
  const groups: PlannedScene[][] = [];
  let [end, pixels] = [-Infinity, 0];
  for (const planned of [...scenes].sort((a, b) => a.from - b.from || b.to - a.to)) {
    const { width, height } = planned.scene;
    const last = groups.at(-1);
    pixels += width * height;
    if (last && planned.from < end && pixels <= MAX_RUN_PIXELS) last.push(planned);
    else {
      groups.push([planned]);
      pixels = width * height;
    }
    end = Math.max(planned.from < end ? end : -Infinity, planned.to);
  }
  return groups;
}

/** How far each output is, by the length of what was missing of it. */
class PieceProgress {
  readonly #frames = new Map<string, { all: number; done: number }>();
  readonly #report: AllPiecesTools['onProgress'];

  constructor(scenes: readonly PlannedScene[], report: AllPiecesTools['onProgress']) {
    this.#report = report;
    for (const { outputId, scene } of scenes) {
      const { all = 0 } = this.#frames.get(outputId) ?? {};
      this.#frames.set(outputId, { all: all + scene.frames, done: 0 });
    }
  }

  made(scenes: readonly PlannedScene[]): void {
    for (const { outputId, scene } of scenes) {
      const frames = this.#frames.get(outputId);
      if (!frames) continue;
      frames.done += scene.frames;
      this.#report?.(outputId, frames.done / frames.all);
    }
  }
}
