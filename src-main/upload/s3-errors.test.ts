import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../contract/errors.ts';
import type { StoreTarget } from '../contract/settings.ts';
import { describeS3Error } from './s3-errors.ts';

const TARGET: StoreTarget = {
  bucket: 'calls',
  prefix: '',
  region: 'eu-west-1',
  endpoint: 'https://user:pass-SECRET@s3.example.net',
  forcePathStyle: true,
  credentials: { kind: 'static', key: 'AKIAEXAMPLE', secret: 'key-SECRET' },
};
const s3Error = (name: string, status: number | undefined, more: Record<string, unknown> = {}): Error =>
  Object.assign(new Error(`about key-SECRET: ${name}`), {
    name,
    ...(status === undefined ? {} : { $metadata: { httpStatusCode: status } }),
    ...more,
  });
const nodeError = (code: string): Error => Object.assign(new Error(`connect ${code}`), { code });

describe('describeS3Error', () => {
  it.each<[Error, ErrorCode, boolean, RegExp]>([
    [s3Error('InvalidAccessKeyId', 403), 'UPLOAD_CREDENTIALS', false, /access key/],
    [s3Error('SignatureDoesNotMatch', 403), 'UPLOAD_CREDENTIALS', false, /secret key/],
    [s3Error('ExpiredToken', 400), 'UPLOAD_CREDENTIALS', false, /expired/],
    [s3Error('CredentialsProviderError', undefined), 'UPLOAD_CREDENTIALS', false, /no credentials/],
    [s3Error('RequestTimeTooSkewed', 403), 'UPLOAD_CLOCK', false, /clock/],
    [s3Error('NoSuchBucket', 404), 'UPLOAD_NO_BUCKET', false, /no bucket "calls"/],
    [
      s3Error('PermanentRedirect', 301, { $response: { headers: { 'x-amz-bucket-region': 'us-east-2' } } }),
      'UPLOAD_WRONG_REGION',
      false,
      /region us-east-2, not in eu-west-1/,
    ],
    [s3Error('AuthorizationHeaderMalformed', 400, { Region: 'us-east-2' }), 'UPLOAD_WRONG_REGION', false, /us-east-2/],
    [s3Error('AccessDenied', 403), 'UPLOAD_DENIED', false, /denies s3:PutObject/],
    [s3Error('PreconditionFailed', 412), 'UPLOAD_CONFLICT', false, /not replaced/],
    [s3Error('SlowDown', 503), 'UPLOAD_BUSY', true, /busy/],
    [s3Error('InternalError', 200), 'UPLOAD_BUSY', true, /InternalError/],
    [s3Error('Unknown', 502), 'UPLOAD_BUSY', true, /busy/],
    [s3Error('TooManyRequestsException', 429), 'UPLOAD_BUSY', true, /busy/],
    [s3Error('BadDigest', 400), 'UPLOAD_MISMATCH', true, /damaged/],
    [s3Error('Error', 200), 'UPLOAD_NETWORK', true, /cut off/],
    [s3Error('TimeoutError', undefined), 'UPLOAD_NETWORK', true, /failed/],
    [nodeError('ECONNREFUSED'), 'UPLOAD_NETWORK', true, /ECONNREFUSED/],
    [nodeError('ENOTFOUND'), 'UPLOAD_NETWORK', true, /cannot be found/],
    [new Error('socket hang up'), 'UPLOAD_NETWORK', true, /ECONNRESET/],
    [nodeError('DEPTH_ZERO_SELF_SIGNED_CERT'), 'UPLOAD_CERTIFICATE', false, /certificate/],
    [s3Error('EntityTooLarge', 400), 'UPLOAD_FAILED', true, /HTTP 400 EntityTooLarge/],
    [new TypeError('a defect of ours, key-SECRET'), 'INTERNAL', false, /inside Rollcall/],
  ])('%s is %s', (thrown, code, retryable, message) => {
    const error = describeS3Error(thrown, TARGET, 'put');
    expect(error).toMatchObject({ code, retryable });
    expect(error.message).toMatch(message);
    expect(error.remedy).not.toBe('');
    expect(JSON.stringify(error.toRecord())).not.toContain('SECRET');
  });
});
