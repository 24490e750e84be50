/**
 * A bucket, as small as the upload engine needs it. Implementations throw `RollcallError`s whose `retryable` says
 * whether the same request may succeed later, `UploadGoneError` where a multipart upload is unknown to the store, and
 * never repeat a request themselves.
 */
export interface ObjectStore {
  readonly scheme: 's3' | 'azure';
  /** Or container. */
  readonly bucket: string;
  /** null: AWS itself. */
  readonly endpoint: string | null;
  /**
   * Whether `onlyIfAbsent` can be relied on: many stores that speak S3 ignore it, at the end of a multipart upload
   * (Ceph) or always, and replace what is there.
   */
  readonly refusesToReplace: boolean;
  /** null: no such object. `'hidden'`: the store does not say whether there is one (keys that may not list). */
  head(key: string, signal: AbortSignal): Promise<RemoteObject | null | 'hidden'>;
  /** Writes an object in one request; see `refusesToReplace` for `onlyIfAbsent`. */
  put(key: string, body: Buffer, meta: ObjectMeta & { onlyIfAbsent: boolean }, signal: AbortSignal): Promise<void>;
  /** Begins a multipart upload. */
  createMultipart(key: string, meta: ObjectMeta, signal: AbortSignal): Promise<StartedUpload>;
  /**
   * Ids of the multipart uploads of exactly this key that were begun and not ended; `'hidden'`: these keys may not list
   * them. Absent: the store has no such question.
   */
  openUploads?(key: string, signal: AbortSignal): Promise<string[] | 'hidden'>;
  /** The parts that the store has; null: the upload is unknown; `'hidden'`: these keys may not list parts. */
  listParts(
    key: string,
    uploadId: string,
    signal: AbortSignal,
    /** Only the part of this number, if it is there; a store may give more. */
    only?: number,
  ): Promise<RemotePart[] | null | 'hidden'>;
  /** Sends a part; the store checks it against its hashes. Returns the part's ETag. */
  putPart(key: string, uploadId: string, part: PartBody, signal: AbortSignal): Promise<string>;
  completeMultipart(
    key: string,
    uploadId: string,
    parts: readonly CompletedPart[],
    /** `meta` once more, for stores that take it with the end and not with the beginning. */
    options: { onlyIfAbsent: boolean; meta: ObjectMeta },
    signal: AbortSignal,
  ): Promise<void>;
  /** Drops a multipart upload and its parts; one that is gone already is no error. */
  abortMultipart(key: string, uploadId: string, signal: AbortSignal): Promise<void>;
  /** A GET link to the object for that many seconds, or less where the credentials themselves end earlier. */
  presignGet(key: string, seconds: number): Promise<PresignedUrl>;
  /** Bytes of bodies that connections carried in vain, as they broke before the store had answered. Absent: unknown. */
  wastedBytes?(): number;
  /** Frees the connections. */
  close(): void;
}

/** What checking a destination needs beside uploading. */
export interface CheckableStore extends ObjectStore {
  /** The whole object: only for small ones. */
  get(key: string, signal: AbortSignal): Promise<Buffer>;
  remove(key: string, signal: AbortSignal): Promise<void>;
  /** How far the store's clock is ahead of this computer's, by the answers so far, in milliseconds. */
  clockOffsetMs(): number;
}

export interface PartBody {
  number: number;
  body: Buffer;
  /** Hex. */
  md5: string;
  /** Hex. */
  sha256: string;
  /** Whether the store is to keep the SHA-256: as it said when the upload was begun. */
  keepsSha256: boolean;
  /** Told now and then how many bytes of it are on their way or have arrived. */
  onSent?: (bytes: number) => void;
}

export interface StartedUpload {
  uploadId: string;
  /** Whether the store wants the parts' SHA-256s, keeps them, and describes the object by them. */
  keepsSha256: boolean;
}

export interface ObjectMeta {
  contentType: string;
  /** Hex, of the whole object: kept as its user metadata `sha256`. */
  sha256: string;
  /** Hex MD5 of the body, where it is one request. */
  md5?: string;
}

export interface RemoteObject {
  sizeBytes: number;
  /** Without quotation marks. */
  etag: string;
  /** Whether the ETag is made of MD5s: false for SSE-KMS, SSE-C and stores with ETags of their own. */
  etagIsMd5: boolean;
  versionId: string | null;
  /** Our own user metadata, hex. */
  sha256: string | null;
  /** What the store itself made of the bytes, as `expectedChecksum` has it; null where it has no SHA-256. */
  checksum: string | null;
}

export interface CompletedPart {
  number: number;
  etag: string;
  /** Hex, where the store keeps it. */
  sha256?: string | undefined;
}

export interface RemotePart extends CompletedPart {
  sizeBytes: number;
}

export interface PresignedUrl {
  url: string;
  /** RFC 3339 UTC. */
  expiresAt: string;
}

/** The store does not know this multipart upload (any more): it was aborted, completed, or expired by a bucket rule. */
export class UploadGoneError extends Error {
  override readonly name = 'UploadGoneError';
}
