import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { RollcallError, toRollcallError } from './contract/errors.ts';
import { plural } from './contract/texts/en/plural.ts';
import type { Emit } from './contract/events.ts';
import type { TimelineEvent } from './contract/timeline.ts';
import type { Receipt, Session, SessionOutput } from './contract/session.ts';
import type { Destination } from './contract/settings.ts';
import { hashFile } from './finish.ts';
import { certify } from './certificate/certify.ts';
import { compareCertificates, compareFile, lipSyncProblem } from './certificate/compare.ts';
import { readFileFacts } from './certificate/read-file.ts';
import { tracksOf } from './measure-files.ts';
import type { Ffmpeg } from './media/ffmpeg.ts';
import { TrackPool } from './media/track-pool.ts';
import { readTimeline } from './recording/timeline.ts';
import { objectPath, openStore } from './upload/open-store.ts';

/** How far a file's measured length may be from the manifest's: one frame of the 30 fps grid. */
const LENGTH_TOLERANCE_MS = 34;

export interface VerifyResult {
  /** What is not as the manifest says; a sentence each. */
  problems: string[];
  /** What could not be checked, and why. */
  unchecked: string[];
  checkedFiles: number;
  checkedObjects: number;
}

export interface VerifyTools {
  ffmpeg(): Promise<Ffmpeg>;
  emit: Emit;
  signal: AbortSignal;
}

/**
 * Checks a session against its manifest: every track and file is there with its size, every finished file has its hash
 * and its length and is measured again against its certificate, every receipt's object is in the store with its size and ETag.
 * @param destination the room's destination now, whose credentials reach the store; null where there is none.
 */
export async function verifySession(
  dir: string,
  session: Readonly<Session>,
  destination: Destination | null,
  { emit, signal, ...tools }: VerifyTools,
): Promise<VerifyResult> {
  const timeline = await readTimeline(dir);
  const pool = new TrackPool(dir);
  const result: VerifyResult = { problems: [], unchecked: [], checkedFiles: 0, checkedObjects: 0 };
  const problem = (message: string): void => {
    result.problems.push(message);
    emit({ event: 'warning', code: 'VERIFY', message });
  };
  for (const track of session.tracks) {
    result.checkedFiles += 1;
    const size = await sizeOf(join(dir, track.file));
    if (size === null) problem(`${track.file} is missing.`);
    else if (size !== track.size_bytes) problem(`${track.file} has ${size} bytes, not ${track.size_bytes}.`);
  }
  for (const output of session.outputs) {
    if (output.state !== 'done') {
      problem(`${output.file} is not made yet (${output.state}).`);
      continue;
    }
    result.checkedFiles += 1;
    const file = join(dir, output.file);
    const size = await sizeOf(file);
    if (size === null) problem(`${output.file} is missing.`);
    else if (size !== output.size_bytes) problem(`${output.file} has ${size} bytes, not ${output.size_bytes}.`);
    else if ((await hashFile(file, signal)) !== output.sha256)
      problem(`${output.file} has changed: its SHA-256 is not the manifest's.`);
    else if (output.kind !== 'chat')
      await checkContent(dir, session, output, { ...tools, timeline, pool }, emit, problem);
  }
  await pool.close();
  await checkObjects(session, destination, result, problem, signal);
  for (const message of result.unchecked) emit({ event: 'warning', code: 'UNCHECKED', message });
  return result;
}

async function sizeOf(file: string): Promise<number | null> {
  return stat(file).then(
    (stats) => stats.size,
    () => null,
  );
}

interface ContentTools {
  ffmpeg(): Promise<Ffmpeg>;
  timeline: readonly TimelineEvent[];
  pool: TrackPool;
}

/** Length, and all that its certificate says: counts from the file itself, sync and gaps from the tracks. */
async function checkContent(
  dir: string,
  session: Readonly<Session>,
  output: SessionOutput,
  { ffmpeg, timeline, pool }: ContentTools,
  emit: Emit,
  problem: (message: string) => void,
): Promise<void> {
  const { file, start_ms, duration_ms, sha256, certificate } = output;
  try {
    const facts = await readFileFacts(join(dir, file));
    if (Math.abs(facts.durationMs - duration_ms) > LENGTH_TOLERANCE_MS) {
      problem(`${file} lasts ${(facts.durationMs / 1000).toFixed(3)} s, not ${(duration_ms / 1000).toFixed(3)} s.`);
    }
    if (!certificate) {
      const message = `${file} has no certificate (made by an earlier version): only its size, hash and length were checked.`;
      emit({ event: 'warning', code: 'NO_CERTIFICATE', message });
      return;
    }
    const found = compareFile(certificate, facts);
    const tracks = tracksOf(session, output);
    const sizes = await Promise.all(tracks.map((track) => sizeOf(join(dir, track.file))));
    // A missing track is a problem of its own, named before.
    if (!sizes.includes(null)) {
      const job = { sessionDir: dir, output: { file, start_ms, sha256: sha256 ?? '' }, tracks, timeline, pool };
      const now = await certify({ ...job, ffmpeg: await ffmpeg() });
      const lipSync = lipSyncProblem(now);
      found.push(...compareCertificates(certificate, now), ...(lipSync === null ? [] : [lipSync]));
    }
    for (const difference of found) problem(`${file}: ${difference}.`);
  } catch (error) {
    problem(`${file}: ${toRollcallError(error).message}`);
  }
}

async function checkObjects(
  session: Readonly<Session>,
  destination: Destination | null,
  result: VerifyResult,
  problem: (message: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const receipts = session.uploads.flatMap((upload) => (upload.receipt ? [upload.receipt] : []));
  const target = destination?.configured === true ? destination.store : null;
  const reachable = (receipt: Receipt): boolean =>
    target !== null && target.endpoint === receipt.endpoint && receipt.path === objectPath(target, receipt.key);
  for (const receipt of receipts.filter((candidate) => !reachable(candidate))) {
    result.unchecked.push(
      `${receipt.path} was not checked: the settings hold no way to that bucket now (see --settings).`,
    );
  }
  if (!target || !receipts.some(reachable)) return;
  const store = await openStore(target);
  try {
    for (const receipt of receipts.filter(reachable)) {
      result.checkedObjects += 1;
      const object = await store.head(receipt.key, signal);
      if (object === 'hidden')
        result.unchecked.push(`${receipt.path} was not checked: the store does not let these keys look.`);
      else if (object === null) problem(`${receipt.path} is not in the store.`);
      else if (object.sizeBytes !== receipt.size_bytes || object.etag !== receipt.etag)
        problem(`${receipt.path} is not what was uploaded.`);
    }
  } catch (error) {
    const { message } = toRollcallError(error);
    result.unchecked.push(`The store could not be asked: ${message}`);
  } finally {
    store.close();
  }
}

/** The error of a session that is not as its manifest says, or that could not be checked whole; null where all is well. */
export function verifyError({ problems, unchecked }: VerifyResult): RollcallError | null {
  if (problems.length > 0) {
    return new RollcallError(
      'VERIFY_FAILED',
      `${problems.length} of the things checked are not as session.json says.`,
      'Run "rollcall recover" to make missing files again from the tracks, and "rollcall upload" for missing objects.',
      { details: problems.join('\n') },
    );
  }
  if (unchecked.length > 0) {
    return new RollcallError(
      'UPLOAD_FAILED',
      `${unchecked.length} objects could not be checked.`,
      'Give --settings with the destination that they went to.',
      {
        details: unchecked.join('\n'),
      },
    );
  }
  return null;
}

/** What a person is told where all is well. */
export const verifySummary = ({ checkedFiles, checkedObjects }: VerifyResult): string =>
  `${plural(checkedFiles, 'file')} on disk and ${plural(checkedObjects, 'object')} in the storage are as session.json says.`;
