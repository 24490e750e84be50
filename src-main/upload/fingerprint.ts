import { createHash } from 'node:crypto';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { RollcallError } from '../contract/errors.ts';
import { partsOf, type Part } from './parts.ts';
import { uploadStopped } from './stopped.ts';

/** A local file's content in hashes, and what tells whether it changed since. */
export interface Fingerprint {
  path: string;
  sizeBytes: number;
  modifiedNs: bigint;
  partSizeBytes: number;
  /** Hex. */
  sha256: string;
  /** Hex MD5 of each part, in order. */
  partMd5s: string[];
  /** Hex SHA-256 of each part, in order. */
  partSha256s: string[];
}

const READ_BYTES = 1024 * 1024;

/** Reads the whole file once, hashed in parts of the size chosen for it. Throws `UPLOAD_SOURCE` where it is missing or grows meanwhile, `CANCELLED` by `signal`. */
export async function fingerprint(
  path: string,
  partSizeOf: (fileSizeBytes: number) => number,
  signal: AbortSignal,
): Promise<Fingerprint> {
  const { size, mtimeNs } = await statFile(path);
  const partSizeBytes = partSizeOf(size);
  const whole = createHash('sha256');
  const partMd5s: string[] = [];
  const partSha256s: string[] = [];
  const file = await openFile(path);
  const memory = Buffer.allocUnsafeSlow(Math.min(READ_BYTES, Math.max(1, size)));
  try {
    for (const part of partsOf(size, partSizeBytes)) {
      const md5 = createHash('md5');
      const sha256 = createHash('sha256');
      for (let at = part.start; at < part.start + part.sizeBytes; at += READ_BYTES) {
        if (signal.aborted) throw uploadStopped();
        const bytes = memory.subarray(0, Math.min(READ_BYTES, part.start + part.sizeBytes - at));
        await readInto(bytes, file, path, at);
        whole.update(bytes);
        md5.update(bytes);
        sha256.update(bytes);
      }
      partMd5s.push(md5.digest('hex'));
      partSha256s.push(sha256.digest('hex'));
    }
  } finally {
    await file.close();
  }
  const sha256 = whole.digest('hex');
  const result = { path, sizeBytes: size, modifiedNs: mtimeNs, partSizeBytes, sha256, partMd5s, partSha256s };
  await assertUnchanged(result);
  return result;
}

/**
 * Reads a part's bytes into `memory`, which is as large. Throws `UPLOAD_SOURCE` where the file was written to since it was fingerprinted; whether they are those
 * very bytes is for the store to say, which is sent their hashes with them.
 */
export async function readPart(memory: Buffer, file: FileHandle, print: Fingerprint, part: Part): Promise<void> {
  await readInto(memory, file, print.path, part.start);
  await assertUnchanged(print);
}

/** Throws `UPLOAD_SOURCE` where the file's size or time of change is another than when it was fingerprinted. */
export async function assertUnchanged(print: Fingerprint): Promise<void> {
  const { size, mtimeNs } = await statFile(print.path);
  if (size !== print.sizeBytes || mtimeNs !== print.modifiedNs) throw changed(print.path);
}

/** The ETag that S3 gives an object sent in these parts: MD5, or for a multipart upload MD5 of the MD5s and their number. */
export function expectedEtag(print: Fingerprint, multipart: boolean): string {
  if (!multipart) return print.partMd5s[0] ?? '';
  const all = Buffer.concat(print.partMd5s.map((md5) => Buffer.from(md5, 'hex')));
  return `${createHash('md5').update(all).digest('hex')}-${print.partMd5s.length}`;
}

/**
 * The SHA-256 by which S3 describes an object sent with checksums in these parts: base64, and for a multipart upload that of
 * the parts' own and their number.
 */
export function expectedChecksum(print: Fingerprint, multipart: boolean): string {
  if (!multipart) return Buffer.from(print.sha256, 'hex').toString('base64');
  const all = Buffer.concat(print.partSha256s.map((sha256) => Buffer.from(sha256, 'hex')));
  return `${createHash('sha256').update(all).digest('base64')}-${print.partSha256s.length}`;
}

export async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (error) {
    throw unreadable(path, error);
  }
}

async function statFile(path: string): Promise<{ size: number; mtimeNs: bigint }> {
  try {
    const { size, mtimeNs } = await stat(path, { bigint: true });
    return { size: Number(size), mtimeNs };
  } catch (error) {
    throw unreadable(path, error);
  }
}

async function readInto(bytes: Buffer, file: FileHandle, path: string, position: number): Promise<void> {
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, position + filled);
    if (bytesRead === 0) throw changed(path);
    filled += bytesRead;
  }
}

function unreadable(path: string, cause: unknown): RollcallError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
  return new RollcallError(
    'UPLOAD_SOURCE',
    code === 'ENOENT' ? `The file ${path} is not there.` : `The file ${path} cannot be read (${code}).`,
    'Make the files again from the tracks: rollcall compose with the session folder.',
    { cause },
  );
}

function changed(path: string): RollcallError {
  return new RollcallError(
    'UPLOAD_SOURCE',
    `The file ${path} changed while it was being uploaded, so nothing was put in its place.`,
    'Run the upload again when nothing writes to the file.',
  );
}
