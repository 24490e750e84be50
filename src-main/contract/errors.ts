/**
 * The one catalogue of errors. Every error that a person can meet is made here, so that each says what happened, to
 * which file or setting, and what to do, and so that callers can tell whose fault it is without reading text.
 */

/** Whose side an error is on. `usage` is a wrong command line or settings; `ours` is a defect of this program. */
export type Fault = 'usage' | 'destination' | 'network' | 'sfu' | 'media' | 'disk' | 'ours';

interface ErrorKind {
  readonly fault: Fault;
  /** Exit code of the command line where this error ends the command (see the README's table). */
  readonly exitCode: number;
  /** Whether the same attempt may succeed later with nothing changed by the user. */
  readonly retryable: boolean;
  /** The `error_type` that webhook events carry. */
  readonly eventType:
    'INPUT_ERROR' | 'CLOUD_ACCESS_ERROR' | 'PROCESSING_CMD_ERROR' | 'NETWORK_ERROR' | 'DISK_ERROR' | 'INTERNAL_ERROR';
}

const kind = (fault: Fault, exitCode: number, retryable: boolean, eventType: ErrorKind['eventType']): ErrorKind => ({
  fault,
  exitCode,
  retryable,
  eventType,
});

export const ERROR_KINDS = {
  USAGE: kind('usage', 2, false, 'INPUT_ERROR'),
  SETTINGS_INVALID: kind('usage', 2, false, 'INPUT_ERROR'),
  /** The field is the administrator's: a provisioning file locks it. */
  SETTINGS_LOCKED: kind('usage', 2, false, 'INPUT_ERROR'),
  /** Secrets would have to be kept readable: the system has no keyring, and the user has not agreed. */
  KEYRING_MISSING: kind('usage', 2, false, 'INPUT_ERROR'),
  RECORDING_DISABLED: kind('usage', 2, false, 'INPUT_ERROR'),
  SESSION_INVALID: kind('usage', 2, false, 'INPUT_ERROR'),
  SESSION_BUSY: kind('usage', 2, true, 'INTERNAL_ERROR'),
  /** The room is being recorded already. */
  ROOM_BUSY: kind('usage', 2, true, 'INPUT_ERROR'),
  /** One more recording would starve those that run. */
  OVER_BUDGET: kind('usage', 2, true, 'INPUT_ERROR'),
  /** What the API is asked for is not there. */
  NOT_FOUND: kind('usage', 2, false, 'INPUT_ERROR'),
  /** A link was wanted to a file that is not in a store. */
  NOT_DELIVERED: kind('usage', 2, true, 'INPUT_ERROR'),
  DISPLAY_MISSING: kind('usage', 2, false, 'INTERNAL_ERROR'),

  JOIN_UNREACHABLE: kind('network', 3, true, 'NETWORK_ERROR'),
  JOIN_CERTIFICATE: kind('network', 3, false, 'NETWORK_ERROR'),
  JOIN_REFUSED: kind('sfu', 3, false, 'NETWORK_ERROR'),
  JOIN_PROTOCOL: kind('sfu', 3, false, 'INPUT_ERROR'),
  JOIN_ABORTED: kind('usage', 3, false, 'INPUT_ERROR'),

  NO_MEDIA: kind('media', 4, false, 'INPUT_ERROR'),
  CAPTURE_FAILED: kind('media', 4, false, 'INPUT_ERROR'),
  FFMPEG_MISSING: kind('media', 4, false, 'PROCESSING_CMD_ERROR'),
  FFMPEG_FAILED: kind('media', 4, true, 'PROCESSING_CMD_ERROR'),
  MEDIA_INVALID: kind('media', 4, false, 'PROCESSING_CMD_ERROR'),
  VERIFY_FAILED: kind('media', 4, false, 'PROCESSING_CMD_ERROR'),

  DISK_FULL: kind('disk', 4, true, 'DISK_ERROR'),
  DISK_FAILED: kind('disk', 4, true, 'DISK_ERROR'),

  UPLOAD_NETWORK: kind('network', 5, true, 'CLOUD_ACCESS_ERROR'),
  UPLOAD_BUSY: kind('destination', 5, true, 'CLOUD_ACCESS_ERROR'),
  UPLOAD_CREDENTIALS: kind('destination', 5, false, 'CLOUD_ACCESS_ERROR'),
  UPLOAD_DENIED: kind('destination', 5, false, 'CLOUD_ACCESS_ERROR'),
  UPLOAD_NO_BUCKET: kind('destination', 5, false, 'CLOUD_ACCESS_ERROR'),
  UPLOAD_WRONG_REGION: kind('destination', 5, false, 'CLOUD_ACCESS_ERROR'),
  UPLOAD_CLOCK: kind('destination', 5, false, 'CLOUD_ACCESS_ERROR'),
  UPLOAD_CERTIFICATE: kind('destination', 5, false, 'CLOUD_ACCESS_ERROR'),
  UPLOAD_CONFLICT: kind('destination', 5, false, 'CLOUD_ACCESS_ERROR'),
  UPLOAD_MISMATCH: kind('destination', 5, true, 'CLOUD_ACCESS_ERROR'),
  /** The local file is missing, or is not (or no longer) the file that the session recorded. */
  UPLOAD_SOURCE: kind('disk', 5, false, 'INPUT_ERROR'),
  UPLOAD_FAILED: kind('destination', 5, true, 'CLOUD_ACCESS_ERROR'),
  HOSTED_NOT_CONFIGURED: kind('destination', 5, false, 'CLOUD_ACCESS_ERROR'),

  /** A newer version of the app could not be fetched or installed. */
  UPDATE_FAILED: kind('network', 1, true, 'NETWORK_ERROR'),
  WEBHOOK_FAILED: kind('network', 0, true, 'NETWORK_ERROR'),
  CANCELLED: kind('usage', 130, false, 'INTERNAL_ERROR'),
  INTERNAL: kind('ours', 1, false, 'INTERNAL_ERROR'),
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERROR_KINDS;

/** An error as it is kept in `session.json`, sent to the window and printed with `--json`. Holds no secret. */
export interface ErrorRecord {
  code: ErrorCode;
  fault: Fault;
  /** One sentence: what happened, to which file or setting. */
  message: string;
  /** One sentence: what to do. */
  remedy: string;
  /** Technical text for "Details": an exit code, a response, the tail of a log. */
  details?: string;
}

/** The error class of this program; anything else that is thrown is a defect and becomes `INTERNAL`. */
export class RollcallError extends Error {
  override readonly name = 'RollcallError';
  readonly code: ErrorCode;
  readonly remedy: string;
  readonly details: string | undefined;

  constructor(code: ErrorCode, message: string, remedy: string, options: { details?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.remedy = remedy;
    this.details = options.details;
  }

  get fault(): Fault {
    return ERROR_KINDS[this.code].fault;
  }

  get exitCode(): number {
    return ERROR_KINDS[this.code].exitCode;
  }

  get retryable(): boolean {
    return ERROR_KINDS[this.code].retryable;
  }

  toRecord(): ErrorRecord {
    const record: ErrorRecord = { code: this.code, fault: this.fault, message: this.message, remedy: this.remedy };
    return this.details === undefined ? record : { ...record, details: this.details };
  }

  static fromRecord(record: ErrorRecord): RollcallError {
    return new RollcallError(record.code, record.message, record.remedy, { details: record.details });
  }
}

/** Shorter texts are no secrets but words and digits that occur everywhere. */
const MIN_SECRET_LENGTH = 4;

/** `text` with every one of the secrets replaced, for texts that other programs and libraries made. */
export function redact(text: string, secrets: readonly string[]): string {
  return secrets.reduce(
    (clean, secret) => (secret.length < MIN_SECRET_LENGTH ? clean : clean.replaceAll(secret, '[secret]')),
    text,
  );
}

/** Any thrown value as a `RollcallError`; what is not one already is our defect and keeps its stack as details. */
export function toRollcallError(thrown: unknown): RollcallError {
  if (thrown instanceof RollcallError) return thrown;
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  return new RollcallError(
    'INTERNAL',
    `Something went wrong inside Rollcall: ${error.message}`,
    'Nothing captured is lost. Please report this with the details.',
    { details: error.stack ?? error.message, cause: thrown },
  );
}
