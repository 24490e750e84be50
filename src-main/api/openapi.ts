import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { apiErrorSchema } from '../contract/api.ts';

/** The OpenAPI document: made from the routes' schemas, so that it says what the server checks. */
export const swaggerOptions = (version: string): FastifyDynamicSwaggerOptions => ({
  openapi: {
    openapi: '3.1.0',
    info: {
      title: 'Rollcall',
      version,
      description:
        'Templates, rooms, recordings and their assets of one computer. Every call needs a bearer token (`rollcall tokens create`); web pages are refused.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    // Relative: the computer that served the document.
    servers: [{ url: '/', description: 'This computer' }],
    security: [{ token: [] }],
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    tags: [
      { name: 'templates', description: 'Whether rooms are recorded, and where to' },
      { name: 'rooms', description: 'Calls that can be recorded' },
      { name: 'recordings', description: 'Recordings under way and of before' },
      { name: 'recording-assets', description: 'The files that recordings are made into' },
      { name: 'sessions', description: 'What was recorded, with the people who were there' },
      { name: 'system', description: 'Events, metrics and documents' },
    ],
  },
  transform: jsonSchemaTransform,
  transformObject: (document) => corrected(withoutUnused(jsonSchemaTransformObject(document))),
});

/** Operations that may come without a body. */
const BODY_OPTIONAL = ['startRecording', 'stopRecording', 'pauseRecording', 'resumeRecording'];

interface Operation {
  operationId?: string;
  requestBody?: { required?: boolean };
  responses?: Record<string, { description?: string; content?: unknown }>;
}

/** What the plug-in cannot tell from the schemas: bodies that may be absent, answers that have none, and their words. */
function corrected(document: Document): Document {
  if (!('paths' in document)) return document;
  const paths = document.paths as Record<string, Record<string, Operation>> | undefined;
  const operations = Object.values(paths ?? {}).flatMap((path) => Object.values(path));
  for (const { operationId = '', requestBody, responses = {} } of operations) {
    if (requestBody && BODY_OPTIONAL.includes(operationId)) requestBody.required = false;
    delete responses['204']?.content;
    for (const response of Object.values(responses)) {
      if (response.description === 'Default Response') response.description = 'Done';
    }
  }
  return document;
}

type Document = ReturnType<typeof jsonSchemaTransformObject>;

/** Each schema has a form for requests and one for answers; those that no route uses go. */
function withoutUnused(document: Document): Document {
  if (!('components' in document)) return document;
  const all = Object.entries(document.components?.schemas ?? {});
  const used = new Set<string>();
  const look = (value: unknown): void => {
    for (const [, name = ''] of JSON.stringify(value).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (used.has(name)) continue;
      used.add(name);
      look(all.find(([known]) => known === name)?.[1] ?? null);
    }
  };
  look(document.paths ?? {});
  const schemas = Object.fromEntries(all.filter(([name]) => used.has(name)));
  return { ...document, components: { ...document.components, schemas } } as Document;
}

/** Answers that every call may have. */
export const ERRORS = {
  400: apiErrorSchema.describe('The request is wrong: `details` name the fields.'),
  401: apiErrorSchema.describe('No valid token.'),
  403: apiErrorSchema.describe('The token may not, or the request comes from a web page or under a foreign name.'),
  429: apiErrorSchema.describe('Too many requests.'),
} as const;

export const NOT_FOUND = { 404: apiErrorSchema.describe('There is no such thing.') } as const;
export const CONFLICT = {
  409: apiErrorSchema.describe('Not now, or not as things are: the message says why.'),
} as const;
