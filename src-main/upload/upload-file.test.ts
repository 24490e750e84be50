import { createHash, randomBytes } from 'node:crypto';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RollcallError } from '../contract/errors.ts';
import { InFlight } from './in-flight.ts';
import {
  UploadGoneError,
  type ObjectMeta,
  type ObjectStore,
  type RemoteObject,
  type RemotePart,
  type PartBody,
  type StartedUpload,
} from './object-store.ts';
import { uploadFile, type FileUpload, type MultipartState } from './upload-file.ts';

const MIB = 1024 * 1024;
const md5 = (bytes: Buffer): string => createHash('md5').update(bytes).digest('hex');

/** A bucket in memory whose answers tests can bend. */
class FakeStore implements ObjectStore {
  readonly scheme = 's3';
  readonly bucket = 'b';
  readonly endpoint = null;
  refusesToReplace = true;
  objects = new Map<string, { body: Buffer; etag: string; sha256: string }>();
  uploads = new Map<string, { meta: ObjectMeta; parts: Map<number, Buffer> }>();
  sentParts: number[] = [];
  /** Throws or changes the world before a request. */
  before: (action: string) => unknown = () => undefined;
  hidden = false;
  etagIsMd5 = true;
  checksum: string | null = null;

  async head(key: string): Promise<RemoteObject | null | 'hidden'> {
    await this.before('head');
    if (this.hidden) return 'hidden';
    const found = this.objects.get(key);
    if (found === undefined) return null;
    return {
      sizeBytes: found.body.length,
      etag: found.etag,
      etagIsMd5: this.etagIsMd5,
      versionId: null,
      sha256: found.sha256,
      checksum: this.checksum,
    };
  }
  async put(key: string, body: Buffer, meta: ObjectMeta & { onlyIfAbsent: boolean }): Promise<void> {
    await this.before('put');
    if (meta.onlyIfAbsent && this.objects.has(key))
      throw new RollcallError('UPLOAD_CONFLICT', 'There is one.', 'Move it.');
    this.objects.set(key, { body, etag: md5(body), sha256: meta.sha256 });
  }
  async createMultipart(_key: string, meta: ObjectMeta): Promise<StartedUpload> {
    await this.before('create');
    const id = `u${this.uploads.size + 1}`;
    this.uploads.set(id, { meta, parts: new Map() });
    return { uploadId: id, keepsSha256: false };
  }
  async listParts(_key: string, id: string): Promise<RemotePart[] | null> {
    await this.before('list');
    const upload = this.uploads.get(id);
    if (upload === undefined) return null;
    return [...upload.parts].map(([number, body]) => ({ number, sizeBytes: body.length, etag: md5(body) }));
  }
  async putPart(_key: string, id: string, part: PartBody): Promise<string> {
    await this.before('part');
    const upload = this.uploads.get(id);
    if (upload === undefined) throw new UploadGoneError('gone');
    expect(md5(part.body)).toBe(part.md5);
    upload.parts.set(part.number, part.body);
    this.sentParts.push(part.number);
    return part.md5;
  }
  async completeMultipart(key: string, id: string, parts: readonly { number: number; etag: string }[]): Promise<void> {
    await this.before('complete');
    const upload = this.uploads.get(id);
    if (upload === undefined) throw new UploadGoneError('gone');
    const bodies = parts.map(({ number }) => upload.parts.get(number)!);
    const etag = `${md5(Buffer.concat(bodies.map((body) => Buffer.from(md5(body), 'hex'))))}-${parts.length}`;
    this.objects.set(key, { body: Buffer.concat(bodies), etag, sha256: upload.meta.sha256 });
    this.uploads.delete(id);
    await this.before('completed');
  }
  async abortMultipart(_key: string, id: string): Promise<void> {
    await this.before('abort');
    this.uploads.delete(id);
  }
  presignGet = (): never => {
    throw new Error('not here');
  };
  close = (): void => undefined;
}

let dir: string;
let store: FakeStore;
let saved: MultipartState | null;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'rollcall-upload-'));
  store = new FakeStore();
  saved = null;
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function fileOf(bytes: Buffer): Promise<FileUpload> {
  const path = join(dir, 'f.mp4');
  await writeFile(path, bytes);
  const memory = {
    load: () => saved,
    save: async (state: MultipartState | null) => void (saved = await Promise.resolve(state)),
  };
  return { path, key: 'k', sha256: null, memory, onProgress: () => undefined };
}
const upload = (file: FileUpload, signal = new AbortController().signal) =>
  uploadFile(file, {
    store,
    contact: { made: false },
    inFlight: new InFlight({ requests: 6, bytes: 96 * MIB }),
    retry: { policy: { attempts: 3, firstDelayMs: 1, maxDelayMs: 2 }, signal, onRetry: () => undefined },
  });
const network = (): RollcallError => new RollcallError('UPLOAD_NETWORK', 'Cut.', 'Wait.');

describe('uploadFile', () => {
  const bytes = randomBytes(14 * MIB);

  it('keeps the upload id before any part, and has forgotten it after the proof', async () => {
    store.before = (action) => {
      if (action === 'part')
        expect(saved).toMatchObject({
          upload_id: 'u1',
          bucket: 'b',
          endpoint: null,
          key: 'k',
          part_size_bytes: 5 * MIB,
        });
    };
    const receipt = await upload(await fileOf(bytes));
    expect(store.objects.get('k')!.body.equals(bytes)).toBe(true);
    expect(receipt).toMatchObject({
      path: 's3://b/k',
      size_bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    });
    expect(saved).toBeNull();
  });

  it('repeats one request, not the file, when the network breaks, and goes on in the next run when it stays so', async () => {
    let parts = 0;
    store.before = (action) => {
      if (action === 'part' && ++parts > 2) throw network();
    };
    const file = await fileOf(bytes);
    await expect(upload(file)).rejects.toMatchObject({ code: 'UPLOAD_NETWORK' });
    expect(saved).toMatchObject({ upload_id: 'u1' });
    store.before = () => undefined;
    await upload(file);
    expect(store.sentParts.sort()).toEqual([1, 2, 3]);
  });

  it('finds the object when the answer to Complete was lost', async () => {
    let lost = false;
    store.before = (action) => {
      if (action === 'completed' && !lost) {
        lost = true;
        throw network();
      }
    };
    await upload(await fileOf(bytes));
    expect(store.sentParts).toHaveLength(3);
    expect(lost).toBe(true);
  });

  it('begins anew for other content than the saved upload had, and frees its parts', async () => {
    const file = await fileOf(bytes);
    store.before = (action) => {
      if (action === 'complete') throw network();
    };
    await expect(upload(file)).rejects.toMatchObject({ code: 'UPLOAD_NETWORK' });
    store.before = () => undefined;
    const other = randomBytes(20 * MIB);
    await writeFile(file.path, other);
    await upload(file);
    expect(store.objects.get('k')!.body.equals(other)).toBe(true);
    expect(store.uploads.size).toBe(0);
  });

  it('completes nothing when the file changes meanwhile', async () => {
    const file = await fileOf(bytes);
    let changed = false;
    store.before = async (action) => {
      if (action === 'part' && !changed) {
        changed = true;
        await appendFile(file.path, 'more');
      }
    };
    await expect(upload(file)).rejects.toMatchObject({ code: 'UPLOAD_SOURCE' });
    expect(store.objects.size).toBe(0);
  });

  it('proves by metadata where ETags are not MD5s, and notices an object that is not what was sent', async () => {
    store.etagIsMd5 = false;
    const file = await fileOf(randomBytes(100));
    await upload(file);
    store.objects.clear();
    store.before = (action) => {
      if (action === 'put') throw new RollcallError('UPLOAD_DENIED', 'No.', 'Ask.');
    };
    await expect(upload(file)).rejects.toMatchObject({ code: 'UPLOAD_DENIED' });
    store.before = () => undefined;
    store.put = async (key) =>
      void store.objects.set(key, { body: Buffer.alloc(100), etag: 'x', sha256: await Promise.resolve('y') });
    await expect(upload(file)).rejects.toMatchObject({ code: 'UPLOAD_MISMATCH' });
  });

  it('never replaces an object that it may not look at, and asks for the right to prove its own', async () => {
    store.hidden = true;
    const file = await fileOf(randomBytes(100));
    store.objects.set('k', { body: Buffer.from('theirs'), etag: 'e', sha256: '' });
    await expect(upload(file)).rejects.toMatchObject({ code: 'UPLOAD_CONFLICT' });
    store.objects.clear();
    await expect(upload(file)).rejects.toMatchObject({
      code: 'UPLOAD_DENIED',
      remedy: expect.stringContaining('s3:GetObject'),
    });
    store.objects.clear();
    store.refusesToReplace = false;
    await expect(upload(file)).rejects.toMatchObject({ code: 'UPLOAD_DENIED' });
    expect(store.objects.size).toBe(0);
  });

  it('sends an empty file', async () => {
    expect(await upload(await fileOf(Buffer.alloc(0)))).toMatchObject({ size_bytes: 0 });
  });
});
