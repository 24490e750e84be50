import {
  BlobSASPermissions,
  ContainerClient,
  StorageSharedKeyCredential,
  generateBlobSASQueryParameters,
  type BlockBlobClient,
} from '@azure/storage-blob';
import { createHash, randomBytes } from 'node:crypto';
import { RollcallError } from '../contract/errors.ts';
import type { StoreTarget } from '../contract/settings.ts';
import { azureCode, azureHeader, describeAzureError, type AzureAction } from './azure-errors.ts';
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
import { uploadStopped } from './stopped.ts';

/** Without a byte sent: the SDK has no such limit of its own. */
const IDLE_TIMEOUT_MS = 120_000;
/** Clocks differ: a link begins to be valid so much before now. */
const LINK_STARTS_BEFORE_MS = 5 * 60_000;

/** What an answer to HEAD may be taken for, for want of a code. */
const UNCLEAR: ReadonlySet<string> = new Set(['UPLOAD_FAILED', 'UPLOAD_DENIED', 'UPLOAD_CREDENTIALS']);

/** The transfer options that all requests share. */
interface Call {
  abortSignal: AbortSignal;
  onProgress: () => void;
}

/**
 * A container of Azure's Blob service. A multipart upload is a set of uncommitted blocks, which the service keeps for a
 * week: a block's id holds the upload's id, the part's number and its MD5, so that the list of blocks says what is there.
 * `credentials.key` is the storage account, `credentials.secret` one of its access keys. `close` it after use.
 */
export class AzureStore implements CheckableStore {
  readonly scheme = 'azure';
  readonly bucket: string;
  readonly refusesToReplace = true;
  readonly endpoint: string | null;
  readonly #target: StoreTarget;
  readonly #container: ContainerClient;
  readonly #credential: StorageSharedKeyCredential;
  #clockOffsetMs = 0;

  constructor(target: StoreTarget) {
    this.bucket = target.bucket;
    this.endpoint = target.endpoint;
    this.#target = target;
    const { key, secret } = accountKey(target);
    this.#credential = new StorageSharedKeyCredential(key, secret);
    const service = (target.endpoint ?? `https://${key}.blob.core.windows.net`).replace(/\/+$/, '');
    this.#container = new ContainerClient(`${service}/${encodeURIComponent(target.bucket)}`, this.#credential, {
      // The upload engine repeats requests itself, so that each attempt is seen.
      retryOptions: { maxTries: 1 },
    });
  }

  async head(key: string, signal: AbortSignal): Promise<RemoteObject | null> {
    try {
      const found = await this.#run('read', signal, ({ abortSignal }) =>
        this.#blob(key).getProperties({ abortSignal }),
      );
      return {
        sizeBytes: found.contentLength ?? -1,
        etag: unquote(found.etag),
        etagIsMd5: false,
        versionId: found.versionId ?? null,
        sha256: found.metadata?.['sha256'] ?? null,
        checksum: null,
      };
    } catch (error) {
      if (error instanceof NotThere) return null;
      if (!(error instanceof RollcallError) || !UNCLEAR.has(error.code)) throw error;
      return this.#probe(key, signal);
    }
  }

  /** Answers to HEAD have no body and not always a code; those to GET say what is wrong. */
  async #probe(key: string, signal: AbortSignal): Promise<null> {
    try {
      await this.#run('read', signal, ({ abortSignal }) => this.#blob(key).download(0, 1, { abortSignal }));
    } catch (error) {
      if (error instanceof NotThere) return null;
      throw error;
    }
    throw new RollcallError('UPLOAD_BUSY', `The store refused to describe ${key} and then gave it.`, 'Retry later.');
  }

  async put(
    key: string,
    body: Buffer,
    meta: ObjectMeta & { onlyIfAbsent: boolean },
    signal: AbortSignal,
  ): Promise<void> {
    await this.#run('write', signal, (call) =>
      this.#blob(key).upload(body, body.length, {
        ...call,
        ...properties(meta, meta.md5),
        conditions: meta.onlyIfAbsent ? { ifNoneMatch: '*' } : {},
      }),
    );
  }

  /** Nothing is asked: an upload exists with its first block. */
  createMultipart(): Promise<StartedUpload> {
    return Promise.resolve({ uploadId: randomBytes(8).toString('hex'), keepsSha256: false });
  }

  async listParts(key: string, uploadId: string, signal: AbortSignal): Promise<RemotePart[]> {
    try {
      const { uncommittedBlocks = [] } = await this.#run('list', signal, ({ abortSignal }) =>
        this.#blob(key).getBlockList('uncommitted', { abortSignal }),
      );
      return uncommittedBlocks.flatMap(({ name, size }) => {
        const part = partOf(name, uploadId);
        return part === null ? [] : [{ ...part, sizeBytes: size }];
      });
    } catch (error) {
      if (error instanceof NotThere) return [];
      throw error;
    }
  }

  async putPart(key: string, uploadId: string, part: PartBody, signal: AbortSignal): Promise<string> {
    await this.#run('write', signal, (call) =>
      this.#blob(key).stageBlock(blockId(uploadId, part.number, part.md5), part.body, part.body.length, {
        ...call,
        transactionalContentMD5: Buffer.from(part.md5, 'hex'),
        ...(part.onSent ? { onProgress: ({ loadedBytes }) => part.onSent?.(loadedBytes) } : {}),
      }),
    );
    return part.md5;
  }

  async completeMultipart(
    key: string,
    uploadId: string,
    parts: readonly CompletedPart[],
    options: { onlyIfAbsent: boolean; meta: ObjectMeta },
    signal: AbortSignal,
  ): Promise<void> {
    const blocks = parts.map(({ number, etag }) => blockId(uploadId, number, etag));
    try {
      await this.#run('write', signal, ({ abortSignal }) =>
        this.#blob(key).commitBlockList(blocks, {
          abortSignal,
          ...properties(options.meta),
          // The service can always refuse to replace a blob, so it is always asked to.
          conditions: { ifNoneMatch: '*' },
        }),
      );
    } catch (error) {
      // The blocks are gone: committed by a request whose answer was lost, or after their week.
      if (
        error instanceof RollcallError &&
        error.cause instanceof Error &&
        azureCode(error.cause) === 'InvalidBlockList'
      )
        throw new UploadGoneError('The store does not have all blocks of this upload.');
      throw error;
    }
  }

  /** The service has no such request: blocks that are not committed are removed by themselves after a week. */
  abortMultipart(): Promise<void> {
    return Promise.resolve();
  }

  get(key: string, signal: AbortSignal): Promise<Buffer> {
    return this.#run('read', signal, ({ abortSignal }) =>
      this.#blob(key).downloadToBuffer(0, undefined, { abortSignal }),
    );
  }

  async remove(key: string, signal: AbortSignal): Promise<void> {
    await this.#run('delete', signal, ({ abortSignal }) => this.#blob(key).deleteIfExists({ abortSignal }));
  }

  clockOffsetMs(): number {
    return this.#clockOffsetMs;
  }

  /** A shared access signature for one blob, read only. */
  presignGet(key: string, seconds: number): Promise<PresignedUrl> {
    // The clock as the service's answers corrected it.
    const now = Date.now() + this.#clockOffsetMs;
    // The service knows whole seconds.
    const expiresOn = new Date(Math.floor(now / 1000) * 1000 + seconds * 1000);
    const query = generateBlobSASQueryParameters(
      {
        containerName: this.bucket,
        blobName: key,
        permissions: BlobSASPermissions.parse('r'),
        startsOn: new Date(now - LINK_STARTS_BEFORE_MS),
        expiresOn,
      },
      this.#credential,
    );
    return Promise.resolve({ url: `${this.#blob(key).url}?${query.toString()}`, expiresAt: expiresOn.toISOString() });
  }

  close(): void {
    // The SDK's connections are shared and end by themselves.
  }

  #blob(key: string): BlockBlobClient {
    return this.#container.getBlockBlobClient(key);
  }

  async #run<T>(action: AzureAction, signal: AbortSignal, send: (call: Call) => Promise<T>): Promise<T> {
    const idle = new AbortController();
    let timer = setTimeout(() => idle.abort(), IDLE_TIMEOUT_MS);
    const onProgress = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => idle.abort(), IDLE_TIMEOUT_MS);
    };
    try {
      const answer = await send({ abortSignal: AbortSignal.any([signal, idle.signal]), onProgress });
      this.#learnClock(dateOf(answer));
      return answer;
    } catch (error) {
      throw this.#failure(error, action, signal.aborted, idle.signal.aborted);
    } finally {
      clearTimeout(timer);
    }
  }

  #failure(error: unknown, action: AzureAction, stopped: boolean, idle: boolean): Error {
    if (stopped) return uploadStopped();
    this.#learnClock(headerDateOf(error));
    if (azureCode(error) === 'BlobNotFound') return new NotThere('The container has no such blob.');
    const cause = idle ? Object.assign(new Error('The connection timed out'), { name: 'TimeoutError' }) : error;
    const described = describeAzureError(cause, this.#target, action, this.#clockOffsetMs);
    return azureCode(error) === 'InvalidBlockList'
      ? new RollcallError(described.code, described.message, described.remedy, {
          details: described.details,
          cause: error,
        })
      : described;
  }

  #learnClock(serverDate: Date | null): void {
    // Whole seconds on one side, and the way there and back: less than that is no difference.
    const offset = serverDate === null ? 0 : serverDate.getTime() - Date.now();
    if (serverDate !== null) this.#clockOffsetMs = Math.abs(offset) > 60_000 ? offset : 0;
  }
}

/** The blob or its blocks are not there. */
class NotThere extends Error {
  override readonly name = 'NotThere';
}

function accountKey({ credentials, bucket }: StoreTarget): { key: string; secret: string } {
  if (credentials.kind === 'static' && credentials.secret !== '') return credentials;
  throw new RollcallError(
    'UPLOAD_CREDENTIALS',
    credentials.kind === 'static'
      ? `The access key of the storage account ${credentials.key} cannot be decrypted on this computer: its keyring is locked or was replaced.`
      : `There are no credentials for the container "${bucket}".`,
    'Enter the storage account as credentials.key and one of its access keys as credentials.secret.',
  );
}

const properties = (meta: ObjectMeta, md5?: string) => ({
  blobHTTPHeaders: {
    blobContentType: meta.contentType,
    ...(md5 === undefined ? {} : { blobContentMD5: Buffer.from(md5, 'hex') }),
  },
  metadata: { sha256: meta.sha256 },
});

/** All ids of a blob have the same length, at most 64 bytes before encoding. */
const blockId = (uploadId: string, number: number, md5: string): string =>
  Buffer.from(`${shortId(uploadId)}-${String(number).padStart(5, '0')}-${md5}`).toString('base64');

const shortId = (uploadId: string): string =>
  /^[0-9a-f]{16}$/.test(uploadId) ? uploadId : createHash('sha256').update(uploadId).digest('hex').slice(0, 16);

function partOf(name: string, uploadId: string): CompletedPart | null {
  const [, id, number, md5] =
    /^([0-9a-f]{16})-(\d{5})-([0-9a-f]{32})$/.exec(Buffer.from(name, 'base64').toString()) ?? [];
  if (id !== shortId(uploadId) || number === undefined || md5 === undefined) return null;
  return { number: Number(number), etag: md5 };
}

const unquote = (etag: string | undefined): string => (etag ?? '').replaceAll('"', '');

function dateOf(answer: unknown): Date | null {
  if (typeof answer !== 'object' || answer === null || !('date' in answer)) return null;
  return answer.date instanceof Date ? answer.date : null;
}

function headerDateOf(error: unknown): Date | null {
  const date = new Date(azureHeader(error, 'date') ?? '');
  return Number.isNaN(date.getTime()) ? null : date;
}
