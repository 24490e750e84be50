import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import type { FastifyError } from 'fastify';
import type { ApiError } from '../contract/api.ts';
import { RollcallError, type ErrorCode } from '../contract/errors.ts';

/** An answer that says what is wrong. */
export interface ErrorAnswer {
  status: number;
  body: ApiError;
}

/** HTTP status of each error of the catalogue that a caller can bring about; all others are 409, our defects 500. */
const STATUS: Partial<Record<ErrorCode, number>> = {
  USAGE: 400,
  SETTINGS_INVALID: 400,
  NOT_FOUND: 404,
  SESSION_INVALID: 404,
  INTERNAL: 500,
};

export const apiError = (status: number, code: string, message: string, details: ApiError['details'] = []) => ({
  status,
  body: { code, message, details },
});

/** Any thrown value as an answer. What is our defect says nothing of its inside. */
export function errorAnswer(thrown: unknown): ErrorAnswer {
  if (hasZodFastifySchemaValidationErrors(thrown)) return invalid(thrown);
  if (thrown instanceof RollcallError) return ofCatalogue(thrown);
  const { statusCode, code, message } = thrown as Partial<FastifyError>;
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return apiError(statusCode, WORDS[statusCode] ?? code ?? 'BAD_REQUEST', message ?? 'The request is wrong.');
  }
  return apiError(
    500,
    'INTERNAL',
    'Something went wrong inside Rollcall. Nothing captured is lost; its log says more.',
  );
}

const WORDS: Readonly<Record<number, string>> = {
  400: 'BAD_REQUEST',
  404: 'NOT_FOUND',
  413: 'BODY_TOO_LARGE',
  414: 'URL_TOO_LONG',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  429: 'TOO_MANY_REQUESTS',
};

function ofCatalogue(error: RollcallError): ErrorAnswer {
  const { code, message, remedy } = error;
  const status = STATUS[code] ?? (error.fault === 'ours' ? 500 : 409);
  return apiError(status, code, `${message} ${remedy}`, fieldsOf(error));
}

/** The settings' own checks name each field at the start of a line of the details. */
function fieldsOf({ code, details }: RollcallError): ApiError['details'] {
  if (code !== 'SETTINGS_INVALID' || details === undefined) return [];
  return details
    .split('\n')
    .slice(0, 20)
    .flatMap((line) => {
      const field = /^([\w.[\]-]+)/.exec(line)?.[1];
      return field === undefined ? [] : [{ field, message: line }];
    });
}

interface Issue {
  keyword: string;
  instancePath: string;
  message?: string;
  params?: { keys?: string[] };
}
type ZodValidation = Error & { validationContext?: string; validation: Issue[] };

function invalid(error: unknown): ErrorAnswer {
  const { validation, validationContext = 'body' } = error as ZodValidation;
  const details = validation.slice(0, 20).flatMap(({ keyword, instancePath, message = 'is not accepted', params }) => {
    if (keyword !== 'unrecognized_keys') return [{ field: fieldName(instancePath, validationContext), message }];
    const names = (params?.keys ?? [])
      .slice(0, 20)
      .map((key) => fieldName(`${instancePath}/${key}`, validationContext));
    return names.map((field) => ({ field, message: 'there is no such field' }));
  });
  const first = details[0];
  const what = first === undefined ? 'The request is not accepted.' : `${first.field}: ${first.message}.`;
  return apiError(400, 'INVALID', what, details);
}

/** `/recording/upload_info/location` -> `recording.upload_info.location`; the whole by its place. */
const fieldName = (path: string, context: string): string =>
  path.replace(/^\/+/, '').replaceAll('/', '.').slice(0, 200) || context;
