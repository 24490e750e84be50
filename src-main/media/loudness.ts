import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OpenedSound, Stretch } from './encode-sound.ts';
import { mix } from './mix.ts';
import { OPUS_RATE } from './opus.ts';
import { mixSources, type SoundTools } from './render-sound.ts';
import { CHANNELS, planSound, write } from './sound.ts';

/** What is quieter than this is silence, or nearly: nothing to bring to a loudness. */
const QUIETEST_LUFS = -60;
/** A gain beyond this would bring up noise more than voices. */
const MOST_DB = 24;

export interface LoudnessJob extends SoundTools {
  tracks: readonly OpenedSound[];
  startMs: number;
  /** All of the output's sound. */
  stretch: Stretch;
  /** Integrated loudness that is wanted, LUFS (EBU R128). */
  targetLufs: number;
  /** Where it is noted, so that it is measured once. */
  dir: string;
}

/** The factor by which a mix is to be multiplied to have the loudness that is wanted; peaks are the limiter's matter. */
export async function loudnessGain(job: LoudnessJob): Promise<number> {
  const file = join(job.dir, `loudness-${jobHash(job)}.txt`);
  const known = await readFile(file, 'utf8').catch(() => null); // Not measured yet.
  const lufs = known === null ? await integratedLoudness(job) : Number(known);
  if (known === null) await writeFile(file, String(lufs));
  if (!(lufs > QUIETEST_LUFS)) return 1;
  const db = Math.max(-MOST_DB, Math.min(MOST_DB, job.targetLufs - lufs));
  return 10 ** (db / 20);
}

/** Integrated loudness of the mix as the call had it, by ffmpeg's measurement; -70 for silence. */
async function integratedLoudness({ tracks, startMs, stretch, ffmpeg, signal }: LoudnessJob): Promise<number> {
  const sound = ['-f', 'f32le', '-ar', String(OPUS_RATE), '-ac', String(CHANNELS), '-i', 'pipe:0'];
  const measuring = ffmpeg.start({
    name: 'loudness',
    signal,
    args: ['-loglevel', 'info', '-nostats', ...sound, '-af', 'ebur128=framelog=verbose', '-f', 'null', '-'],
  });
  measuring.stdout.resume();
  try {
    for await (const block of mix(
      mixSources({ tracks, startMs, stretch }, new Map(), { ffmpeg, signal }),
      stretch.from,
      stretch.to,
    )) {
      if (!(await write(measuring, new Uint8Array(block.buffer, block.byteOffset, block.byteLength)))) break;
    }
    measuring.stdin.end();
    const { stderrTail } = await measuring.done;
    const found = [...stderrTail.matchAll(/\bI: +(-?\d+(?:\.\d+)?|-inf) LUFS/g)].at(-1)?.[1];
    return found === undefined || found === '-inf' ? -70 : Number(found);
  } finally {
    measuring.kill();
  }
}

function jobHash({ tracks, startMs, stretch }: LoudnessJob): string {
  const plans = tracks.map(({ track, sound }) => {
    const { pieces, runs } = planSound({ track, sound, startMs, ...stretch });
    return [track.track_id, pieces, runs.length, runs.at(-1)?.position ?? 0];
  });
  return createHash('sha256')
    .update(JSON.stringify([stretch, plans]))
    .digest('hex')
    .slice(0, 32);
}
