import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, open, readFile, rm, stat } from 'node:fs/promises';
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

/** Cards as ffmpeg makes them: plain colours that no picture in these tests has. */
export class FakeCards implements CardRenderer {
  readonly specs: CardSpec[] = [];

  async render(spec: CardSpec): Promise<Card> {
    this.specs.push(spec);
    const width = spec.kind === 'label' ? Math.min(spec.maxWidth, 20 + spec.text.length * 8) : spec.width;
    const { height } = spec;
    const colour = { label: '0x000000@0.6', initials: '0x808000', message: '0x004060' }[spec.kind];
    const png = await sh([
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
}
export interface AudioSpec {
  kind: 'audio';
  source?: 'mic' | 'screen';
  seconds: number;
  tone: number;
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
  const raw = join(dir, `raw-${track_id}.mkv`);
  const video = spec.kind === 'video';
  const files = video ? await encodeVideo(raw, spec) : await encodeAudio(raw, spec);
  const file = trackFile(track_id);
  const packets = await writeTrack(files, join(dir, file), spec);
  for (const made of files) await rm(made);
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
    end_ms: spec.at + seconds * 1000,
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

async function encodeVideo(raw: string, spec: VideoSpec & TrackSpec): Promise<string[]> {
  const files: string[] = [];
  let t = spec.at / 1000;
  for (const [i, [seconds, w, h]] of spec.sizes.entries()) {
    const file = `${raw}.${i}.mkv`;
    const flash = `drawbox=t=fill:color=white:enable='lt(mod(t+${t}+0.0005\\,1)\\,${FLASH})'`;
    const enc =
      spec.codec === 'h264'
        ? ['-c:v', 'libx264', '-preset', 'ultrafast', '-profile:v', 'baseline', '-bf', '0']
        : ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-b:v', '1M', '-auto-alt-ref', '0'];
    await sh([
      '-f',
      'lavfi',
      '-i',
      `color=c=${spec.colour}:s=${w}x${h}:r=${spec.fps ?? 30}:d=${seconds},${flash}`,
      ...enc,
      '-pix_fmt',
      'yuv420p',
      '-g',
      String(spec.keyEvery ?? 300),
      file,
    ]);
    files.push(file);
    t += seconds;
  }
  return files;
}

async function encodeAudio(raw: string, spec: AudioSpec & TrackSpec): Promise<string[]> {
  const t = spec.at / 1000;
  // The sender's clock runs slow by `skew`: its second lasts 1 + skew of ours.
  const real = `(${t}+t*${1 + (spec.skew ?? 0)}+0.0005)`;
  const beep = `if(lt(mod(${real}\\,1)\\,${FLASH})\\,0.4*sin(2*PI*${spec.tone}*t)\\,0)`;
  await sh([
    '-f',
    'lavfi',
    '-i',
    `aevalsrc='${beep}':s=48000:d=${spec.seconds}`,
    '-ac',
    '2',
    '-c:a',
    'libopus',
    '-b:a',
    '64k',
    '-vbr',
    'on',
    raw,
  ]);
  return [raw];
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
      const type = written === 0 && spec.kind === 'audio' ? 'key' : packet.type;
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

/** Times (ms) at which the picture (or a rectangle of it) turns white. */
export async function flashes(file: string, crop = ''): Promise<number[]> {
  const raw = await sh([
    '-i',
    file,
    '-vf',
    `${crop ? `crop=${crop},` : ''}scale=8:8:flags=area,format=gray`,
    '-f',
    'rawvideo',
    '-',
  ]);
  const times: number[] = [];
  let before = 255;
  for (let frame = 0; frame * 64 < raw.length; frame++) {
    const luma = raw.subarray(frame * 64, frame * 64 + 64).reduce((a, b) => a + b, 0) / 64;
    if (luma > 200 && before <= 200) times.push((frame * 1000) / 30);
    before = luma;
  }
  return times;
}

/** Times (ms) at which a tone begins. */
export async function beeps(file: string, tone?: number): Promise<number[]> {
  const filter = tone === undefined ? [] : ['-af', `bandpass=f=${tone}:width_type=h:w=150`];
  const raw = await sh(['-i', file, '-map', '0:a', ...filter, '-ac', '1', '-ar', '48000', '-f', 'f32le', '-']);
  const pcm = new Float32Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + (raw.length & ~3)));
  const times: number[] = [];
  let quietSince = 0;
  for (let i = 0; i < pcm.length; i++) {
    if (Math.abs(pcm[i]!) < 0.06) continue;
    if (i - quietSince > 4800 || times.length === 0) times.push(i / 48);
    quietSince = i;
  }
  return times;
}

/** Colour at a place of the picture at a time, `[r, g, b]`. */
export async function colourAt(file: string, ms: number, x: number, y: number): Promise<[number, number, number]> {
  const raw = await sh([
    '-ss',
    String(ms / 1000),
    '-i',
    file,
    '-frames:v',
    '1',
    '-vf',
    `crop=4:4:${x - 2}:${y - 2},scale=1:1:flags=area,format=rgb24`,
    '-f',
    'rawvideo',
    '-',
  ]);
  return [raw[0]!, raw[1]!, raw[2]!];
}

/** Decodes every frame with errors fatal; throws where ffmpeg says anything. */
export async function strictParse(file: string): Promise<void> {
  const { stderr } = await run(FFMPEG, ['-v', 'warning', '-xerror', '-i', file, '-f', 'null', '-']);
  if (stderr.trim() !== '') throw new Error(stderr);
}

/** Order of the top-level boxes, and the types of all boxes of the index. */
export async function boxes(file: string): Promise<{ top: string[]; editLists: boolean }> {
  const data = await readFile(file);
  const top: string[] = [];
  for (let at = 0; at + 8 <= data.length;) {
    const size = data.readUInt32BE(at) === 1 ? Number(data.readBigUInt64BE(at + 8)) : data.readUInt32BE(at);
    top.push(data.toString('latin1', at + 4, at + 8));
    at += Math.max(8, size);
  }
  const moov = data.indexOf('moov');
  return { top, editLists: data.subarray(moov, data.indexOf('mdat', moov)).includes('elst') };
}
