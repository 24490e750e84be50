import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { S3Error } from './errors.ts';

/** AWS Signature Version 4 for S3, checked as docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html says. */

export interface Identity {
  region: string;
  key: string;
  secret: string;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';
/** A request's clock may be off by so much. */
const MAX_SKEW_MS = 15 * 60_000;
const MAX_EXPIRES_S = 7 * 24 * 3600;
export const UNSIGNED = 'UNSIGNED-PAYLOAD';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

interface Claim {
  credential: string;
  signedHeaders: string[];
  signature: string;
  /** `YYYYMMDDTHHMMSSZ` */
  date: string;
  payloadHash: string;
  /** Seconds for which a pre-signed URL is valid; null for a signed header. */
  expiresS: number | null;
}

const header = (request: IncomingMessage, name: string): string => {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(',') : (value ?? '');
};

function claimOf(request: IncomingMessage, query: URLSearchParams): Claim {
  if (query.get('X-Amz-Algorithm') === ALGORITHM) {
    return {
      credential: query.get('X-Amz-Credential') ?? '',
      signedHeaders: (query.get('X-Amz-SignedHeaders') ?? '').split(';'),
      signature: query.get('X-Amz-Signature') ?? '',
      date: query.get('X-Amz-Date') ?? '',
      payloadHash: query.get('X-Amz-Content-Sha256') ?? UNSIGNED,
      expiresS: Number(query.get('X-Amz-Expires')),
    };
  }
  const authorization = header(request, 'authorization');
  if (authorization === '') throw new S3Error('AccessDenied', 'Access Denied: the request is not signed');
  if (!authorization.startsWith(ALGORITHM)) {
    throw new S3Error('AuthorizationHeaderMalformed', `Only ${ALGORITHM} is understood`);
  }
  const part = (name: string): string => new RegExp(`${name}=([^,\\s]+)`).exec(authorization)?.[1] ?? '';
  return {
    credential: part('Credential'),
    signedHeaders: part('SignedHeaders').split(';'),
    signature: part('Signature'),
    date: header(request, 'x-amz-date'),
    payloadHash: header(request, 'x-amz-content-sha256'),
    expiresS: null,
  };
}

const parseDate = (date: string): number => {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date);
  if (!match) throw new S3Error('AccessDenied', `AWS authentication requires a valid date, not "${date}"`);
  const [year = 0, month = 1, ...rest] = match.slice(1).map(Number);
  return Date.UTC(year, month - 1, ...rest);
};

function checkTime({ date, expiresS }: Claim, now: number): void {
  const signedAt = parseDate(date);
  if (expiresS === null || signedAt > now) {
    if (Math.abs(now - signedAt) > MAX_SKEW_MS) {
      const extra = { RequestTime: date, ServerTime: new Date(now).toISOString() };
      throw new S3Error(
        'RequestTimeTooSkewed',
        'The difference between the request time and the current time is too large.',
        extra,
      );
    }
    return;
  }
  if (!(expiresS >= 1 && expiresS <= MAX_EXPIRES_S)) {
    throw new S3Error('AccessDenied', 'X-Amz-Expires must be between 1 and 604800 seconds');
  }
  if (now > signedAt + expiresS * 1000) throw new S3Error('AccessDenied', 'Request has expired');
}

function canonicalRequest(request: IncomingMessage, url: URL, claim: Claim): string {
  const path = url.pathname.split('/').map(decodeURIComponent).map(encode).join('/');
  const query = [...url.searchParams]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : 1))
    .map((pair) => pair.join('='))
    .join('&');
  const headers = claim.signedHeaders
    .map((name) => `${name}:${header(request, name).trim().replace(/ +/g, ' ')}\n`)
    .join('');
  return [request.method, path, query, headers, claim.signedHeaders.join(';'), claim.payloadHash].join('\n');
}

/**
 * Throws an `S3Error` unless the request is signed (by header or pre-signed URL) with these credentials, for this region,
 * in time. Answers the payload hash that the signature covers, which the body has to match.
 */
export function verifySignature(request: IncomingMessage, url: URL, identity: Identity, now: number): string {
  const claim = claimOf(request, url.searchParams);
  // The key itself may hold slashes; date, region, service and terminator do not.
  const words = claim.credential.split('/');
  const [day, region, service, terminator] = words.slice(-4);
  const key = words.slice(0, -4).join('/');
  if (key !== identity.key) {
    const message = 'The AWS Access Key Id you provided does not exist in our records.';
    throw new S3Error('InvalidAccessKeyId', message, { AWSAccessKeyId: key });
  }
  if (region !== identity.region || service !== 's3' || terminator !== 'aws4_request') {
    const message = `The authorization header is malformed; the region '${String(region)}' is wrong; expecting '${identity.region}'`;
    throw new S3Error('AuthorizationHeaderMalformed', message, { Region: identity.region });
  }
  checkTime(claim, now);
  for (const name of Object.keys(request.headers)) {
    const mustBeSigned = name === 'host' || (name.startsWith('x-amz-') && claim.expiresS === null);
    if (mustBeSigned && !claim.signedHeaders.includes(name)) {
      throw new S3Error('AccessDenied', `There were headers present in the request which were not signed: ${name}`);
    }
  }
  const scope = [day, region, service, terminator].join('/');
  const toSign = [ALGORITHM, claim.date, scope, sha256(canonicalRequest(request, url, claim))].join('\n');
  const signingKey = scope.split('/').reduce<string | Buffer>((by, word) => hmac(by, word), `AWS4${identity.secret}`);
  const expected = hmac(signingKey, toSign).toString('hex');
  const given = claim.signature.padEnd(expected.length).slice(0, expected.length);
  if (!timingSafeEqual(Buffer.from(given), Buffer.from(expected)) || claim.signature.length !== expected.length) {
    const message = 'The request signature we calculated does not match the signature you provided.';
    throw new S3Error('SignatureDoesNotMatch', message, { StringToSign: toSign });
  }
  return claim.payloadHash;
}
