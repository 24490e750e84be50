import { setMaxListeners } from 'node:events';
import { copyFile, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Moves a finished file to its final name in one step, also from another file system. Nothing partial is ever there. */
export async function moveIntoPlace(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  try {
    await rename(from, to);
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'EXDEV')) throw thrown;
    const partial = `${to}.part`;
    await copyFile(from, partial);
    await rename(partial, to);
    await rm(from, { force: true });
  }
}

/** Gives a finished piece its name once its bytes are on the disk: what has the name is whole, also after a power cut. */
export async function commitPiece(partial: string, file: string): Promise<void> {
  const handle = await open(partial, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(partial, file);
}

/** Runs tasks side by side; where one fails the others are stopped, and all have ended before it is thrown. */
export async function together(
  signal: AbortSignal | undefined,
  tasks: ((signal: AbortSignal) => Promise<void>)[],
): Promise<void> {
  const stop = new AbortController();
  const both = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  // One listener per process: a decoder for each track of a large call.
  setMaxListeners(0, both);
  let first: { error: unknown } | undefined;
  await Promise.all(
    tasks.map(async (task) => {
      try {
        await task(both);
      } catch (error) {
        first ??= { error };
        stop.abort();
      }
    }),
  );
  if (first) throw first.error;
}
