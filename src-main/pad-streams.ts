import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Outcome, PadWords } from './cli/program.ts';
import { removeLeftOver, withoutPeers, workDirIn } from './compose.ts';
import { RollcallError } from './contract/errors.ts';
import type { DoneEvent } from './contract/events.ts';
import { doneEvent } from './deliver.ts';
import type { FinishTools } from './finish.ts';
import { encoderOf } from './pieces.ts';
import { TrackPool } from './media/track-pool.ts';
import { SessionManifest } from './recording/manifest.ts';
import { makeStream } from './streams/make-stream.ts';

/**
 * Makes the file of every person and screen anew, each from session time 0 to the end of the session: the person's card
 * and silence where there is nothing. Laid side by side in an editor they are in sync without any offset. (The files of
 * the session itself begin when their person does, and say so in session.json: nobody waits through an hour of a card to
 * see who came late, and no space is spent on it.) Nothing of the session is changed.
 * @throws RollcallError USAGE for a peer that is not in it, NO_MEDIA for a session without streams
 */
export async function padStreams(words: PadWords, tools: FinishTools): Promise<Outcome> {
  const manifest = await SessionManifest.open(resolve(words.sessionDir));
  const session = withoutPeers(manifest.session, words.withoutPeers);
  if (session.streams.length === 0)
    throw new RollcallError('NO_MEDIA', 'The session has no streams to pad.', 'There is nothing to make a file of.');
  const outDir = resolve(words.out ?? join(manifest.dir, `Padded-${session.session_id}`));
  await mkdir(outDir, { recursive: true });
  await removeLeftOver(outDir);
  const workDir = workDirIn(outDir);
  await mkdir(workDir, { recursive: true });
  const pool = new TrackPool(manifest.dir);
  const streams: DoneEvent['streams'] = [];
  try {
    const ffmpeg = await tools.ffmpeg();
    const encoder = await encoderOf(session, ffmpeg, tools.encoders);
    for (const { stream_id, peer_id, type } of session.streams) {
      const output = { output_id: stream_id, kind: 'stream' } as const;
      const made = await makeStream({
        ...{ sessionDir: outDir, session, streamId: stream_id, pool, encoder, ffmpeg, cards: tools.cards, workDir },
        ...{ padded: true, signal: tools.signal },
        onProgress: (progress) => tools.emit({ event: 'finalizing', ...output, progress }),
      });
      const file = join(outDir, made.file);
      const duration = made.duration_ms / 1000;
      streams.push({ peer_id, stream_id, type, file, duration });
      tools.emit({ event: 'output', ...output, file, duration, size: made.size_bytes });
    }
    return { done: { ...doneEvent(manifest, null), composite: null, streams, uploads: [] }, error: null };
  } finally {
    await pool.close();
    await rm(workDir, { recursive: true, force: true });
  }
}
