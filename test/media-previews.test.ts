import { copyFile, mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { spriteAt } from '../src-main/contract/app-urls.ts';
import type { SessionOutput } from '../src-main/contract/session.ts';
import { PreviewQueue } from '../src-main/library/preview-queue.ts';
import { describePreviews, ensurePreviews } from '../src-main/library/previews.ts';
import { TrackPool } from '../src-main/media/track-pool.ts';
import { makeStream } from '../src-main/streams/make-stream.ts';
import { FakeCards, ffmpeg, makeSession, tempDir } from './media-fixtures.ts';
import { colourAt, colourDistance, parseColour } from './support/media-checks.ts';

const [GREEN, RED] = ['#1f8a3b', '#b02020'];

let root = '';
let remove = async (): Promise<void> => undefined;
beforeEach(async () => {
  ({ dir: root, remove } = await tempDir());
});
afterEach(() => remove());

it('makes a poster, scrubbing pictures and a waveform of a file, once, and again where the file is another one', async () => {
  // A folder whose name means something to ffmpeg's file patterns.
  const dir = join(root, '50%d of it');
  await mkdir(dir);
  const session = await makeSession(dir, [
    {
      id: 'p1',
      name: 'Ann',
      streams: [
        {
          type: 'regular',
          tracks: [
            { kind: 'video', colour: GREEN, at: 500, sizes: [[7, 640, 360]] },
            { kind: 'video', colour: RED, at: 7500, sizes: [[6, 640, 360]] },
            { kind: 'audio', seconds: 13, tone: 930, at: 500 },
          ],
        },
        { type: 'audio', tracks: [{ kind: 'audio', seconds: 2, tone: 930, at: 0 }] },
      ],
    },
  ]);
  const pool = new TrackPool(dir);
  const outputs: SessionOutput[] = [];
  for (const { stream_id: streamId } of session.streams) {
    const job = {
      sessionDir: dir,
      session,
      streamId,
      ffmpeg,
      cards: new FakeCards(),
      pool,
      workDir: join(dir, 'work'),
    };
    const { file, duration_ms, start_ms, width, height } = await makeStream(job);
    const { size: size_bytes } = await stat(join(dir, file));
    outputs.push({
      ...{ output_id: streamId, kind: 'stream', stream_id: streamId, peer_id: 'p1', file, state: 'done', error: null },
      ...{ start_ms, duration_ms, size_bytes, width, height, sha256: 'first' },
    });
  }
  await pool.close();
  const [output, soundOnly] = outputs as [SessionOutput, SessionOutput];

  const index = await ensurePreviews({ sessionDir: dir, output, ffmpeg });
  if (!index) throw new Error('no previews');
  const folder = join(dir, '.previews', output.output_id);
  expect((await readdir(folder)).sort()).toEqual(
    ['index.json', 'peaks.json', 'poster.jpg', 'sprites-0.jpg', 'sprites.vtt'].sort(),
  );
  expect(await readdir(join(dir, '.previews'))).toEqual([output.output_id]);
  const { sprites, peaks, posterUrl } = await describePreviews(dir, session, output.output_id, index);
  if (!sprites || !peaks) throw new Error('no sprites or peaks');

  // ffprobe takes a percent sign in a picture's path for a pattern.
  const plain = async (name: string): Promise<string> => {
    await copyFile(join(folder, name), join(root, name));
    return join(root, name);
  };
  const poster = await jpegSize(join(folder, 'poster.jpg'));
  expect([poster.width, poster.height]).toEqual([640, 360]);
  expect(posterUrl).toBe(`rollcall://media/${session.session_id}/.previews/${output.output_id}/poster.jpg`);

  expect(sprites).toMatchObject({ intervalMs: 3000, count: 5, columns: 5, rows: 1 });
  // Each tile has the key frame next to its time: 3 s apart, so never from the other side of 7 s here.
  for (const [timeMs, colour] of [
    [500, GREEN],
    [4000, GREEN],
    [9500, RED],
    [12_900, RED],
  ] as const) {
    const { url, x, y, width, height } = spriteAt(sprites, timeMs);
    const sheet = await plain(url.split('/').at(-1)!);
    const { width: w, height: h } = await jpegSize(sheet);
    const middle = {
      x: (x + width * 0.3) / w,
      y: (y + height * 0.3) / h,
      width: (width * 0.4) / w,
      height: (height * 0.4) / h,
    };
    const found = await colourAt(sheet, 0, middle);
    expect(colourDistance(found, parseColour(colour)), `${colour} at ${timeMs} ms`).toBeLessThan(40);
  }
  expect(await readFile(join(folder, 'sprites.vtt'), 'utf8')).toMatch(
    /^WEBVTT\n\n00:00:00.000 --> 00:00:03.000\nsprites-0/,
  );

  // A beep in the first tenth of each second of the session, which is 500 ms ahead of the file.
  expect(peaks.values).toHaveLength(Math.ceil(13_000 / peaks.bucketMs) + 1);
  const at = (ms: number): number => peaks.values[Math.floor(ms / peaks.bucketMs)] ?? -1;
  for (const second of [1, 5, 11]) {
    expect(at(second * 1000 + 550)).toBeGreaterThan(0.2);
    expect(at(second * 1000 + 200)).toBeLessThan(0.02);
  }

  const { mtimeMs } = await stat(join(folder, 'poster.jpg'));
  await ensurePreviews({ sessionDir: dir, output, ffmpeg });
  expect((await stat(join(folder, 'poster.jpg'))).mtimeMs).toBe(mtimeMs);
  await ensurePreviews({ sessionDir: dir, output: { ...output, sha256: 'second' }, ffmpeg });
  expect((await stat(join(folder, 'poster.jpg'))).mtimeMs).toBeGreaterThan(mtimeMs);

  expect(await ensurePreviews({ sessionDir: dir, output: soundOnly, ffmpeg })).toMatchObject({
    ...{ poster: null, sprites: null, peaks: 'peaks.json' },
  });
  expect(await ensurePreviews({ sessionDir: dir, output: { ...output, state: 'pending' }, ffmpeg })).toBeNull();

  // By the queue: once for all who ask, and a session that is gone stays gone.
  await rm(join(dir, '.previews'), { recursive: true });
  const made = { ...session, outputs };
  let ffmpegs = 0;
  const queue = new PreviewQueue(() => {
    ffmpegs++;
    return Promise.resolve(ffmpeg);
  });
  queue.later(dir, made);
  const asked = queue.get(dir, made, output.output_id);
  await queue.idle();
  expect((await readdir(join(dir, '.previews'))).sort()).toEqual(outputs.map(({ output_id }) => output_id).sort());
  expect((await asked)?.posterUrl).toBe(posterUrl);
  expect(ffmpegs).toBe(2);
  const gone = join(root, 'gone');
  await expect(queue.get(gone, made, output.output_id)).rejects.toThrow();
  await expect(stat(gone)).rejects.toMatchObject({ code: 'ENOENT' });

  // Closed in the middle of its work, it leaves nothing half made.
  await rm(join(dir, '.previews'), { recursive: true });
  queue.later(dir, made);
  await queue.close();
  expect(await readdir(join(dir, '.previews'))).toEqual([]);
  const again = new PreviewQueue(() => Promise.resolve(ffmpeg));
  again.later(dir, made);
  await again.idle();
  expect((await readdir(join(dir, '.previews'))).sort()).toEqual(outputs.map(({ output_id }) => output_id).sort());
});

/** From the frame header (SOF0) of a baseline JPEG. */
async function jpegSize(file: string): Promise<{ width: number; height: number }> {
  const data = await readFile(file);
  const at = data.indexOf(Buffer.from([0xff, 0xc0]));
  return { height: data.readUInt16BE(at + 5), width: data.readUInt16BE(at + 7) };
}
