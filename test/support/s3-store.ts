import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { decodeAwsChunked } from './s3/chunked.ts';
import { Disk, type StoredObject, type Written } from './s3/disk.ts';
import { S3Error, xmlDocument, type XmlNode } from './s3/errors.ts';
import { UNSIGNED, verifySignature, type Identity } from './s3/sigv4.ts';
import type { ObjectStore } from './swift.ts';

export interface S3StoreOptions {
  /** Where objects are kept; a temporary folder, removed by `close`, where not given. */
  dir?: string;
  /** Buckets that are there from the start. */
  buckets?: string[];
  port?: number;
  identity?: Identity;
  /** What it does when it is asked for SHA-256 checksums: has them, knows nothing of them, refuses. */
  checksums?: Checksums;
}

export type Checksums = 'kept' | 'ignored' | 'refused';

export interface S3Store extends ObjectStore {
  dir: string;
}

const CHUNKED_UNSIGNED = 'STREAMING-UNSIGNED-PAYLOAD-TRAILER';

/** What a request asks for, taken apart; the bucket and key are decoded. */
interface Call {
  request: IncomingMessage;
  url: URL;
  bucket: string;
  key: string;
  query: URLSearchParams;
  payloadHash: string;
  checksums: Checksums;
}

interface Reply {
  status: number;
  headers?: Record<string, string>;
  body?: string | Readable;
}

const xml = (root: string, content: XmlNode): Reply => ({
  status: 200,
  headers: { 'content-type': 'application/xml' },
  body: xmlDocument(root, content),
});

const quoted = (etag: string): string => `"${etag}"`;

/** Headers that an object keeps and gives back. */
const keptHeaders = ({ request }: Call): Record<string, string> =>
  Object.fromEntries(
    Object.entries(request.headers).filter(
      (entry): entry is [string, string] =>
        typeof entry[1] === 'string' &&
        (/^(content-type|content-disposition|cache-control)$/.test(entry[0]) || entry[0].startsWith('x-amz-meta-')),
    ),
  );

async function readText(call: Call): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of call.request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const sha256 = createHash('sha256').update(body).digest('hex');
  if (call.payloadHash !== UNSIGNED && call.payloadHash !== sha256) {
    throw new S3Error(
      'XAmzContentSHA256Mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
  }
  return body.toString();
}

/** The SHA-256 that a request says its body has, base64, where this store looks at it. */
function claimedSha256({ request, checksums }: Call): string | undefined {
  const claimed = request.headers['x-amz-checksum-sha256'];
  if (checksums === 'refused' && claimed !== undefined)
    throw new S3Error('NotImplemented', 'x-amz-checksum-sha256 is not implemented');
  return checksums === 'kept' && typeof claimed === 'string' ? claimed : undefined;
}

/** Receives an object's or part's bytes and checks them against everything that the request says of them. */
async function receive(disk: Disk, call: Call): Promise<Written> {
  const { request, payloadHash } = call;
  if (payloadHash.startsWith('STREAMING-') && payloadHash !== CHUNKED_UNSIGNED) {
    throw new S3Error('NotImplemented', `${payloadHash} is not implemented`);
  }
  const chunked = payloadHash === CHUNKED_UNSIGNED;
  const body: Readable = chunked ? request.pipe(decodeAwsChunked()) : request;
  const written = await disk.receive(call.bucket, body);
  try {
    const length = request.headers[chunked ? 'x-amz-decoded-content-length' : 'content-length'];
    if (length !== undefined && Number(length) !== written.size) {
      throw new S3Error('IncompleteBody', `${written.size} bytes came of ${String(length)}`);
    }
    if (/^[0-9a-f]{64}$/.test(payloadHash) && payloadHash !== written.sha256) {
      throw new S3Error(
        'XAmzContentSHA256Mismatch',
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
      );
    }
    const sha256 = claimedSha256(call);
    if (sha256 !== undefined && sha256 !== Buffer.from(written.sha256, 'hex').toString('base64')) {
      throw new S3Error('BadDigest', 'The SHA256 you specified did not match the calculated checksum.');
    }
    const md5 = request.headers['content-md5'];
    if (md5 !== undefined && md5 !== written.md5.toString('base64')) {
      throw new S3Error('BadDigest', 'The Content-MD5 you specified did not match what we received.');
    }
    return written;
  } catch (error) {
    await rm(written.path, { force: true });
    throw error;
  }
}

/** `bytes=a-b`, `bytes=a-` or `bytes=-n` of a size; undefined for no (or an unreadable) range, as HTTP says. */
function parseRange(text: string | undefined, size: number): { start: number; end: number } | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(text ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  const start = match[1] === '' ? Math.max(0, size - Number(match[2])) : Number(match[1]);
  const end = match[1] === '' || match[2] === '' ? size - 1 : Math.min(size - 1, Number(match[2]));
  if (start > end) throw new S3Error('InvalidRange', 'The requested range is not satisfiable');
  return { start, end };
}

async function getObject(disk: Disk, call: Call, withBody: boolean): Promise<Reply> {
  const { bucket, key, query, request } = call;
  const object: StoredObject = await disk.head(bucket, key);
  const range = parseRange(request.headers.range, object.size);
  const overrides = [...query].flatMap(([name, value]) =>
    name.startsWith('response-') ? [[name.slice('response-'.length), value] as const] : [],
  );
  const length = range ? range.end - range.start + 1 : object.size;
  return {
    status: range ? 206 : 200,
    headers: {
      'content-type': 'application/octet-stream',
      ...object.headers,
      ...Object.fromEntries(overrides),
      'content-length': String(length),
      'accept-ranges': 'bytes',
      etag: quoted(object.etag),
      'last-modified': new Date(object.modified).toUTCString(),
      ...(object.checksum !== undefined && request.headers['x-amz-checksum-mode'] === 'ENABLED'
        ? {
            'x-amz-checksum-sha256': object.checksum,
            'x-amz-checksum-type': object.checksum.includes('-') ? 'COMPOSITE' : 'FULL_OBJECT',
          }
        : {}),
      ...(range ? { 'content-range': `bytes ${range.start}-${range.end}/${object.size}` } : {}),
    },
    ...(withBody && length > 0 ? { body: disk.read(bucket, key, range) } : {}),
  };
}

async function putObject(disk: Disk, call: Call): Promise<Reply> {
  const { bucket, key, query, request } = call;
  await disk.expectBucket(bucket);
  const uploadId = query.get('uploadId');
  if (uploadId !== null) {
    const written = await receive(disk, call);
    const part = await disk.putPart(
      bucket,
      key,
      uploadId,
      Number(query.get('partNumber')),
      written,
      claimedSha256(call),
    );
    return { status: 200, headers: { etag: quoted(part.etag) } };
  }
  if (request.headers['if-none-match'] === '*' && (await disk.find(bucket, key))) {
    throw new S3Error('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold');
  }
  if (request.headers['x-amz-copy-source']) throw new S3Error('NotImplemented', 'Copying is not implemented');
  const object = await disk.put(bucket, key, await receive(disk, call), keptHeaders(call), claimedSha256(call));
  return { status: 200, headers: { etag: quoted(object.etag) } };
}

async function postObject(disk: Disk, call: Call): Promise<Reply> {
  const { bucket, key, query } = call;
  const uploadId = query.get('uploadId');
  if (query.has('uploads')) {
    const asked = call.request.headers['x-amz-checksum-algorithm'];
    if (asked !== undefined && call.checksums === 'refused')
      throw new S3Error('NotImplemented', 'x-amz-checksum-algorithm is not implemented');
    const withSha256 = asked === 'SHA256' && call.checksums === 'kept';
    const id = await disk.createUpload(bucket, key, keptHeaders(call), withSha256);
    const answer = xml('InitiateMultipartUploadResult', { Bucket: bucket, Key: key, UploadId: id });
    return withSha256 ? { ...answer, headers: { ...answer.headers, 'x-amz-checksum-algorithm': 'SHA256' } } : answer;
  }
  if (uploadId === null) throw new S3Error('MethodNotAllowed', 'The specified method is not allowed here.');
  const body = await readText(call);
  const parts = [...body.matchAll(/<Part>([\s\S]*?)<\/Part>/g)].map(([, part = '']) => ({
    partNumber: Number(/<PartNumber>\s*(\d+)/.exec(part)?.[1]),
    etag: /<ETag>\s*(?:"|&quot;|&#34;)?([0-9a-f]+)/.exec(part)?.[1] ?? '',
    sha256: /<ChecksumSHA256>\s*([A-Za-z0-9+/=]+)/.exec(part)?.[1],
  }));
  if (parts.length === 0) throw new S3Error('MalformedXML', 'The XML you provided was not well-formed.');
  const object = await disk.complete(bucket, key, uploadId, parts);
  return xml('CompleteMultipartUploadResult', { Bucket: bucket, Key: key, ETag: quoted(object.etag) });
}

async function listParts(disk: Disk, { bucket, key, query }: Call, uploadId: string): Promise<Reply> {
  const after = Number(query.get('part-number-marker') ?? 0);
  const max = Number(query.get('max-parts') ?? 1000);
  const rest = (await disk.parts(bucket, key, uploadId)).filter(({ partNumber }) => partNumber > after);
  const parts = rest.slice(0, max);
  return xml('ListPartsResult', {
    Bucket: bucket,
    Key: key,
    UploadId: uploadId,
    MaxParts: max,
    IsTruncated: rest.length > max,
    NextPartNumberMarker: parts.at(-1)?.partNumber ?? 0,
    Part: parts.map((part) => ({
      PartNumber: part.partNumber,
      ETag: quoted(part.etag),
      Size: part.size,
      LastModified: part.modified,
      ChecksumSHA256: part.sha256,
    })),
  });
}

async function listObjects(disk: Disk, { bucket, query }: Call): Promise<Reply> {
  const prefix = query.get('prefix') ?? '';
  const after = query.get('continuation-token') ?? query.get('start-after') ?? '';
  const max = Number(query.get('max-keys') ?? 1000);
  const rest = (await disk.list(bucket, prefix)).filter(
    ({ key }) => Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0,
  );
  const page = rest.slice(0, max);
  const truncated = rest.length > max;
  return xml('ListBucketResult', {
    Name: bucket,
    Prefix: prefix,
    KeyCount: page.length,
    MaxKeys: max,
    IsTruncated: truncated,
    NextContinuationToken: truncated ? page.at(-1)?.key : undefined,
    Contents: page.map((object) => ({
      Key: object.key,
      LastModified: object.modified,
      ETag: quoted(object.etag),
      Size: object.size,
      StorageClass: 'STANDARD',
    })),
  });
}

async function bucketCall(disk: Disk, call: Call): Promise<Reply> {
  const { bucket, query, request } = call;
  if (bucket === '')
    return xml('ListAllMyBucketsResult', { Buckets: { Bucket: (await disk.buckets()).map((Name) => ({ Name })) } });
  switch (request.method) {
    case 'PUT':
      await disk.createBucket(bucket);
      return { status: 200, headers: { location: `/${bucket}` } };
    case 'HEAD':
      await disk.expectBucket(bucket);
      return { status: 200 };
    case 'GET':
      await disk.expectBucket(bucket);
      if (query.has('uploads')) {
        const uploads = await disk.uploads(bucket);
        return xml('ListMultipartUploadsResult', {
          Bucket: bucket,
          Upload: uploads.map(({ key, id }) => ({ Key: key, UploadId: id })),
        });
      }
      return listObjects(disk, call);
    default:
      throw new S3Error('NotImplemented', `${String(request.method)} on a bucket is not implemented`);
  }
}

async function objectCall(disk: Disk, call: Call): Promise<Reply> {
  const { bucket, key, query } = call;
  const uploadId = query.get('uploadId');
  switch (call.request.method) {
    case 'PUT':
      return putObject(disk, call);
    case 'POST':
      return postObject(disk, call);
    case 'HEAD':
      return getObject(disk, call, false);
    case 'GET':
      return uploadId === null ? getObject(disk, call, true) : listParts(disk, call, uploadId);
    case 'DELETE':
      if (uploadId === null) await disk.remove(bucket, key);
      else await disk.abort(bucket, key, uploadId);
      return { status: 204 };
    default:
      throw new S3Error('MethodNotAllowed', 'The specified method is not allowed against this resource.');
  }
}

async function send(response: ServerResponse, reply: Reply): Promise<void> {
  response.writeHead(reply.status, reply.headers);
  if (reply.body === undefined || typeof reply.body === 'string') response.end(reply.body);
  else await pipeline(reply.body, response);
}

/**
 * A small S3-compatible store in this process, for the demo where Swift cannot be installed. Path-style addresses,
 * Signature V4 (headers and pre-signed URLs, with expiry, region and clock checks), multipart uploads with listing and
 * abort, ranges, ListObjectsV2, SHA-256 checksums; data on disk. Not there: versions, ACLs, copying, signed chunks (501),
 * CRC checksums (ignored).
 */
export async function startS3Store(options: S3StoreOptions = {}): Promise<S3Store> {
  const identity = options.identity ?? { region: 'us-east-1', key: 'rollcall', secret: 'rollcall-demo-secret' };
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), 'rollcall-s3-')));
  await mkdir(dir, { recursive: true });
  const disk = new Disk(dir);
  for (const bucket of options.buckets ?? []) await disk.createBucket(bucket);

  const answer = async (request: IncomingMessage): Promise<Reply> => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const payloadHash = verifySignature(request, url, identity, Date.now());
    const [bucket = '', ...rest] = url.pathname.slice(1).split('/').map(decodeURIComponent);
    const call: Call = {
      ...{ request, url, bucket, key: rest.join('/'), query: url.searchParams, payloadHash },
      checksums: options.checksums ?? 'kept',
    };
    return call.key === '' ? bucketCall(disk, call) : objectCall(disk, call);
  };
  const failure = (request: IncomingMessage, thrown: unknown): Reply => {
    const error = thrown instanceof S3Error ? thrown : new S3Error('InternalError', String(thrown));
    const body = xmlDocument('Error', { Code: error.code, Message: error.message, ...error.extra });
    const headers = { 'content-type': 'application/xml', connection: 'close' };
    return request.method === 'HEAD' ? { status: error.status, headers } : { status: error.status, headers, body };
  };
  const server = createServer((request, response) => {
    answer(request)
      .catch((error: unknown) => failure(request, error))
      .then((reply) => send(response, reply))
      // The client went away in the middle of an answer.
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...identity,
    forcePathStyle: true,
    dir,
    close: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      if (options.dir === undefined) await rm(dir, { recursive: true, force: true });
    },
  };
}
