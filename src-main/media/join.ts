import {
  EncodedAudioPacketSource,
  EncodedPacketSink,
  EncodedVideoPacketSource,
  FilePathSource,
  FilePathTarget,
  Input,
  MP4,
  Mp4OutputFormat,
  Output,
  type EncodedPacket,
  type InputTrack,
} from 'mediabunny';
import { RollcallError } from '../contract/errors.ts';
import { AAC_FRAME_SAMPLES, type SoundPart } from './encode-sound.ts';
import { OPUS_RATE } from './opus.ts';

export interface JoinJob {
  /** Segment files in order, all with the same encoder settings. */
  segments: { file: string; frames: number }[];
  fps: number;
  /** The parts of `makeSoundParts` in order; null for an output without sound. */
  sound: readonly SoundPart[] | null;
  outFile: string;
  signal?: AbortSignal | undefined;
}

/**
 * Joins segments and sound into an MP4 without re-encoding. Frame k of the picture is at k / fps, frame k of the sound at
 * k * 1024 / 48000: both tracks start at 0 with no edit list, and no rounding of a segment's length can open a gap.
 * The index is written before the media in one pass ("reserve"), so a long file is not copied a second time.
 */
export async function joinMp4(job: JoinJob): Promise<void> {
  const output = new Output({
    format: new Mp4OutputFormat({ fastStart: 'reserve' }),
    target: new FilePathTarget(job.outFile),
  });
  const video = job.segments.length > 0 ? new EncodedVideoPacketSource('avc') : null;
  const audio = job.sound ? new EncodedAudioPacketSource('aac') : null;
  const totalFrames = job.segments.reduce((sum, { frames }) => sum + frames, 0);
  if (video) output.addVideoTrack(video, { frameRate: job.fps, maximumPacketCount: totalFrames });
  if (audio && job.sound) output.addAudioTrack(audio, { maximumPacketCount: countFrames(job.sound) });
  await output.start();
  try {
    await Promise.all([
      video ? addPicture(video, job).then(() => video.close()) : undefined,
      audio && job.sound ? addSound(audio, job.sound, job.signal).then(() => audio.close()) : undefined,
    ]);
    await output.finalize();
  } catch (thrown) {
    await output.cancel();
    throw thrown;
  }
}

async function addPicture(source: EncodedVideoPacketSource, job: JoinJob): Promise<void> {
  let frame = 0;
  let description: Buffer | null = null;
  for (const segment of job.segments) {
    const first = frame;
    await withTrack(segment.file, async (track) => {
      const config = track.isVideoTrack() ? await track.getDecoderConfig() : null;
      if (!config) throw broken(segment.file, 'it has no picture');
      const own = Buffer.from((config.description ?? new Uint8Array()) as Uint8Array);
      if (description && !description.equals(own))
        throw broken(segment.file, 'its encoder parameters differ from the others');
      for await (const packet of new EncodedPacketSink(track).packets()) {
        checkAborted(job.signal);
        await source.add(at(packet, frame / job.fps, 1 / job.fps), description ? undefined : { decoderConfig: config });
        description ??= own;
        frame++;
      }
    });
    if (frame - first !== segment.frames)
      throw broken(segment.file, `it has ${frame - first} frames, ${segment.frames} were expected`);
  }
}

async function addSound(
  source: EncodedAudioPacketSource,
  parts: readonly SoundPart[],
  signal?: AbortSignal,
): Promise<void> {
  const step = AAC_FRAME_SAMPLES / OPUS_RATE;
  let frame = 0;
  for (const { file, skip, frames } of parts) {
    const first = frame;
    await withTrack(file, async (track) => {
      const config = track.isAudioTrack() ? await track.getDecoderConfig() : null;
      if (!config) throw broken(file, 'it has no sound');
      let i = 0;
      for await (const packet of new EncodedPacketSink(track).packets()) {
        checkAborted(signal);
        if (frame - first >= frames) break;
        if (i++ < skip) continue;
        await source.add(at(packet, frame * step, step), frame === 0 ? { decoderConfig: config } : undefined);
        frame++;
      }
    });
    if (frame - first !== frames) throw broken(file, `it has ${frame - first} frames, ${frames} were expected`);
  }
}

const countFrames = (parts: readonly SoundPart[]): number => parts.reduce((sum, { frames }) => sum + frames, 0);

async function withTrack(file: string, use: (track: InputTrack) => Promise<void>): Promise<void> {
  const input = new Input({ source: new FilePathSource(file), formats: [MP4] });
  try {
    const [track] = await input.getTracks();
    if (!track) throw broken(file, 'it has no track');
    await use(track);
  } finally {
    input.dispose();
  }
}

const at = (packet: EncodedPacket, timestamp: number, duration: number): EncodedPacket =>
  packet.clone({ timestamp, duration });

function checkAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted)
    throw new RollcallError('CANCELLED', 'Making the file was cancelled.', 'Start it again when you want the file.');
}

function broken(file: string, why: string): RollcallError {
  return new RollcallError(
    'MEDIA_INVALID',
    'A part of the file that was being made is not as it should be.',
    'Make the file again.',
    {
      details: `${file}: ${why}`,
    },
  );
}
