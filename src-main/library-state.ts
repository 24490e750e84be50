import { mkdir, statfs } from 'node:fs/promises';
import { RollcallError, type ErrorRecord } from './contract/errors.ts';

/** Whether the library folder can be used (it is made where it is not there), and how much room is left. */
export async function libraryState(dir: string): Promise<{ freeBytes: number | null; error: ErrorRecord | null }> {
  try {
    await mkdir(dir, { recursive: true });
    const { bavail, bsize } = await statfs(dir);
    return { freeBytes: bavail * bsize, error: null };
  } catch (error) {
    const record = new RollcallError(
      'DISK_FAILED',
      `The library folder ${dir} cannot be used.`,
      'Plug its disk in, or choose another folder in Settings.',
      { details: String(error) },
    ).toRecord();
    return { freeBytes: null, error: record };
  }
}
