import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  type HeadObjectCommandOutput,
} from '@aws-sdk/client-s3';
import type { MiddlewareStack } from '@smithy/types';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { RollcallError } from '../contract/errors.ts';
import type { StoreTarget } from '../contract/settings.ts';
import {
  UploadGoneError,
  type CheckableStore,
  type CompletedPart,
  type ObjectMeta,
  type PresignedUrl,
  type RemoteObject,
  type RemotePart,
  type PartBody,
  type StartedUpload,
} from './object-store.ts';
import type { SendOptions, StoreHttpHandler } from './http-handler.ts';
import { s3ClientConfig } from './s3-client.ts';
import { describeS3Error, type S3Action } from './s3-errors.ts';
import { uploadStopped } from './stopped.ts';

/** What was learnt of endpoints, so that it is asked once. */
const KEEPS_SHA256 = new Map<string, boolean>();

/** A `CheckableStore` on any service that speaks S3. `close` it after use. */
export class S3Store implements CheckableStore {
  readonly scheme = 's3';
  readonly bucket: string;
  readonly endpoint: string | null;
  readonly refusesToReplace: boolean;
  readonly #target: StoreTarget;
  readonly #client: S3Client;
  readonly #http: StoreHttpHandler;
  /** Whether the store makes SHA-256s; null: not known yet. */
  #keepsSha256: boolean | null;

  constructor(target: StoreTarget) {
    this.bucket = target.bucket;
    this.endpoint = target.endpoint;
    this.refusesToReplace = isAws(target.endpoint);
    this.#target = target;
    const config = s3ClientConfig(target);
    this.#http = config.requestHandler;
    this.#keepsSha256 = target.endpoint === null ? true : (KEEPS_SHA256.get(target.endpoint) ?? null);
    this.#client = new S3Client(config);
  }

  wastedBytes(): number {
    return this.#http.wastedBytes();
  }

  async head(key: string, signal: AbortSignal): Promise<RemoteObject | null | 'hidden'> {
    try {
      const found = await this.#client.send(
        new HeadObjectCommand({ Bucket: this.bucket, Key: key, ...this.#checksumMode }),
        {
          abortSignal: signal,
        },
      );
      return remoteObject(found);
    } catch (error) {
      const status = statusOf(error);
      if (status === 404) return null;
      if (status === null || status >= 500) throw this.#failure(error, 'head', signal);
      return this.#probe(key, signal);
    }
  }

  /** HEAD's errors have no body; GET's say which of the causes of a 403, 400 or 301 it is. */
  async #probe(key: string, signal: AbortSignal): Promise<null | 'hidden'> {
    try {
      await this.#client.send(new GetObjectCommand({ Bucket: this.bucket, Key: key, Range: 'bytes=0-0' }), {
        abortSignal: signal,
      });
    } catch (error) {
      if (nameOf(error) === 'NoSuchKey') return null;
      const failure = this.#failure(error, 'head', signal);
      if (failure.code === 'UPLOAD_DENIED') return 'hidden';
      throw failure;
    }
    throw new RollcallError('UPLOAD_BUSY', `The store refused to describe ${key} and then gave it.`, 'Retry later.');
  }

  async put(
    key: string,
    body: Buffer,
    meta: ObjectMeta & { onlyIfAbsent: boolean },
    signal: AbortSignal,
  ): Promise<void> {
    await this.#run('put', signal, () =>
      this.#client.send(
        hashed(
          new PutObjectCommand({
            Bucket: this.bucket,
            Key: key,
            Body: body,
            ContentLength: body.length,
            ContentType: meta.contentType,
            Metadata: { sha256: meta.sha256 },
            ...(meta.md5 === undefined ? {} : { ContentMD5: base64(meta.md5) }),
            ...(this.#keepsSha256 === true ? { ChecksumSHA256: base64(meta.sha256) } : {}),
            ...(meta.onlyIfAbsent ? { IfNoneMatch: '*' } : {}),
          }),
          meta.sha256,
        ),
        { abortSignal: signal },
      ),
    );
  }

  /** Asks for SHA-256s; a store that has none ignores that and does not repeat it in its answer, or refuses it. */
  async createMultipart(key: string, meta: ObjectMeta, signal: AbortSignal): Promise<StartedUpload> {
    try {
      return await this.#create(key, meta, this.#keepsSha256 !== false, signal);
    } catch (error) {
      if (this.#keepsSha256 !== null || !(error instanceof RollcallError) || error.code !== 'UPLOAD_FAILED')
        throw error;
      const started = await this.#create(key, meta, false, signal);
      this.#learn(false);
      return started;
    }
  }

  async #create(key: string, meta: ObjectMeta, withSha256: boolean, signal: AbortSignal): Promise<StartedUpload> {
    const { UploadId, ChecksumAlgorithm } = await this.#run('createMultipart', signal, () =>
      this.#client.send(
        new CreateMultipartUploadCommand({
          Bucket: this.bucket,
          Key: key,
          ContentType: meta.contentType,
          Metadata: { sha256: meta.sha256 },
          ...(withSha256 ? { ChecksumAlgorithm: 'SHA256' } : {}),
        }),
        { abortSignal: signal },
      ),
    );
    const keepsSha256 = withSha256 && ChecksumAlgorithm === 'SHA256';
    if (withSha256) this.#learn(keepsSha256);
    return { uploadId: this.#present(UploadId, 'no upload id'), keepsSha256 };
  }

  #learn(keepsSha256: boolean): void {
    this.#keepsSha256 = keepsSha256;
    if (this.endpoint !== null) KEEPS_SHA256.set(this.endpoint, keepsSha256);
  }

  get #checksumMode(): { ChecksumMode?: 'ENABLED' } {
    return this.#keepsSha256 === true ? { ChecksumMode: 'ENABLED' } : {};
  }

  async openUploads(key: string, signal: AbortSignal): Promise<string[] | 'hidden'> {
    try {
      const { Uploads = [] } = await this.#run('listUploads', signal, () =>
        this.#client.send(new ListMultipartUploadsCommand({ Bucket: this.bucket, Prefix: key }), {
          abortSignal: signal,
        }),
      );
      return Uploads.flatMap(({ Key, UploadId }) => (Key === key && UploadId !== undefined ? [UploadId] : []));
    } catch (error) {
      // Not every store has this question, and not all keys may ask it.
      if (error instanceof RollcallError && (error.code === 'UPLOAD_DENIED' || error.code === 'UPLOAD_FAILED'))
        return 'hidden';
      throw error;
    }
  }

  async listParts(
    key: string,
    uploadId: string,
    signal: AbortSignal,
    only?: number,
  ): Promise<RemotePart[] | null | 'hidden'> {
    const parts: RemotePart[] = [];
    let marker = only === undefined || only === 1 ? undefined : String(only - 1);
    try {
      do {
        const page = await this.#run('listParts', signal, () =>
          this.#client.send(
            new ListPartsCommand({
              Bucket: this.bucket,
              Key: key,
              UploadId: uploadId,
              PartNumberMarker: marker,
              ...(only === undefined ? {} : { MaxParts: 1 }),
            }),
            { abortSignal: signal },
          ),
        );
        for (const part of page.Parts ?? []) {
          const sha256 = part.ChecksumSHA256 === undefined ? {} : { sha256: hex(part.ChecksumSHA256) };
          parts.push({ number: part.PartNumber ?? 0, etag: unquote(part.ETag), sizeBytes: part.Size ?? -1, ...sha256 });
        }
        marker =
          only === undefined && page.IsTruncated === true && page.NextPartNumberMarker !== marker
            ? page.NextPartNumberMarker
            : undefined;
      } while (marker !== undefined);
      return parts;
    } catch (error) {
      if (error instanceof UploadGoneError) return null;
      if (error instanceof RollcallError && error.code === 'UPLOAD_DENIED') return 'hidden';
      throw error;
    }
  }

  async putPart(key: string, uploadId: string, part: PartBody, signal: AbortSignal): Promise<string> {
    const options = { abortSignal: signal, onSent: part.onSent } satisfies SendOptions;
    const { ETag } = await this.#run('putPart', signal, () =>
      this.#client.send(
        hashed(
          new UploadPartCommand({
            Bucket: this.bucket,
            Key: key,
            UploadId: uploadId,
            PartNumber: part.number,
            Body: part.body,
            ContentLength: part.body.length,
            ContentMD5: base64(part.md5),
            ...(part.keepsSha256 ? { ChecksumSHA256: base64(part.sha256) } : {}),
          }),
          part.sha256,
        ),
        options,
      ),
    );
    return this.#present(unquote(ETag), 'no ETag');
  }

  async completeMultipart(
    key: string,
    uploadId: string,
    parts: readonly CompletedPart[],
    options: { onlyIfAbsent: boolean },
    signal: AbortSignal,
  ): Promise<void> {
    if (parts.some(({ sha256 }) => sha256 !== undefined)) this.#learn(true);
    await this.#run('completeMultipart', signal, () =>
      this.#client.send(
        new CompleteMultipartUploadCommand({
          Bucket: this.bucket,
          Key: key,
          UploadId: uploadId,
          MultipartUpload: {
            Parts: parts.map(({ number, etag, sha256 }) => ({
              ...{ PartNumber: number, ETag: `"${etag}"` },
              ...(sha256 === undefined ? {} : { ChecksumSHA256: base64(sha256) }),
            })),
          },
          ...(options.onlyIfAbsent ? { IfNoneMatch: '*' } : {}),
        }),
        { abortSignal: signal },
      ),
    );
  }

  async abortMultipart(key: string, uploadId: string, signal: AbortSignal): Promise<void> {
    try {
      await this.#run('abortMultipart', signal, () =>
        this.#client.send(new AbortMultipartUploadCommand({ Bucket: this.bucket, Key: key, UploadId: uploadId }), {
          abortSignal: signal,
        }),
      );
    } catch (error) {
      if (!(error instanceof UploadGoneError)) throw error;
    }
  }

  async get(key: string, signal: AbortSignal): Promise<Buffer> {
    return this.#run('head', signal, async () => {
      const { Body } = await this.#client.send(new GetObjectCommand({ Bucket: this.bucket, Key: key }), {
        abortSignal: signal,
      });
      return Buffer.from((await Body?.transformToByteArray()) ?? []);
    });
  }

  async remove(key: string, signal: AbortSignal): Promise<void> {
    await this.#run('remove', signal, () =>
      this.#client.send(new DeleteObjectCommand({ Bucket: this.bucket, Key: key }), { abortSignal: signal }),
    );
  }

  clockOffsetMs(): number {
    return this.#client.config.systemClockOffset;
  }

  async presignGet(key: string, seconds: number): Promise<PresignedUrl> {
    try {
      // The clock as the store's answers corrected it.
      const signingDate = new Date(Date.now() + this.#client.config.systemClockOffset);
      const { expiration } = await this.#client.config.credentials();
      const url = await getSignedUrl(this.#client, new GetObjectCommand({ Bucket: this.bucket, Key: key }), {
        expiresIn: seconds,
        signingDate,
      });
      const expiresMs = Math.min(signingDate.getTime() + seconds * 1000, expiration?.getTime() ?? Infinity);
      return { url, expiresAt: new Date(expiresMs).toISOString() };
    } catch (error) {
      throw describeS3Error(error, this.#target, 'presign');
    }
  }

  close(): void {
    this.#client.destroy();
  }

  async #run<T>(action: S3Action, signal: AbortSignal, send: () => Promise<T>): Promise<T> {
    try {
      return await send();
    } catch (error) {
      if (isUnknownUpload(error, action)) throw new UploadGoneError('The store does not know this multipart upload.');
      throw this.#failure(error, action, signal);
    }
  }

  #failure(error: unknown, action: S3Action, signal: AbortSignal): RollcallError {
    if (signal.aborted) return uploadStopped();
    return describeS3Error(error, this.#target, action);
  }

  #present(value: string | undefined, what: string): string {
    if (value !== undefined && value !== '') return value;
    throw new RollcallError(
      'UPLOAD_BUSY',
      `The bucket "${this.bucket}" answered with ${what}.`,
      'Retry later; the endpoint may not be an S3 service.',
    );
  }
}

/** Ceph has another word for it when parts are listed. */
const isUnknownUpload = (error: unknown, action: S3Action): boolean =>
  nameOf(error) === 'NoSuchUpload' || (action === 'listParts' && nameOf(error) === 'NoSuchKey');

/** A request whose signature covers a hash of its body that is known already: the SDK would hash it once more. */
function hashed<Input extends object, Output extends object, Command>(
  command: Command & { middlewareStack: MiddlewareStack<Input, Output> },
  sha256: string,
): Command {
  command.middlewareStack.add(
    (next) => (args) => {
      const { headers } = args.request as { headers: Record<string, string> };
      headers['x-amz-content-sha256'] = sha256;
      return next(args);
    },
    { step: 'build', name: 'knownPayloadHash' },
  );
  return command;
}

function remoteObject(found: HeadObjectCommandOutput): RemoteObject {
  const etag = unquote(found.ETag);
  const ownKey = found.SSECustomerAlgorithm !== undefined || (found.ServerSideEncryption ?? '').startsWith('aws:kms');
  return {
    sizeBytes: found.ContentLength ?? -1,
    etag,
    etagIsMd5: !ownKey && /^[0-9a-f]{32}(-\d+)?$/.test(etag),
    versionId: found.VersionId ?? null,
    sha256: found.Metadata?.['sha256'] ?? null,
    // What covers the whole of a multipart object at once is no SHA-256 by S3's rules.
    checksum: found.ChecksumType === 'FULL_OBJECT' && etag.includes('-') ? null : (found.ChecksumSHA256 ?? null),
  };
}

/** Conditional writes are there, and kept, in AWS itself. */
const isAws = (endpoint: string | null): boolean =>
  endpoint === null || /(^|\.)amazonaws\.com(\.cn)?$/.test(URL.canParse(endpoint) ? new URL(endpoint).hostname : '');

const unquote = (etag: string | undefined): string => (etag ?? '').replaceAll('"', '');
const base64 = (digest: string): string => Buffer.from(digest, 'hex').toString('base64');
const hex = (digest: string): string => Buffer.from(digest, 'base64').toString('hex');
const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '');

function statusOf(error: unknown): number | null {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return null;
  const metadata = error.$metadata;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return null;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : null;
}
