import { RollcallError, redact, toRollcallError, type ErrorCode } from '../contract/errors.ts';
import type { StoreTarget } from '../contract/settings.ts';

/** What was being asked of the store; each names the permission that it needs. */
export type S3Action =
  | 'head'
  | 'put'
  | 'createMultipart'
  | 'listUploads'
  | 'listParts'
  | 'putPart'
  | 'completeMultipart'
  | 'abortMultipart'
  | 'remove'
  | 'presign';

const PERMISSIONS: Record<S3Action, string> = {
  head: 's3:GetObject',
  put: 's3:PutObject',
  createMultipart: 's3:PutObject',
  listUploads: 's3:ListBucketMultipartUploads',
  listParts: 's3:ListMultipartUploadParts',
  putPart: 's3:PutObject',
  completeMultipart: 's3:PutObject',
  abortMultipart: 's3:AbortMultipartUpload',
  remove: 's3:DeleteObject',
  presign: 's3:GetObject',
};

/** The parts of an SDK or Node error that tell what happened. */
interface Facts {
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
const EXPIRED = new Set(['ExpiredToken', 'ExpiredTokenException', 'TokenRefreshRequired', 'InvalidToken']);
const REGION = new Set([
  'PermanentRedirect',
  'TemporaryRedirect',
  'AuthorizationHeaderMalformed',
  'IllegalLocationConstraintException',
  'InvalidRegionName',
]);
const CLOCK = new Set(['RequestTimeTooSkewed', 'RequestExpired', 'RequestInTheFuture']);
const NETWORK = /^(ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|ENOTFOUND|EAI_|EPROTO|UND_ERR|ERR_STREAM_PREMATURE_CLOSE)/;
const TLS = /^(CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_TLS_CERT)/;

/** How messages call a bucket: `bucket "b" at https://host` or `bucket "b" at AWS (region r)`. Holds no user name. */
export function storeName(target: StoreTarget): string {
  return `bucket "${target.bucket}" at ${endpointName(target)}`;
}

/** Any error of a request to an S3 store as one of the catalogue, with the bucket, the cause and the remedy. No secrets. */
export function describeS3Error(thrown: unknown, target: StoreTarget, action: S3Action): RollcallError {
  if (thrown instanceof RollcallError) return thrown;
  const facts = factsOf(thrown);
  const [code, message, remedy] = diagnose(facts, target, action) ?? [];
  if (code === undefined || message === undefined || remedy === undefined) {
    return facts.status === null && facts.code === ''
      ? toRollcallError(clean(thrown, target))
      : unknownAnswer(facts, target, thrown);
  }
  return new RollcallError(code, message, remedy, { details: details(facts, target) });
}

type Diagnosis = [code: ErrorCode, message: string, remedy: string];

function diagnose(facts: Facts, target: StoreTarget, action: S3Action): Diagnosis | null {
  return (
    credentialTrouble(facts, target) ??
    providerTrouble(facts, target) ??
    bucketTrouble(facts, target) ??
    passingTrouble(facts, target) ??
    permissionTrouble(facts, target, action)
  );
}

function credentialTrouble({ name }: Facts, target: StoreTarget): Diagnosis | null {
  const store = storeName(target);
  if (name === 'InvalidAccessKeyId' || name === 'UnrecognizedClientException') {
    return [
      'UPLOAD_CREDENTIALS',
      `The access key is not known to the ${store}.`,
      'Correct credentials.key of this destination.',
    ];
  }
  if (name === 'SignatureDoesNotMatch') {
    return [
      'UPLOAD_CREDENTIALS',
      `The secret key is wrong for the ${store}: it refused the signature.`,
      'Correct credentials.secret of this destination.',
    ];
  }
  if (EXPIRED.has(name)) {
    return [
      'UPLOAD_CREDENTIALS',
      `The temporary credentials for the ${store} have expired or are not valid.`,
      'Sign in again (aws sso login, or the credentials endpoint) and retry.',
    ];
  }
  if (CLOCK.has(name)) {
    return [
      'UPLOAD_CLOCK',
      `This computer's clock is too far from that of the ${store}.`,
      'Set the date and time (automatic time is best) and retry.',
    ];
  }
  return null;
}

/** No credentials at all, so that no request was made. */
function providerTrouble({ name, code, message }: Facts, target: StoreTarget): Diagnosis | null {
  if (name !== 'CredentialsProviderError' && name !== 'TokenProviderError') return null;
  const store = storeName(target);
  if (target.credentials.kind !== 'endpoint') {
    return [
      'UPLOAD_CREDENTIALS',
      `There are no credentials for the ${store}: the settings hold none and the AWS default chain found none.`,
      'Add credentials.key and credentials.secret, or set up AWS credentials (aws configure, aws sso login).',
    ];
  }
  const endpoint = hostOf(target.credentials.url);
  if (NETWORK.test(code) || /ECONN|ENOTFOUND|timed? ?out/i.test(message)) {
    return [
      'UPLOAD_NETWORK',
      `The credentials endpoint ${endpoint} for the ${store} does not answer.`,
      'Check credentials_endpoint and the network connection.',
    ];
  }
  return [
    'UPLOAD_CREDENTIALS',
    `The credentials endpoint ${endpoint} gave no credentials for the ${store}.`,
    'Check credentials_endpoint (https, or http on this computer) and credentials_token.',
  ];
}

function bucketTrouble({ name, status, region }: Facts, target: StoreTarget): Diagnosis | null {
  if (name === 'NoSuchBucket') {
    return [
      'UPLOAD_NO_BUCKET',
      `There is no ${storeName(target)}.`,
      'Create the bucket, or correct the location of this destination.',
    ];
  }
  if (name === 'InvalidBucketName') {
    return [
      'UPLOAD_NO_BUCKET',
      `"${target.bucket}" is no bucket name that ${endpointName(target)} accepts.`,
      'Correct the location of this destination.',
    ];
  }
  if (REGION.has(name) || status === 301 || status === 307) {
    const where = region === null ? 'in another region' : `in the region ${region}`;
    return [
      'UPLOAD_WRONG_REGION',
      `The ${storeName(target)} is ${where}, not in ${target.region}.`,
      `Set options.region of this destination${region === null ? '' : ` to "${region}"`}.`,
    ];
  }
  return null;
}

function passingTrouble({ name, status, code }: Facts, target: StoreTarget): Diagnosis | null {
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

function permissionTrouble({ name, status }: Facts, target: StoreTarget, action: S3Action): Diagnosis | null {
  if (name === 'AccessDenied' || name === 'AllAccessDisabled' || name === 'AccountProblem' || status === 403) {
    return [
      'UPLOAD_DENIED',
      `The ${storeName(target)} denies ${PERMISSIONS[action]} to these credentials.`,
      `Allow ${PERMISSIONS[action]} in the bucket's or the user's policy.`,
    ];
  }
  if (name === 'PreconditionFailed' || name === 'ConditionalRequestConflict') {
    return [
      'UPLOAD_CONFLICT',
      `The ${storeName(target)} has another object under this key already, which is not replaced.`,
      'Move or delete that object, or change the prefix, and retry.',
    ];
  }
  return null;
}

function unknownAnswer(facts: Facts, target: StoreTarget, cause: unknown): RollcallError {
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

function factsOf(thrown: unknown): Facts {
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

function details(facts: Facts, target: StoreTarget): string {
  return redact(
    `${facts.name}${facts.status === null ? '' : ` (HTTP ${facts.status})`}: ${facts.message.slice(0, 500)}`,
    secretsOf(target),
  );
}

/** An error of another program without its request and response, which hold signatures. */
function clean(thrown: unknown, target: StoreTarget): Error {
  const error = new Error(
    redact(thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown), secretsOf(target)),
  );
  if (thrown instanceof Error && thrown.stack !== undefined) error.stack = redact(thrown.stack, secretsOf(target));
  return error;
}

function secretsOf({ credentials }: StoreTarget): string[] {
  if (credentials.kind === 'static') return [credentials.secret];
  return credentials.kind === 'endpoint' && credentials.token !== null ? [credentials.token] : [];
}

const endpointName = (target: StoreTarget): string =>
  target.endpoint === null ? `AWS (region ${target.region})` : hostOf(target.endpoint);
const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).origin : 'the endpoint');
const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? { ...value } : {};
const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
