import { RollcallError, toRollcallError } from '../contract/errors.ts';
import type { StoreTarget } from '../contract/settings.ts';
import {
  NETWORK,
  clean,
  details,
  endpointName,
  factsOf,
  hostOf,
  passingTrouble,
  storeName,
  unknownAnswer,
  type Diagnosis,
  type Facts,
} from './store-errors.ts';

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

const EXPIRED = new Set(['ExpiredToken', 'ExpiredTokenException', 'TokenRefreshRequired', 'InvalidToken']);
const REGION = new Set([
  'PermanentRedirect',
  'TemporaryRedirect',
  'AuthorizationHeaderMalformed',
  'IllegalLocationConstraintException',
  'InvalidRegionName',
]);
const CLOCK = new Set(['RequestTimeTooSkewed', 'RequestExpired', 'RequestInTheFuture']);
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
