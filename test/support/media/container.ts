import { readFile, stat } from 'node:fs/promises';
import { z } from 'zod';
import { ffmpegBin, ffprobeBin, run, runOk } from '../programs.ts';

const number = z.coerce.number();
const streamSchema = z.object({
  index: z.number(),
  codec_type: z.string(),
  codec_name: z.string(),
  profile: z.string().optional(),
  pix_fmt: z.string().optional(),
  width: z.number().optional(),
  height: z.number().optional(),
  sample_rate: number.optional(),
  channels: z.number().optional(),
  r_frame_rate: z.string(),
  time_base: z.string(),
  start_time: number,
  duration: number.optional(),
  nb_frames: number.optional(),
});
const probeSchema = z.object({
  streams: z.array(streamSchema),
  format: z.object({ format_name: z.string(), duration: number, start_time: number, size: number }),
});
export type Probe = z.infer<typeof probeSchema>;
export type ProbedStream = z.infer<typeof streamSchema>;

/** What ffprobe says of a file's streams and format; times in seconds. */
export async function probe(file: string): Promise<Probe> {
  const { stdout } = await runOk(ffprobeBin(), ['-v', 'error', '-of', 'json', '-show_streams', '-show_format', file]);
  return probeSchema.parse(JSON.parse(stdout.toString()));
}

export const streamOf = (probed: Probe, type: 'audio' | 'video'): ProbedStream => {
  const stream = probed.streams.find(({ codec_type }) => codec_type === type);
  if (!stream) throw new Error(`no ${type} stream`);
  return stream;
};

export interface Packet {
  pts: number;
  dts: number;
  duration: number;
  size: number;
  key: boolean;
}

/** Every packet of a stream in the order of the file, in units of the stream's time base. */
export async function packets(file: string, type: 'audio' | 'video'): Promise<Packet[]> {
  const { stdout } = await runOk(ffprobeBin(), [
    ...['-v', 'error', '-of', 'json', '-select_streams', `${type[0]}:0`],
    ...['-show_entries', 'packet=pts,dts,duration,size,flags', file],
  ]);
  const schema = z.object({
    packets: z.array(
      z.object({ pts: number, dts: number, duration: number.optional(), size: number, flags: z.string() }),
    ),
  });
  return schema.parse(JSON.parse(stdout.toString())).packets.map(({ pts, dts, duration, size, flags }) => ({
    pts,
    dts,
    duration: duration ?? 0,
    size,
    key: flags.startsWith('K'),
  }));
}

const fraction = (text: string): number => {
  const [above = NaN, below = 1] = text.split('/').map(Number);
  return above / below;
};

/**
 * Where the video's frame times leave the grid of a constant rate: index and seconds of every frame whose time differs
 * from the one before by anything but 1/fps. Tolerance: one tick of the time base, for rates that it does not divide.
 */
export async function frameRateBreaks(file: string, fps: number): Promise<{ index: number; gapS: number }[]> {
  const timeBaseS = fraction(streamOf(await probe(file), 'video').time_base);
  const times = (await packets(file, 'video')).map(({ pts }) => pts * timeBaseS).sort((a, b) => a - b);
  return times
    .map((timeS, index) => ({ index, gapS: timeS - (times[index - 1] ?? timeS - 1 / fps) }))
    .filter(({ gapS }) => Math.abs(gapS - 1 / fps) > timeBaseS * 1.01);
}

/** Sizes and pixel formats of all decoded frames, each combination once: a constant picture has one. */
export async function pictureFormats(file: string): Promise<string[]> {
  const { stdout } = await runOk(ffprobeBin(), [
    ...['-v', 'error', '-of', 'csv=p=0', '-select_streams', 'v:0', '-show_entries', 'frame=width,height,pix_fmt', file],
  ]);
  const lines = stdout
    .toString()
    .split('\n')
    .map((line) => line.replace(/,+$/, ''));
  return [...new Set(lines.filter((line) => line !== ''))];
}

/** What ffmpeg complains of when it decodes everything and stops at the first error; empty when it is clean. */
export async function decodeErrors(file: string): Promise<string> {
  const { code, stderr } = await run(ffmpegBin(), [
    ...[
      '-v',
      'error',
      '-xerror',
      '-err_detect',
      'explode',
      '-nostdin',
      '-i',
      file,
      '-map',
      '0',
      ...['-enc_time_base', '-1', '-f', 'null', '-'],
    ],
  ]);
  return code === 0 && stderr === '' ? '' : `exit code ${String(code)}: ${stderr}`;
}

interface Box {
  type: string;
  /** First byte of the box and of its content, and its end, in the file. */
  start: number;
  content: number;
  end: number;
}

function* boxes(data: Buffer, from: number, to: number): Generator<Box> {
  for (let at = from; at + 8 <= to;) {
    const small = data.readUInt32BE(at);
    const content = at + (small === 1 ? 16 : 8);
    const size = small === 1 ? Number(data.readBigUInt64BE(at + 8)) : small === 0 ? to - at : small;
    if (size < 8 || at + size > to) throw new Error(`broken MP4 box at byte ${at}`);
    yield { type: data.toString('latin1', at + 4, at + 8), start: at, content, end: at + size };
    at += size;
  }
}

const find = (data: Buffer, from: number, to: number, ...path: string[]): Box[] => {
  const [type, ...rest] = path;
  return [...boxes(data, from, to)]
    .filter((box) => box.type === type)
    .flatMap((box) => (rest.length === 0 ? [box] : find(data, box.content, box.end, ...rest)));
};

/** Types of the top-level boxes of an MP4, in order. */
export async function topLevelBoxes(file: string): Promise<string[]> {
  const data = await readFile(file);
  return [...boxes(data, 0, data.length)].map(({ type }) => type);
}

/** Whether playback can start before the whole file is there: `moov` before `mdat`, and no fragments. */
export async function isFastStart(file: string): Promise<boolean> {
  const types = await topLevelBoxes(file);
  return types.includes('moov') && types.indexOf('moov') < types.indexOf('mdat') && !types.includes('moof');
}

export interface Edit {
  /** In ticks of the movie's time scale. */
  durationTicks: number;
  /** In ticks of the track's time scale; -1 is an empty edit, a wait before the track begins. */
  mediaTimeTicks: number;
}

/** The edit list of each track (empty: it has none), in the order of the tracks. */
export async function editLists(file: string): Promise<Edit[][]> {
  const data = await readFile(file);
  return find(data, 0, data.length, 'moov', 'trak').map((track) =>
    find(data, track.content, track.end, 'edts', 'elst').flatMap(({ content }) => {
      const wide = data.readUInt8(content) === 1;
      const entryBytes = wide ? 20 : 12;
      return Array.from({ length: data.readUInt32BE(content + 4) }, (_, index) => {
        const at = content + 8 + index * entryBytes;
        return wide
          ? { durationTicks: Number(data.readBigUInt64BE(at)), mediaTimeTicks: Number(data.readBigInt64BE(at + 8)) }
          : { durationTicks: data.readUInt32BE(at), mediaTimeTicks: data.readInt32BE(at + 4) };
      });
    }),
  );
}

export const fileSize = async (file: string): Promise<number> => (await stat(file)).size;
