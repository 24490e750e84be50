import type { S3ClientConfig } from '@aws-sdk/client-s3';
import { fromHttp } from '@aws-sdk/credential-providers';
import { RollcallError } from '../contract/errors.ts';
import type { StoreCredentials, StoreTarget } from '../contract/settings.ts';
import { StoreHttpHandler } from './http-handler.ts';

const CONNECT_TIMEOUT_MS = 10_000;
/** Without a byte either way. Long, as stores put the parts of a large object together before they answer. */
const IDLE_TIMEOUT_MS = 120_000;
const CREDENTIALS_TIMEOUT_MS = 5_000;

/** The configuration of an S3 client for a destination, with checksums only where S3 demands them: many stores refuse the SDK's default trailers. */
export function s3ClientConfig(target: StoreTarget): S3ClientConfig & { requestHandler: StoreHttpHandler } {
  const credentials = credentialProvider(target.credentials);
  return {
    region: target.region,
    forcePathStyle: target.forcePathStyle,
    ...(target.endpoint === null ? {} : { endpoint: target.endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // The upload engine repeats requests itself, so that each attempt is seen.
    maxAttempts: 1,
    requestHandler: new StoreHttpHandler({ connectMs: CONNECT_TIMEOUT_MS, idleMs: IDLE_TIMEOUT_MS }),
  };
}

/** undefined: the AWS default provider chain. */
function credentialProvider(credentials: StoreCredentials): S3ClientConfig['credentials'] {
  switch (credentials.kind) {
    case 'static':
      if (credentials.secret === '') return () => Promise.reject(lostSecret(credentials.key));
      return { accessKeyId: credentials.key, secretAccessKey: credentials.secret };
    case 'endpoint':
      return fromHttp({
        awsContainerCredentialsFullUri: credentials.url,
        ...(credentials.token === null ? {} : { awsContainerAuthorizationToken: credentials.token }),
        timeout: CREDENTIALS_TIMEOUT_MS,
        // The upload engine repeats; the SDK would sleep for the whole timeout in between.
        maxRetries: 0,
      });
    case 'default-chain':
      return undefined;
  }
}

function lostSecret(key: string): RollcallError {
  return new RollcallError(
    'UPLOAD_CREDENTIALS',
    `The secret key that belongs to the access key ${key} cannot be decrypted on this computer: its keyring is locked or was replaced.`,
    'Unlock the keyring and restart Rollcall, or enter the secret key again in the settings.',
  );
}
