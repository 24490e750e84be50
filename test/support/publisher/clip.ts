import { createHash } from 'node:crypto';
import { access, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ffmpegBin, run, runOk } from '../programs.ts';
import { BEEP_AMPLITUDE, BEEP_MS, COUNTER, FLASH_MS, HUM_AMPLITUDE, MOVING, type Rect } from './pattern.ts';

export type ClipCodec = 'vp8' | 'h264';
/** What moves in the middle: a plain test pattern (cheap), or something nicer to look at. */
export type ClipMotion = 'testsrc' | 'mandelbrot' | 'life' | 'gradients';

export interface ClipOptions {
  name: string;
  /** `#rrggbb` */
  colour: string;
  toneHz: number;
  codec: ClipCodec;
  width: number;
  height: number;
  fps: number;
  durationS: number;
  audio: boolean;
  video: boolean;
  /** Video bits per second. */
  bitrate: number;
  /** Seconds between key frames: ffmpeg as a sender does not hear key-frame requests. */
  keyFrameIntervalS: number;
  motion: ClipMotion;
  /** A quiet continuous chord under the beeps, lowest note in Hz: for listening, and for gap checks. */
  humHz: number | null;
}

/** Part of the cache key: count up when the making of clips changes. */
const CLIP_VERSION = 4;

/** Where clips (and other things made once) are kept between runs. */
export const cacheDir = (): string =>
  process.env.ROLLCALL_CACHE ?? process.env.ROLLCALL_TEST_CLIPS ?? join(tmpdir(), 'rollcall-test-cache');

const pixels = (rect: Rect, width: number, height: number): Rect => ({
  x: Math.round(rect.x * width),
  y: Math.round(rect.y * height),
  width: Math.round(rect.width * width),
  height: Math.round(rect.height * height),
});

const fill = (rect: Rect, colour: string, enable?: string): string =>
  `drawbox=x=${rect.x}:y=${rect.y}:w=${rect.width}:h=${rect.height}:color=${colour}:t=fill` +
  (enable === undefined ? '' : `:enable='${enable}'`);

/** `drawbox` filters that write the frame number `n` as cells. */
function counterFilters(width: number, height: number): string[] {
  const strip = pixels(COUNTER, width, height);
  const cell = (index: number): Rect => {
    const left = Math.round((index * strip.width) / COUNTER.cells);
    const right = Math.round(((index + 1) * strip.width) / COUNTER.cells);
    return { x: strip.x + left, y: strip.y, width: right - left, height: strip.height };
  };
  const bitIsSet = (bit: number): string => `gt(bitand(n,${2 ** bit}),0)`;
  const bits = Array.from({ length: COUNTER.bits }, (_, index) => COUNTER.bits - 1 - index);
  const parity = `mod(${bits.map(bitIsSet).join('+')},2)`;
  return [
    fill(strip, 'black'),
    fill(cell(0), 'white'),
    ...bits.map((bit, index) => fill(cell(2 + index), 'white', bitIsSet(bit))),
    fill(cell(2 + COUNTER.bits), 'white', parity),
  ];
}

const motionSource = (motion: ClipMotion, width: number, height: number, fps: number, seed: number): string => {
  const size = `s=${width}x${height}:r=${fps}`;
  switch (motion) {
    case 'testsrc':
      return `testsrc2=${size}`;
    case 'mandelbrot':
      return `mandelbrot=s=${Math.ceil(width / 2)}x${Math.ceil(height / 2)}:r=${fps}:maxiter=500,scale=${width}:${height}`;
    case 'life':
      return `life=s=${Math.ceil(width / 8)}x${Math.ceil(height / 8)}:r=${fps}:ratio=0.3:mold=20:seed=${seed}:life_color=#ffd23f:death_color=#3a6ea5:mold_color=#102030,scale=${width}:${height}:flags=neighbor`;
    case 'gradients':
      return `gradients=${size}:nb_colors=5:seed=${seed}:speed=0.03`;
  }
};

/** A font that has the name's letters, by fontconfig; null where there is no fontconfig (then no name is drawn). */
async function fontFile(): Promise<string | null> {
  const found = await run('fc-match', ['-f', '%{file}', 'sans:bold']).catch(() => null);
  return found?.code === 0 && found.stdout.length > 0 ? found.stdout.toString() : null;
}

/** Text in a filter graph needs two levels of quoting, so what varies is given as files. */
const escapePath = (path: string): string => path.replace(/[\\':]/g, (char) => `\\${char}`);

async function videoGraph(options: ClipOptions, nameFile: string): Promise<string> {
  const { width, height, fps } = options;
  const even = (value: number): number => Math.max(2, 2 * Math.round(value / 2));
  const inset = pixels(MOVING, width, height);
  const [insetWidth, insetHeight] = [even(inset.width), even(inset.height)];
  const ball = even(height * 0.08);
  const font = await fontFile();
  const whole = { x: 0, y: 0, width, height };
  const flashFrames = Math.round((FLASH_MS / 1000) * fps);
  const filters = [
    ...(font === null
      ? []
      : [
          `drawtext=fontfile='${escapePath(font)}':textfile='${escapePath(nameFile)}':expansion=none:fontcolor=white:` +
            `fontsize=${Math.round(height * 0.1)}:x=(w-tw)/2:y=${Math.round(height * 0.18)}`,
        ]),
    fill(whole, 'white', `lt(mod(n,${fps}),${flashFrames})`),
    ...counterFilters(width, height),
    'format=yuv420p',
  ];
  const seed = Math.round(options.toneHz);
  return [
    `color=c=${options.colour.replace('#', '0x')}:s=${width}x${height}:r=${fps}[ground]`,
    `${motionSource(options.motion, insetWidth, insetHeight, fps, seed)}[moving]`,
    `color=c=white:s=${ball}x${ball}:r=${fps}[ball]`,
    `[ground][moving]overlay=${inset.x}:${inset.y}[scene]`,
    `[scene][ball]overlay=x='(W-w)*abs(mod(t/3,2)-1)':y=${Math.round(height * 0.86)}[moved]`,
    `[moved]${filters.join(',')}[v]`,
  ].join(';');
}

function audioGraph({ toneHz, humHz }: ClipOptions): string {
  const beep = `${BEEP_AMPLITUDE}*sin(2*PI*${toneHz}*t)*lt(mod(t,1),${BEEP_MS / 1000})`;
  const hum =
    humHz === null ? '' : [1, 1.25, 1.5].map((ratio) => `+${HUM_AMPLITUDE}*sin(2*PI*${humHz * ratio}*t)`).join('');
  const both = `${beep}${hum}`;
  return `aevalsrc=exprs='${both}|${both}':s=48000:c=stereo:nb_samples=960[a]`;
}

const videoCodec = ({ codec, fps, bitrate, keyFrameIntervalS }: ClipOptions): string[] => {
  const gop = String(Math.round(fps * keyFrameIntervalS));
  const rate = ['-b:v', String(bitrate), '-maxrate', String(bitrate), '-bufsize', String(bitrate), '-g', gop];
  return codec === 'vp8'
    ? [...['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-threads', '2', '-auto-alt-ref', '0'], ...rate]
    : [
        ...[
          '-c:v',
          'libx264',
          '-preset',
          'superfast',
          '-tune',
          'zerolatency',
          '-profile:v',
          'baseline',
          '-level',
          '3.1',
        ],
        ...['-x264-params', `keyint=${gop}:scenecut=0:sliced-threads=0:repeat-headers=1`],
        ...rate,
      ];
};

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/**
 * The clip's NUT file: NUT because it keeps H.264 as Annex B, which RTP takes, and time stamps as they are (Matroska from
 * ffmpeg 5.1 puts Opus 7 ms early). Time 0 of picture and sound is 6.5 ms after the file's first packet, the delay of the
 * Opus encoder, which a WebRTC receiver does not take off. Taken from the cache, or made (about as fast as it plays, for 720p on two cores). */
export async function makeClip(options: ClipOptions): Promise<string> {
  const dir = join(cacheDir(), 'clips');
  const key = createHash('sha256')
    .update(JSON.stringify([CLIP_VERSION, options]))
    .digest('hex')
    .slice(0, 24);
  const file = join(dir, `${key}.nut`);
  if (await exists(file)) return file;
  await mkdir(dir, { recursive: true });
  // A run that is made at the same time by another process has a name of its own; the last rename wins.
  const partial = join(dir, `${key}.${process.pid}.${Math.random().toString(36).slice(2)}`);
  const nameFile = `${partial}.txt`;
  await writeFile(nameFile, options.name);
  const graphs = [
    ...(options.video ? [await videoGraph(options, nameFile)] : []),
    ...(options.audio ? [audioGraph(options)] : []),
  ];
  try {
    await runOk(ffmpegBin(), [
      ...['-v', 'error', '-nostdin', '-y', '-filter_complex', graphs.join(';')],
      ...(options.video ? ['-map', '[v]', ...videoCodec(options)] : []),
      ...(options.audio ? ['-map', '[a]', '-c:a', 'libopus', '-b:a', '96k', '-frame_duration', '20'] : []),
      ...['-t', String(options.durationS), '-f', 'nut', `${partial}.nut`],
    ]);
    await rename(`${partial}.nut`, file);
  } finally {
    await Promise.all([rm(nameFile, { force: true }), rm(`${partial}.nut`, { force: true })]);
  }
  return file;
}
