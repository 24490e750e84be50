import { RollcallError, toRollcallError } from '../contract/errors.ts';
import type { StoreTarget } from '../contract/settings.ts';
import {
  clean,
  details,
  endpointName,
  factsOf,
  passingTrouble,
  storeName,
  unknownAnswer,
  type Diagnosis,
  type Facts,
} from './store-errors.ts';

/** What was being asked; each names the permission of a shared key or SAS that it needs. */
export type AzureAction = 'read' | 'write' | 'list' | 'delete' | 'sign';

const PERMISSIONS: Record<AzureAction, string> = {
  read: 'reading blobs',
  write: 'writing blobs',
  list: 'listing blocks',
  delete: 'deleting blobs',
  sign: 'reading blobs',
};

const UNAUTHENTICATED = new Set(['AuthenticationFailed', 'InvalidAuthenticationInfo', 'AuthorizationFailure']);
/** The service refuses requests that are further off. */
const MAX_CLOCK_OFFSET_MS = 14 * 60_000;
const BUSY = new Set(['ServerBusy', 'InternalError', 'OperationTimedOut']);
const DENIED = new Set([
  'AuthorizationFailure',
  'AuthorizationPermissionMismatch',
  'AuthorizationServiceMismatch',
  'InsufficientAccountPermissions',
  'AccountIsDisabled',
  'BlobImmutableDueToPolicy',
]);
const CONFLICT = new Set(['BlobAlreadyExists', 'ConditionNotMet', 'UnauthorizedBlobOverwrite']);

/** Any error of a request to Azure's Blob service as one of the catalogue. No secrets. */
export function describeAzureError(
  thrown: unknown,
  target: StoreTarget,
  action: AzureAction,
  /** How far the service's clock is ahead of this computer's, by its answer. */
  clockOffsetMs = 0,
): RollcallError {
  if (thrown instanceof RollcallError) return thrown;
  const facts = azureFacts(thrown);
  const skewed = UNAUTHENTICATED.has(facts.name) && Math.abs(clockOffsetMs) > MAX_CLOCK_OFFSET_MS;
  const diagnosis = skewed ? wrongClock(target) : diagnose(facts, target, action);
  if (diagnosis !== null) {
    const [code, message, remedy] = diagnosis;
    return new RollcallError(code, message, remedy, { details: details(facts, target) });
  }
  return facts.status === null && facts.code === ''
    ? toRollcallError(clean(thrown, target))
    : unknownAnswer(facts, target, thrown);
}

/** The service's own code of an error (`BlobNotFound`), or "". */
export function azureCode(thrown: unknown): string {
  return azureFacts(thrown).name;
}

/** The SDK has the service's code in `code`, where Node has the system's. */
function azureFacts(thrown: unknown): Facts {
  const facts = factsOf(thrown);
  const status = typeof thrown === 'object' && thrown !== null && 'statusCode' in thrown ? thrown.statusCode : null;
  const known = typeof status === 'number' && status > 0 ? status : null;
  if (known === null) return { ...facts, code: facts.code === 'REQUEST_SEND_ERROR' ? 'ECONNRESET' : facts.code };
  // Answers to HEAD have no body: their code is a header's.
  const name = azureHeader(thrown, 'x-ms-error-code') ?? facts.code;
  return { ...facts, name, code: '', status: known };
}

/** A header of the answer that an error of the SDK stands for. */
export function azureHeader(thrown: unknown, name: string): string | null {
  if (typeof thrown !== 'object' || thrown === null || !('response' in thrown)) return null;
  const response = thrown.response as { headers?: { get?: (name: string) => string | undefined } } | undefined;
  return response?.headers?.get?.(name) ?? null;
}

function diagnose(facts: Facts, target: StoreTarget, action: AzureAction): Diagnosis | null {
  const { name, status, code, message } = facts;
  const store = storeName(target);
  if (
    name === 'AuthenticationFailed' ||
    name === 'InvalidAuthenticationInfo' ||
    /failed to authenticate/i.test(message)
  ) {
    if (/date header|too old/i.test(message)) return wrongClock(target);
    return [
      'UPLOAD_CREDENTIALS',
      `The account key is wrong for the ${store}: it refused the signature.`,
      'Correct credentials.secret of this destination (an access key of the storage account).',
    ];
  }
  if (
    name === 'ResourceNotFound' ||
    name === 'AccountNotFound' ||
    name === 'InvalidStorageAccount' ||
    (code === 'ENOTFOUND' && target.endpoint === null)
  )
    return unknownAccount(target);
  if (name === 'ContainerNotFound' || name === 'ContainerBeingDeleted') {
    return [
      'UPLOAD_NO_BUCKET',
      `There is no ${store}.`,
      'Create the container, or correct the location of this destination.',
    ];
  }
  if (name === 'InvalidResourceName' || name === 'OutOfRangeInput') {
    return [
      'UPLOAD_NO_BUCKET',
      `"${target.bucket}" is no container name that ${endpointName(target)} accepts.`,
      'Correct the location of this destination.',
    ];
  }
  if (name === 'Md5Mismatch' || name === 'Crc64Mismatch') {
    return [
      'UPLOAD_MISMATCH',
      `Data arrived damaged at the ${store}, which refused it.`,
      'Retry; should it happen again, look for a faulty network device or proxy.',
    ];
  }
  if (CONFLICT.has(name)) {
    return [
      'UPLOAD_CONFLICT',
      `The ${store} has another blob under this name already, which is not replaced.`,
      'Move or delete that blob, or change the prefix, and retry.',
    ];
  }
  if (BUSY.has(name)) {
    return ['UPLOAD_BUSY', `The ${store} is busy or out of order (${name}).`, 'Everything is kept; retry later.'];
  }
  const denied: Diagnosis = [
    'UPLOAD_DENIED',
    `The ${store} denies ${PERMISSIONS[action]} to these credentials.`,
    `Allow ${PERMISSIONS[action]} to this account key, and look at the account's network rules.`,
  ];
  if (DENIED.has(name)) return denied;
  const passing = passingTrouble(facts, target);
  if (passing !== null) return passing;
  return status === 403 ? denied : null;
}

function wrongClock(target: StoreTarget): Diagnosis {
  return [
    'UPLOAD_CLOCK',
    `This computer's clock is too far from that of the ${storeName(target)}.`,
    'Set the date and time (automatic time is best) and retry.',
  ];
}

function unknownAccount(target: StoreTarget): Diagnosis {
  const account = target.credentials.kind === 'static' ? target.credentials.key : '';
  return [
    'UPLOAD_CREDENTIALS',
    `There is no storage account "${account}" at ${endpointName(target)}, or its address cannot be found.`,
    'Correct credentials.key of this destination (the storage account), and check the network connection.',
  ];
}
