import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { access, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { S3Error } from './errors.ts';

export interface StoredObject {
  key: string;
  size: number;
  /** Without quotes. */
  etag: string;
  modified: string;
  headers: Record<string, string>;
  /** SHA-256, base64; `-N`: of N parts' own. Absent: it was sent without. */
  checksum?: string;
}

export interface Part {
  partNumber: number;
  size: number;
  etag: string;
  modified: string;
  /** Base64, where the upload has checksums. */
  sha256?: string;
}

export interface Written {
  path: string;
  size: number;
  md5: Buffer;
  sha256: string;
}

/** What is known of an unfinished multipart upload. */
interface Upload {
  key: string;
  headers: Record<string, string>;
  withSha256: boolean;
}

/** S3 refuses smaller parts, but for the last one. */
const MIN_PART_BYTES = 5 * 1024 * 1024;

const nameOf = (key: string): string => createHash('sha256').update(key).digest('hex');
const md5 = (data: Buffer): string => createHash('md5').update(data).digest('hex');

/** The SHA-256 of the parts' own, and their number. */
function compositeChecksum(parts: readonly Part[]): string {
  const all = Buffer.concat(parts.map(({ sha256 = '' }) => Buffer.from(sha256, 'base64')));
  return `${createHash('sha256').update(all).digest('base64')}-${parts.length}`;
}

/**
 * Buckets, objects and unfinished multipart uploads in a folder: `BUCKET/objects/HASH` with `HASH.json` beside it,
 * `BUCKET/uploads/ID/NUMBER`. Keys never become paths.
 */
export class Disk {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  #bucket(bucket: string, ...rest: string[]): string {
    if (!/^[a-z0-9][a-z0-9.-]{1,62}$/.test(bucket))
      throw new S3Error('NoSuchBucket', 'The specified bucket is not valid.');
    return join(this.#root, bucket, ...rest);
  }

  async createBucket(bucket: string): Promise<void> {
    const made = await mkdir(this.#bucket(bucket, 'objects'), { recursive: true });
    if (made === undefined) {
      throw new S3Error('BucketAlreadyOwnedByYou', 'Your previous request to create the named bucket succeeded.');
    }
  }

  async expectBucket(bucket: string): Promise<void> {
    await access(this.#bucket(bucket, 'objects')).catch(() => {
      throw new S3Error('NoSuchBucket', 'The specified bucket does not exist', { BucketName: bucket });
    });
  }

  async buckets(): Promise<string[]> {
    return (await readdir(this.#root)).sort();
  }

  /** A body in a file of its own, with its digests: it becomes an object or a part once it has been checked. */
  async receive(bucket: string, body: Readable): Promise<Written> {
    const folder = this.#bucket(bucket, 'incoming');
    await mkdir(folder, { recursive: true });
    const path = join(folder, randomUUID());
    const digests = { md5: createHash('md5'), sha256: createHash('sha256') };
    let size = 0;
    const meter = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        size += chunk.length;
        digests.md5.update(chunk);
        digests.sha256.update(chunk);
        done(null, chunk);
      },
    });
    try {
      await pipeline(body, meter, createWriteStream(path));
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
    return { path, size, md5: digests.md5.digest(), sha256: digests.sha256.digest('hex') };
  }

  async #store(bucket: string, written: { path: string; size: number }, object: StoredObject): Promise<StoredObject> {
    const path = this.#bucket(bucket, 'objects', nameOf(object.key));
    await writeFile(`${path}.json.new`, JSON.stringify(object));
    await rename(written.path, path);
    await rename(`${path}.json.new`, `${path}.json`);
    return object;
  }

  put(
    bucket: string,
    key: string,
    written: Written,
    headers: Record<string, string>,
    checksum?: string,
  ): Promise<StoredObject> {
    const etag = written.md5.toString('hex');
    const modified = new Date().toISOString();
    const object = { key, size: written.size, etag, modified, headers };
    return this.#store(bucket, written, checksum === undefined ? object : { ...object, checksum });
  }

  async head(bucket: string, key: string): Promise<StoredObject> {
    await this.expectBucket(bucket);
    const object = await this.find(bucket, key);
    if (!object) throw new S3Error('NoSuchKey', 'The specified key does not exist.', { Key: key });
    return object;
  }

  async find(bucket: string, key: string): Promise<StoredObject | null> {
    const text = await readFile(`${this.#bucket(bucket, 'objects', nameOf(key))}.json`, 'utf8').catch(() => null);
    return text === null ? null : (JSON.parse(text) as StoredObject);
  }

  read(bucket: string, key: string, range: { start: number; end: number } | undefined): Readable {
    return createReadStream(this.#bucket(bucket, 'objects', nameOf(key)), range);
  }

  async remove(bucket: string, key: string): Promise<void> {
    const path = this.#bucket(bucket, 'objects', nameOf(key));
    await Promise.all([rm(path, { force: true }), rm(`${path}.json`, { force: true })]);
  }

  /** All objects of a bucket whose key begins with `prefix`, in the order of their keys' bytes. */
  async list(bucket: string, prefix: string): Promise<StoredObject[]> {
    await this.expectBucket(bucket);
    const folder = this.#bucket(bucket, 'objects');
    const names = (await readdir(folder)).filter((name) => name.endsWith('.json'));
    const objects = await Promise.all(
      names.map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8')) as StoredObject),
    );
    return objects
      .filter(({ key }) => key.startsWith(prefix))
      .sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
  }

  async createUpload(
    bucket: string,
    key: string,
    headers: Record<string, string>,
    withSha256: boolean,
  ): Promise<string> {
    await this.expectBucket(bucket);
    const id = randomUUID();
    await mkdir(this.#bucket(bucket, 'uploads', id), { recursive: true });
    await writeFile(this.#bucket(bucket, 'uploads', id, 'upload.json'), JSON.stringify({ key, headers, withSha256 }));
    return id;
  }

  async #upload(bucket: string, key: string, id: string): Promise<Upload> {
    const text = /^[0-9a-f-]{36}$/.test(id)
      ? await readFile(this.#bucket(bucket, 'uploads', id, 'upload.json'), 'utf8').catch(() => null)
      : null;
    const upload = text === null ? null : (JSON.parse(text) as Upload);
    if (upload?.key !== key) {
      throw new S3Error('NoSuchUpload', 'The specified upload does not exist.', { UploadId: id });
    }
    return upload;
  }

  /** @param sha256 as the request said it, and as it was checked. */
  async putPart(
    bucket: string,
    key: string,
    id: string,
    partNumber: number,
    written: Written,
    sha256?: string,
  ): Promise<Part> {
    const { withSha256 } = await this.#upload(bucket, key, id);
    if (withSha256 && sha256 === undefined)
      throw new S3Error('InvalidRequest', 'Checksum Type mismatch occurred, expected checksum Type: sha256');
    if (!Number.isInteger(partNumber) || partNumber < 1 || partNumber > 10_000) {
      throw new S3Error('InvalidArgument', 'Part number must be an integer between 1 and 10000, inclusive');
    }
    const part = {
      partNumber,
      size: written.size,
      etag: written.md5.toString('hex'),
      modified: new Date().toISOString(),
      ...(withSha256 && sha256 !== undefined ? { sha256 } : {}),
    };
    const path = this.#bucket(bucket, 'uploads', id, String(partNumber));
    await rename(written.path, path);
    await writeFile(`${path}.json`, JSON.stringify(part));
    return part;
  }

  async parts(bucket: string, key: string, id: string): Promise<Part[]> {
    await this.#upload(bucket, key, id);
    const folder = this.#bucket(bucket, 'uploads', id);
    const names = (await readdir(folder)).filter((name) => /^\d+\.json$/.test(name));
    const parts = await Promise.all(
      names.map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8')) as Part),
    );
    return parts.sort((a, b) => a.partNumber - b.partNumber);
  }

  async uploads(bucket: string): Promise<{ key: string; id: string }[]> {
    const ids = await readdir(this.#bucket(bucket, 'uploads')).catch(() => []);
    return Promise.all(
      ids.map(async (id) => {
        const text = await readFile(this.#bucket(bucket, 'uploads', id, 'upload.json'), 'utf8');
        return { id, key: (JSON.parse(text) as { key: string }).key };
      }),
    );
  }

  async abort(bucket: string, key: string, id: string): Promise<void> {
    await this.#upload(bucket, key, id);
    await rm(this.#bucket(bucket, 'uploads', id), { recursive: true });
  }

  async complete(
    bucket: string,
    key: string,
    id: string,
    wanted: { partNumber: number; etag: string; sha256?: string | undefined }[],
  ): Promise<StoredObject> {
    const { headers, withSha256 } = await this.#upload(bucket, key, id);
    const parts = await this.parts(bucket, key, id);
    const chosen = wanted.map(({ partNumber, etag, sha256 }, index) => {
      if (partNumber <= (wanted[index - 1]?.partNumber ?? 0)) {
        throw new S3Error('InvalidPartOrder', 'The list of parts was not in ascending order.');
      }
      const part = parts.find((candidate) => candidate.partNumber === partNumber && candidate.etag === etag);
      if (!part) throw new S3Error('InvalidPart', `Part ${partNumber} with ETag "${etag}" could not be found.`);
      if (part.sha256 !== sha256)
        throw new S3Error('InvalidPart', `The checksum of part ${partNumber} is not the one it was sent with.`);
      if (part.size < MIN_PART_BYTES && index < wanted.length - 1) {
        throw new S3Error('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size');
      }
      return part;
    });
    const folder = this.#bucket(bucket, 'uploads', id);
    async function* bytes(): AsyncGenerator<Buffer> {
      for (const { partNumber } of chosen)
        yield* createReadStream(join(folder, String(partNumber))) as AsyncIterable<Buffer>;
    }
    const path = join(folder, 'whole');
    await pipeline(bytes, createWriteStream(path));
    const size = chosen.reduce((sum, part) => sum + part.size, 0);
    const etag = `${md5(Buffer.concat(chosen.map((part) => Buffer.from(part.etag, 'hex'))))}-${chosen.length}`;
    const object = await this.#store(
      bucket,
      { path, size },
      {
        ...{ key, size, etag, modified: new Date().toISOString(), headers },
        ...(withSha256 ? { checksum: compositeChecksum(chosen) } : {}),
      },
    );
    await rm(folder, { recursive: true });
    return object;
  }
}
