import { copyFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeComposite } from '../src-main/composite/make-composite.ts';
import type { RollcallEvent } from '../src-main/contract/events.ts';
import type { SessionOutput } from '../src-main/contract/session.ts';
import { hashFile } from '../src-main/finish.ts';
import { measureFiles } from '../src-main/measure-files.ts';
import { TrackPool } from '../src-main/media/track-pool.ts';
import { SessionManifest } from '../src-main/recording/manifest.ts';
import { makeStream } from '../src-main/streams/make-stream.ts';
import { verifyError, verifySession } from '../src-main/verify.ts';
import { FakeCards, ffmpeg, makeSession, sh, tempDir } from './media-fixtures.ts';
import { probe, streamOf } from './support/media-checks.ts';

const { signal } = new AbortController();
let dir = '';
let remove = async (): Promise<void> => undefined;
beforeEach(async () => {
  ({ dir, remove } = await tempDir());
});
afterEach(() => remove());

/** Ann from 300 ms with a mute, a camera that was off and a clock that runs slow; Bob from 2 s; their files and a composite. */
async function finishedSession(): Promise<SessionManifest> {
  const session = await makeSession(dir, [
    {
      id: 'p1',
      name: 'Ann',
      streams: [
        {
          type: 'regular',
          tracks: [
            {
              ...{ kind: 'video', colour: '#1f8a3b', at: 540, sizes: [[9, 640, 360]], keyEvery: 60 },
              ...{ paused: [[4740, 5740]], missing: [[4740, 5760]] },
            },
            {
              kind: 'audio',
              seconds: 9,
              tone: 930,
              at: 300,
              skew: 8e-4,
              paused: [[3010, 4500]],
              missing: [[3010, 4500]],
            },
          ],
        },
      ],
    },
    {
      id: 'p2',
      name: 'Bob',
      streams: [{ type: 'audio', tracks: [{ kind: 'audio', seconds: 6, tone: 1730, at: 2000 }] }],
    },
  ]);
  for (const track of session.tracks) track.size_bytes = (await stat(join(dir, track.file))).size;
  const pool = new TrackPool(dir);
  const base = { sessionDir: dir, session, ffmpeg, cards: new FakeCards(), pool, workDir: join(dir, '.work') };
  const add = async (
    made: Pick<SessionOutput, 'file' | 'start_ms' | 'duration_ms' | 'width' | 'height'>,
    id: string,
  ) => {
    const [file, stream] = [join(dir, made.file), session.streams.find(({ stream_id }) => stream_id === id)];
    const { file: name, start_ms, duration_ms, width, height } = made;
    session.outputs.push({
      ...{ output_id: id, kind: stream ? 'stream' : 'composite', stream_id: stream?.stream_id ?? null },
      ...{ peer_id: stream?.peer_id ?? null, file: name, state: 'done', start_ms, duration_ms, width, height },
      ...{ size_bytes: (await stat(file)).size, sha256: await hashFile(file, signal), error: null },
    });
  };
  for (const { stream_id: streamId } of session.streams) await add(await makeStream({ ...base, streamId }), streamId);
  const composite = { timeline: [], layout: 'grid', width: 640, height: 360, fps: 30, withoutPeers: [] } as const;
  await add(await makeComposite({ ...base, ...composite, outFile: 'Rec-x.mp4' }), 'composite');
  await pool.close();
  return SessionManifest.create(dir, session);
}

async function verify(
  manifest: SessionManifest,
): Promise<{ problems: string[]; warnings: string[]; exitCode: number }> {
  const events: RollcallEvent[] = [];
  const emit = (event: RollcallEvent): number => events.push(event);
  const tools = { ffmpeg: () => Promise.resolve(ffmpeg), emit, signal };
  const result = await verifySession(dir, manifest.session, null, tools);
  const warnings = events.flatMap((event) => (event.event === 'warning' ? [event.code] : []));
  return { problems: result.problems, warnings, exitCode: verifyError(result)?.exitCode ?? 0 };
}

describe('the certificate of a file', () => {
  it('says what is in it and how well it is in sync, and verify finds every difference', async () => {
    const manifest = await finishedSession();
    // As an earlier version left it.
    expect(await verify(manifest)).toMatchObject({
      problems: [],
      warnings: Array(3).fill('NO_CERTIFICATE'),
      exitCode: 0,
    });

    const events: RollcallEvent[] = [];
    await measureFiles(manifest, {
      ffmpeg: () => Promise.resolve(ffmpeg),
      emit: (event) => events.push(event),
      signal,
    });
    expect(events).toEqual([]);
    const { session } = await SessionManifest.open(dir);
    const [ann, bob, composite] = session.outputs;
    const [annVideo, annAudio, bobAudio] = session.tracks.map(({ track_id }) => track_id);

    for (const output of [ann!, composite!]) {
      const { certificate } = output;
      if (!certificate) throw new Error('no certificate');
      const probed = await probe(join(dir, output.file));
      expect(certificate.sha256).toBe(output.sha256);
      expect(certificate.video).toMatchObject({
        ...{ codec: 'avc', frames: streamOf(probed, 'video').nb_frames, width: 640, height: 360, fps: 30 },
        encoder: expect.stringMatching(/^x264 - core .*crf=/),
      });
      // The MP4's own time scale may round a frame's time.
      expect(certificate.video?.worst_step_ms).toBeLessThan(0.1);
      expect(certificate.audio).toMatchObject({
        codec: 'aac',
        packets: streamOf(probed, 'audio').nb_frames,
        sample_rate: 48_000,
      });
      // Frames lie on a grid of 33 ms, a frame goes to the next place where that is at most 25 ms away.
      expect(certificate.sync.picture?.worst_ms).toBeLessThanOrEqual(26);
      expect(certificate.sync).toMatchObject({ method: 'content' });
      // Timestamps in track files are whole milliseconds.
      for (const { offset_ms } of certificate.sync.sound) expect(Math.abs(offset_ms)).toBeLessThan(1.5);
      expect(Math.abs(certificate.sync.av_offset_ms ?? 99)).toBeLessThan(26);
      expect(certificate.gaps).toContainEqual({
        ...{
          track_id: annVideo,
          reason: 'camera-off',
          from_ms: expect.closeTo(4740, -2),
          to_ms: expect.closeTo(5760, -2),
        },
      });
      expect(certificate.gaps).toContainEqual(expect.objectContaining({ track_id: annAudio, reason: 'muted' }));
      const source = certificate.sources.find(({ track_id }) => track_id === annVideo);
      // 9 s at 30 a second without 1.02 s of them.
      expect(source).toMatchObject({ captured: 239 });
      expect(source?.used).toBeGreaterThan(235);
    }
    expect(bob?.certificate).toMatchObject({ video: null, sync: { av_offset_ms: null, picture: null } });
    expect(composite?.certificate?.gaps).toContainEqual(
      expect.objectContaining({ track_id: bobAudio, reason: 'not-started' }),
    );
    expect(JSON.stringify(session.outputs.map(({ certificate }) => certificate))).not.toMatch(/Ann|Bob|p1|p2/);
    expect(await verify(manifest)).toEqual({ problems: [], warnings: [], exitCode: 0 });

    // Sound 80 ms late, one packet and three frames short, and a manifest that knows the new hash.
    const file = join(dir, ann!.file);
    await copyFile(file, join(dir, 'good.mp4'));
    const late = ['-i', join(dir, 'good.mp4'), '-itsoffset', '0.08', '-i', join(dir, 'good.mp4')];
    const frames = String((ann?.certificate?.video?.frames ?? 0) - 3);
    await sh([...late, ...['-map', '0:v', '-map', '1:a', '-c', 'copy', '-frames:v', frames], join(dir, 'late.mp4')]);
    await rename(join(dir, 'late.mp4'), file);
    const [size_bytes, sha256] = [(await stat(file)).size, await hashFile(file, signal)];
    await manifest.update(({ outputs }) => Object.assign(outputs[0]!, { size_bytes, sha256 }));
    const spoilt = await verify(manifest);
    expect(spoilt.exitCode).not.toBe(0);
    const said = spoilt.problems.filter((problem) => problem.startsWith(ann!.file)).join('\n');
    expect(said).toMatch(new RegExp(`frames is ${frames}, not ${Number(frames) + 3}`));
    expect(said).toMatch(/offset of sound to picture is (7|8|9)\d/);
    expect(said).toMatch(/its sound is .* after its picture/);
    expect(spoilt.problems.filter((problem) => !problem.startsWith(ann!.file))).toEqual([]);

    // A track that is not the one that was measured, and a file that is gone.
    await rename(join(dir, 'good.mp4'), file);
    const track = session.tracks[2]!;
    await copyFile(join(dir, session.tracks[1]!.file), join(dir, track.file));
    await rename(join(dir, composite!.file), join(dir, 'elsewhere.mp4'));
    const other = await verify(manifest);
    expect(other.problems.join('\n')).toMatch(new RegExp(`${track.file} has \\d+ bytes, not ${track.size_bytes}`));
    expect(other.problems.join('\n')).toMatch(new RegExp(`track ${track.track_id} has \\d+ packets, not \\d+`));
    expect(other.problems.join('\n')).toMatch(/Rec-x.mp4 is missing/);
  });
});
