import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * One folder for all temporary files of a run, of the programs that tests start too; it goes when the run is over. The
 * clips that publishers play are kept for the next run.
 */
export default async function setup(): Promise<() => Promise<void>> {
  process.env['ROLLCALL_TEST_CLIPS'] ??= join(tmpdir(), 'rollcall-test-cache');
  const dir = await mkdtemp(join(tmpdir(), 'rollcall-tests-'));
  for (const name of ['TMPDIR', 'TEMP', 'TMP']) process.env[name] = dir;
  // Programs that were stopped a moment ago may still write into it.
  return () => rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 500 });
}
