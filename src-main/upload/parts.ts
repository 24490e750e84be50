/** S3: at most 10,000 parts, each (but the last) of 5 MiB to 5 GiB. */
export const MAX_PARTS = 10_000;
const MIB = 1024 * 1024;
/** The smallest that S3 takes, as a part is what a broken connection costs; also the size up to which a file is one PUT. */
export const MIN_PART_SIZE_BYTES = 5 * MIB;

/** One part of a file: bytes `[start, start + sizeBytes)`; numbers begin at 1. */
export interface Part {
  number: number;
  start: number;
  sizeBytes: number;
}

/** The smallest whole number of MiB, at least 5, with which the file has at most 10,000 parts. */
export function partSizeFor(fileSizeBytes: number): number {
  return Math.max(MIN_PART_SIZE_BYTES, Math.ceil(fileSizeBytes / MAX_PARTS / MIB) * MIB);
}

/** The parts of a file in order; an empty file has one empty part. */
export function partsOf(fileSizeBytes: number, partSizeBytes: number): Part[] {
  const count = Math.max(1, Math.ceil(fileSizeBytes / partSizeBytes));
  return Array.from({ length: count }, (_, index) => ({
    number: index + 1,
    start: index * partSizeBytes,
    sizeBytes: Math.min(partSizeBytes, fileSizeBytes - index * partSizeBytes),
  }));
}

/** Parts in flight over all files of a session: several, but never more bytes than this in memory (one part at least). */
export const MAX_IN_FLIGHT = 6;
export const MAX_IN_FLIGHT_BYTES = 96 * MIB;
export function partsInFlight(partSizeBytes: number): number {
  return Math.max(1, Math.min(MAX_IN_FLIGHT, Math.floor(MAX_IN_FLIGHT_BYTES / partSizeBytes)));
}
