import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, open, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  EncodedAudioPacketSource,
  EncodedPacket,
  EncodedPacketSink,
  EncodedVideoPacketSource,
  FilePathSource,
  FilePathTarget,
  Input,
  MATROSKA,
  MkvOutputFormat,
  Output,
} from 'mediabunny';
import type { Card, CardRenderer, CardSpec } from '../src-main/contract/cards.ts';
import { trackFile } from '../src-main/contract/ids.ts';
import type { Session, SessionStream, SessionTrack } from '../src-main/contract/session.ts';
import { FfmpegRunner } from '../src-main/media/ffmpeg.ts';
import { cacheDir } from './support/publisher/clip.ts';

const run = promisify(execFile);
export const FFMPEG = process.env['FFMPEG_BIN'] ?? 'ffmpeg';
export const ffmpeg = new FfmpegRunner(FFMPEG, 5);

/** Runs ffmpeg for the test itself; stdout as bytes. */
export async function sh(args: string[]): Promise<Buffer> {
  const { stdout } = await run(FFMPEG, ['-hide_banner', '-v', 'error', '-y', ...args], {
    encoding: 'buffer',
    maxBuffer: 1 << 30,
  });
  return stdout;
}

export async function tempDir(): Promise<{ dir: string; remove: () => Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), 'rollcall-media-'));
  return {
    dir,
    remove: () =>
      process.env['KEEP'] ? Promise.resolve(console.log('kept', dir)) : rm(dir, { recursive: true, force: true }),
  };
}

/** Once more where a test that kills every ffmpeg there is has killed this one, which is no part of the app. */
const unlessKilled = (args: string[]): Promise<Buffer> =>
  sh(args).catch((error: unknown) => {
    if ((error as { signal?: string }).signal !== 'SIGKILL') throw error;
    return sh(args);
  });

/** Cards as ffmpeg makes them: plain colours that no picture in these tests has. */
export class FakeCards implements CardRenderer {
  readonly specs: CardSpec[] = [];

  async render(spec: CardSpec): Promise<Card> {
    this.specs.push(spec);
    const width =
      'width' in spec ? spec.width : 'text' in spec ? Math.min(spec.maxWidth, 20 + spec.text.length * 8) : spec.height;
    const { height } = spec;
    const colours = {
      label: '0x000000@0.6',
      initials: '0x808000',
      message: '0x004060',
      muted: '0xf0e000',
      line: '0x00c0c0',
    };
    const colour = colours[spec.kind];
    const png = await unlessKilled([
      '-f',
      'lavfi',
      '-i',
      `color=c=${colour}:s=${width}x${height},format=rgba`,
      '-frames:v',
      '1',
      '-c:v',
      'png',
      '-f',
      'image2pipe',
      '-',
    ]);
    return { png: new Uint8Array(png), width, height };
  }
}

export interface VideoSpec {
  kind: 'video';
  source?: 'camera' | 'screen';
  codec?: 'vp8' | 'h264';
  colour: string;
  /** Sizes one after the other: `[seconds, width, height]`. */
  sizes: [number, number, number][];
  fps?: number;
  keyEvery?: number;
  /** Instead of flashes: luma goes up by 12 with each frame and starts again after 16. */
  ramp?: boolean;
}
export interface AudioSpec {
  kind: 'audio';
  source?: 'mic' | 'screen';
  seconds: number;
  tone: number;
  /** The tone never stops. */
  continuous?: boolean;
  /** 0.4 where nothing is said. */
  amplitude?: number;
}
export type TrackSpec = (VideoSpec | AudioSpec) & {
  /** Session time of the first frame, ms. */
  at: number;
  paused?: [number, number][];
  /** Session spans (ms) whose packets are missing. */
  missing?: [number, number][];
  dropFirstPackets?: number;
  /** Share of the file that is kept, from its start. */
  cutOff?: number;
  /** Frame number whose bytes are damaged. */
  damage?: number;
  /** The sender's clock runs slow by this share (timestamps are too small). */
  skew?: number;
};
export interface StreamSpec {
  type: SessionStream['type'];
  tracks: TrackSpec[];
}
export interface PeerSpec {
  id: string;
  name: string;
  streams: StreamSpec[];
}

/** One with a camera and a microphone for `seconds` from session time `at`. */
export const person = (id: string, colour: string, tone: number, at: number, seconds: number): PeerSpec => ({
  id,
  name: id,
  streams: [
    {
      type: 'regular',
      tracks: [
        { kind: 'video', colour, at: at + 40, sizes: [[seconds, 640, 360]] },
        { kind: 'audio', seconds, tone, at },
      ],
    },
  ],
});

const FLASH = 0.1;

/** Writes a session folder's tracks; flash and beep begin at each whole second of session time. */
export async function makeSession(dir: string, peers: PeerSpec[]): Promise<Session> {
  await mkdir(join(dir, 'tracks'), { recursive: true });
  const session: Session = {
    schema_version: 1,
    app_version: 'test',
    session_id: '5fccb7dc72909272bf999014',
    state: 'finalizing',
    room: { id: '61101349d0f56e684b608c08', name: 'room', url: '' },
    start_date: '20210721',
    started_at: '2021-07-21T00:00:00Z',
    stopped_at: null,
    epoch_ms: 1626898422000,
    duration_ms: null,
    settings: {
      template_id: null,
      recording: 'auto',
      upload: false,
      composite: true,
      destination: { kind: 'hosted', location: null, prefix: '' },
    },
    peers: [],
    streams: [],
    tracks: [],
    outputs: [],
    uploads: [],
    webhooks: [],
    error: null,
  };
  for (const peer of peers) {
    for (const spec of peer.streams) {
      const stream_id = randomUUID();
      const tracks: SessionTrack[] = [];
      for (const track of spec.tracks) tracks.push(await makeTrack(dir, peer.id, stream_id, track));
      session.tracks.push(...tracks);
      session.streams.push({
        stream_id,
        peer_id: peer.id,
        type: spec.type,
        track_ids: tracks.map((track) => track.track_id),
        start_ms: Math.min(...tracks.map((track) => track.start_ms)),
        end_ms: Math.max(...tracks.map((track) => track.end_ms)),
      });
    }
    const own = session.streams.filter((stream) => stream.peer_id === peer.id);
    session.peers.push({
      peer_id: peer.id,
      display_name: peer.name,
      device: null,
      segment: peer.id,
      joined_ms: Math.min(...own.map((s) => s.start_ms)),
      left_ms: Math.max(...own.map((s) => s.end_ms)),
    });
  }
  return session;
}

async function makeTrack(dir: string, peer_id: string, stream_id: string, spec: TrackSpec): Promise<SessionTrack> {
  const track_id = randomUUID();
  const video = spec.kind === 'video';
  const files = video ? await encodeVideo(spec) : await encodeAudio(spec);
  const file = trackFile(track_id);
  const packets = await writeTrack(files, join(dir, file), spec);
  if (spec.cutOff !== undefined) {
    const { size } = await stat(join(dir, file));
    const handle = await open(join(dir, file), 'r+');
    await handle.truncate(Math.floor(size * spec.cutOff));
    await handle.close();
  }
  const sizes = video ? spec.sizes : [];
  const seconds = video ? spec.sizes.reduce((sum, [s]) => sum + s, 0) : spec.seconds;
  return {
    track_id,
    stream_id,
    peer_id,
    kind: spec.kind,
    source: spec.source ?? (video ? 'camera' : 'mic'),
    codec: video ? (spec.codec ?? 'vp8') : 'opus',
    clock_rate: video ? 90000 : 48000,
    channels: video ? null : 2,
    file,
    start_ms: spec.at,
    end_ms: spec.at + seconds * 1000 * (1 + (spec.skew ?? 0)),
    clock: { offset_ms: spec.at, skew: spec.skew ?? 0 },
    frames: packets,
    key_frames: 0,
    size_bytes: 0,
    width: video ? Math.max(...sizes.map(([, w]) => w)) : null,
    height: video ? Math.max(...sizes.map(([, , h]) => h)) : null,
    paused: spec.paused ?? [],
    lost_frames: 0,
  };
}

async function encodeVideo(spec: VideoSpec & TrackSpec): Promise<string[]> {
  const files: string[] = [];
  let t = spec.at / 1000;
  for (const [seconds, w, h] of spec.sizes) {
    const flash = `drawbox=t=fill:color=white:enable='lt(mod(t+${t}+0.0005\\,1)\\,${FLASH})'`;
    const ramp = `geq=lum='30+12*mod(N+${Math.round(t * 30)}\\,16)':cb=128:cr=128`;
    const enc =
      spec.codec === 'h264'
        ? ['-c:v', 'libx264', '-preset', 'ultrafast', '-profile:v', 'baseline', '-bf', '0']
        : ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-b:v', '1M', '-auto-alt-ref', '0'];
    const picture = `color=c=${spec.colour}:s=${w}x${h}:r=${spec.fps ?? 30}:d=${seconds},${spec.ramp ? ramp : flash}`;
    const rest = [...enc, '-pix_fmt', 'yuv420p', '-g', String(spec.keyEvery ?? 300)];
    const file = await cached(['-f', 'lavfi', '-i', picture, ...rest]);
    files.push(file);
    t += seconds;
  }
  return files;
}

async function encodeAudio(spec: AudioSpec & TrackSpec): Promise<string[]> {
  const t = spec.at / 1000;
  // The sender's clock runs slow by `skew`: its second lasts 1 + skew of ours.
  const real = `(${t}+t*${1 + (spec.skew ?? 0)}+0.0005)`;
  const tone = `${spec.amplitude ?? 0.4}*sin(2*PI*${spec.tone}*t)`;
  const beep = spec.continuous ? tone : `if(lt(mod(${real}\\,1)\\,${FLASH})\\,${tone}\\,0)`;
  const sound = `aevalsrc='${beep}':s=48000:d=${spec.seconds}`;
  return [await cached(['-f', 'lavfi', '-i', sound, '-ac', '2', '-c:a', 'libopus', '-b:a', '64k', '-vbr', 'on'])];
}

/** The Matroska file that ffmpeg makes with these arguments; kept between runs. */
async function cached(args: string[]): Promise<string> {
  const file = join(cacheDir(), `media-${createHash('sha256').update(args.join(' ')).digest('hex').slice(0, 24)}.mkv`);
  if (await stat(file).catch(() => null)) return file;
  await mkdir(cacheDir(), { recursive: true });
  const partial = `${file}.${process.pid}.part`;
  await sh([...args, '-f', 'matroska', partial]);
  await rename(partial, file);
  return file;
}

/** As the capture page writes it: append-only Matroska, timestamps from 0, no pre-skip. */
async function writeTrack(files: string[], to: string, spec: TrackSpec): Promise<number> {
  const output = new Output({ format: new MkvOutputFormat({ appendOnly: true }), target: new FilePathTarget(to) });
  const video = spec.kind === 'video' ? new EncodedVideoPacketSource(spec.codec === 'h264' ? 'avc' : 'vp8') : null;
  const audio = video ? null : new EncodedAudioPacketSource('opus');
  if (video) output.addVideoTrack(video);
  else if (audio) output.addAudioTrack(audio);
  await output.start();
  const step = spec.kind === 'video' ? 1 / (spec.fps ?? 30) : 0.02;
  let n = 0;
  let written = 0;
  for (const file of files) {
    const input = new Input({ source: new FilePathSource(file), formats: [MATROSKA] });
    const track = (await input.getTracks())[0]!;
    for await (const packet of new EncodedPacketSink(track).packets()) {
      const time = n * step;
      n++;
      const session = spec.at + time * 1000;
      if (n <= (spec.dropFirstPackets ?? 0) || spec.missing?.some(([a, b]) => session >= a && session < b)) continue;
      const data = n - 1 === spec.damage ? packet.data.map((byte, i) => (i > 10 ? byte ^ 0x5a : byte)) : packet.data;
      // The muxer wants a first key frame, so a track that starts without one says what is not so.
      const type = written === 0 ? 'key' : packet.type;
      const copy = new EncodedPacket(data, type, time, step);
      if (video && track.isVideoTrack())
        await video.add(copy, written === 0 ? { decoderConfig: (await track.getDecoderConfig())! } : undefined);
      else if (audio && track.isAudioTrack())
        await audio.add(
          copy,
          written === 0 ? { decoderConfig: { codec: 'opus', numberOfChannels: 2, sampleRate: 48000 } } : undefined,
        );
      written++;
    }
    input.dispose();
  }
  await output.finalize();
  return written;
}
