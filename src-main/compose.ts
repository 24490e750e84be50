import { mkdir, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { ComposeWords, Outcome } from './cli/program.ts';
import { makeComposite } from './composite/make-composite.ts';
import { RollcallError } from './contract/errors.ts';
import { COMPOSITE, doneEvent, type FinishTools } from './finish.ts';
import { TrackPool } from './media/track-pool.ts';
import { SessionManifest } from './recording/manifest.ts';
import { readTimeline } from './recording/timeline.ts';

/** Where another composite's work files go; apart from the session's own, which may be at work. */
const WORK_DIR = '.work-compose';

/**
 * Makes another composite of a session from its tracks: another layout or size, or without some peers. Nothing of the
 * session is changed. @throws RollcallError USAGE for a peer that is not in it, or an existing file.
 */
export async function composeAgain(words: ComposeWords, tools: FinishTools): Promise<Outcome> {
  const manifest = await SessionManifest.open(resolve(words.sessionDir));
  const { session, dir } = manifest;
  for (const id of words.withoutPeers) {
    if (session.peers.some((peer) => peer.peer_id === id)) continue;
    const there = session.peers.map((peer) => `${peer.peer_id} (${peer.display_name})`).join(', ');
    throw new RollcallError(
      'USAGE',
      `There is no peer "${id}" in this session: it has ${there || 'none'}.`,
      'Give --without-peer one of these ids.',
    );
  }
  const { layout, width, height } = words;
  const outFile = resolve(words.out ?? join(dir, defaultName(words, session.session_id)));
  if (await isOriginal(outFile, manifest)) {
    throw new RollcallError('USAGE', `${outFile} is a file of the session itself.`, 'Give --out another name.');
  }
  const workDir = join(dir, `${WORK_DIR}-${process.pid}`);
  await mkdir(workDir, { recursive: true });
  await mkdir(dirname(outFile), { recursive: true });
  const pool = new TrackPool(dir);
  try {
    const output = { output_id: 'composition', kind: 'composite' } as const;
    const made = await makeComposite({
      sessionDir: dir,
      session,
      timeline: await readTimeline(dir),
      layout,
      width,
      height,
      fps: COMPOSITE.fps,
      withoutPeers: words.withoutPeers,
      outFile,
      ffmpeg: await tools.ffmpeg(),
      cards: tools.cards,
      pool,
      workDir,
      signal: tools.signal,
      onProgress: (progress) => tools.emit({ event: 'finalizing', ...output, progress }),
    });
    const { size } = await stat(outFile);
    tools.emit({ event: 'output', ...output, file: outFile, duration: made.duration_ms / 1000, size });
    return { done: { ...doneEvent(manifest, null), composite: outFile, uploads: [] }, error: null };
  } finally {
    await pool.close();
    await rm(workDir, { recursive: true, force: true });
  }
}

function defaultName({ layout, width, height, withoutPeers }: ComposeWords, sessionId: string): string {
  const without = withoutPeers.length > 0 ? `-without-${withoutPeers.length}` : '';
  return `Composition-${sessionId}-${layout}-${width}x${height}${without}.mp4`;
}

async function isOriginal(file: string, manifest: SessionManifest): Promise<boolean> {
  const own = [
    ...manifest.session.outputs.map((output) => output.file),
    ...manifest.session.tracks.map((track) => track.file),
  ];
  return own.some((name) => join(manifest.dir, name) === file);
}
