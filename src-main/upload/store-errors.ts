import { RollcallError, redact, type ErrorCode } from '../contract/errors.ts';
import type { StoreTarget } from '../contract/settings.ts';

/** The parts of an SDK or Node error that tell what happened. */
export interface Facts {
  name: string;
  message: string;
  status: number | null;
  /** Region that the store says the bucket is in. */
  region: string | null;
  /** Node's system or TLS error code. */
  code: string;
}

const BUSY = new Set([
  'SlowDown',
  'ServiceUnavailable',
  'InternalError',
  'RequestTimeout',
  'Throttling',
  'ThrottlingException',
  'TooManyRequests',
  'OperationAborted',
  'BadGateway',
]);
export const NETWORK = /^(ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|ENOTFOUND|EAI_|EPROTO|UND_ERR|ERR_STREAM_PREMATURE_CLOSE)/;
const TLS = /^(CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_TLS_CERT)/;

/** How messages call a bucket: `bucket "b" at https://host` or `bucket "b" at AWS (region r)`. Holds no user name. */
export function storeName(target: StoreTarget): string {
  if (target.service === 'azure') return `container "${target.bucket}" at ${endpointName(target)}`;
  return `bucket "${target.bucket}" at ${endpointName(target)}`;
}

export type Diagnosis = [code: ErrorCode, message: string, remedy: string];

/** Troubles that come and go, or lie between here and the store. */
export function passingTrouble({ name, status, code }: Facts, target: StoreTarget): Diagnosis | null {
  const host = endpointName(target);
  if (TLS.test(code)) {
    return [
      'UPLOAD_CERTIFICATE',
      `The certificate of ${host} cannot be trusted (${code}).`,
      "Correct options.endpoint, or install the certificate authority's certificate on this computer.",
    ];
  }
  if (BUSY.has(name) || status === 429 || (status !== null && status >= 500 && status !== 501 && status !== 507)) {
    return [
      'UPLOAD_BUSY',
      `The ${storeName(target)} is busy or out of order (${name || String(status)}).`,
      'Everything is kept; retry later.',
    ];
  }
  if (name === 'BadDigest' || name === 'XAmzContentSHA256Mismatch') {
    return [
      'UPLOAD_MISMATCH',
      `Data arrived damaged at the ${storeName(target)}, which refused it.`,
      'Retry; should it happen again, look for a faulty network device or proxy.',
    ];
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return [
      'UPLOAD_NETWORK',
      `The address of ${host} cannot be found (${code}).`,
      'Check options.endpoint, options.region and the network connection.',
    ];
  }
  if (NETWORK.test(code) || name === 'TimeoutError') {
    return [
      'UPLOAD_NETWORK',
      `The connection to ${host} failed (${code || name}).`,
      'Check options.endpoint and the network connection; everything is kept, retry later.',
    ];
  }
  if (status !== null && status < 300) {
    return [
      'UPLOAD_NETWORK',
      `The answer of ${host} was cut off, or is not that of an S3 service.`,
      'Check options.endpoint and the network connection; everything is kept, retry later.',
    ];
  }
  return null;
}

/** An answer that is in no list. */
export function unknownAnswer(facts: Facts, target: StoreTarget, cause: unknown): RollcallError {
  const answer = facts.status === null ? facts.code : `HTTP ${facts.status} ${facts.name}`;
  return new RollcallError(
    'UPLOAD_FAILED',
    `The ${storeName(target)} answered ${answer}.`,
    'See the details; everything is kept, retry when the cause is mended.',
    {
      details: details(facts, target),
      cause: clean(cause, target),
    },
  );
}

/** What an error tells of itself. */
export function factsOf(thrown: unknown): Facts {
  const error: Record<string, unknown> = typeof thrown === 'object' && thrown !== null ? { ...thrown } : {};
  const metadata = record(error['$metadata']);
  const headers = record(record(error['$response'])['headers']);
  const status = metadata['httpStatusCode'] ?? record(error['$response'])['statusCode'];
  const cause = thrown instanceof Error ? record(thrown.cause) : {};
  const code = error['code'] ?? cause['code'] ?? error['errno'];
  return {
    name: thrown instanceof Error ? thrown.name : '',
    message: thrown instanceof Error ? thrown.message : String(thrown),
    status: typeof status === 'number' && status > 0 ? status : null,
    region: text(headers['x-amz-bucket-region']) ?? text(error['Region']),
    code: thrown instanceof Error && thrown.message === 'socket hang up' ? 'ECONNRESET' : (text(code) ?? ''),
  };
}

export function details(facts: Facts, target: StoreTarget): string {
  const name = `${facts.name}${facts.status === null ? '' : ` (HTTP ${facts.status})`}`;
  // The SDK's word where the store had none.
  const message = facts.message === 'UnknownError' ? '' : `: ${facts.message.slice(0, 500)}`;
  return redact(`${name}${message}`, secretsOf(target));
}

/** An error of another program without its request and response, which hold signatures. */
export function clean(thrown: unknown, target: StoreTarget): Error {
  const error = new Error(
    redact(thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown), secretsOf(target)),
  );
  if (thrown instanceof Error && thrown.stack !== undefined) error.stack = redact(thrown.stack, secretsOf(target));
  return error;
}

export function secretsOf({ credentials }: StoreTarget): string[] {
  if (credentials.kind === 'static') return [credentials.secret];
  return credentials.kind === 'endpoint' && credentials.token !== null ? [credentials.token] : [];
}

export function endpointName({ service, endpoint, region, credentials }: StoreTarget): string {
  if (endpoint !== null) return hostOf(endpoint);
  if (service !== 'azure') return `AWS (region ${region})`;
  return `Azure (account ${credentials.kind === 'static' ? credentials.key : 'unknown'})`;
}
export const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).origin : 'the endpoint');
export const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? { ...value } : {};
export const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
