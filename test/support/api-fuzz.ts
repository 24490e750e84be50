import { request as httpRequest, type Agent } from 'node:http';
import { seededRandom } from './random.ts';

/** Requests made up from an OpenAPI document: its paths and schemas, and everything that does not fit them. Seeded. */

export interface FuzzRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string | null;
}

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: Json[];
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
  minimum?: number;
}
interface Operation {
  parameters?: { name: string; in: string; schema: Schema }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
}
export interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

const TRICKS = [
  '..%2f..%2f..%2fetc%2fpasswd',
  '../../../etc/passwd',
  '..\\..\\windows',
  '%2e%2e%2f%2e%2e%2f',
  '....//....//',
  '%00',
  'a%00.json',
  '%ff%fe',
  '%',
  '%zz',
  '__proto__',
  'constructor',
  '$(touch fuzzed)',
  ';touch fuzzed',
  '|touch fuzzed',
  'C:%5Cfuzzed',
  '%F0%9F%98%80',
  'x'.repeat(5000),
  '-1',
  'null',
  'file:%2f%2f%2fetc%2fpasswd',
];

const queryText = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));

const TEXTS = [
  '',
  ' ',
  'text',
  '../../fuzzed',
  '/tmp/fuzzed',
  '\u0000',
  '😀'.repeat(50),
  'x'.repeat(3000),
  '"\'`\\\n\r\t<b>',
];

export class Fuzzer {
  readonly #document: Document;
  readonly #next: () => number;
  readonly #ids: readonly string[];
  readonly #operations: { method: string; path: string; operation: Operation }[];

  /** @param ids of things that are there. */
  constructor(document: Document, ids: readonly string[], seed: number) {
    this.#document = document;
    this.#ids = ids;
    this.#next = seededRandom(seed);
    this.#operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
    );
  }

  chance(share: number): boolean {
    return this.#next() < share;
  }

  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.#next() * list.length)] as T;
  }

  request(): FuzzRequest {
    const { method, path, operation } = this.pick(this.#operations);
    const filled = path.replaceAll(/\{[^}]+\}/g, () => this.#segment());
    const query = (operation.parameters ?? [])
      .filter((parameter) => parameter.in === 'query' && this.chance(0.5))
      .map(({ name, schema }) => `${name}=${encodeURIComponent(queryText(this.#scalar(schema)))}`);
    if (this.chance(0.05)) query.push(`${encodeURIComponent(this.pick(TEXTS))}=1`);
    const headers: Record<string, string> = {};
    let body: string | null = null;
    if (method === 'POST' || this.chance(0.05)) {
      const schema = operation.requestBody?.content['application/json']?.schema ?? {};
      body = this.#body(schema);
      headers['content-type'] = this.chance(0.9)
        ? 'application/json'
        : this.pick(['text/plain', 'multipart/form-data', 'application/x-www-form-urlencoded', 'nonsense', '']);
    }
    const used = this.chance(0.03) ? this.pick(['PUT', 'PATCH', 'OPTIONS', 'HEAD', 'TRACE']) : method;
    if (used === 'HEAD') body = null;
    return { method: used, path: `${filled}${query.length > 0 ? `?${query.join('&')}` : ''}`, headers, body };
  }

  #segment(): string {
    if (this.chance(0.4)) return this.pick(this.#ids);
    if (this.chance(0.3))
      return Math.floor(this.#next() * 2 ** 48)
        .toString(16)
        .padStart(24, '0');
    return this.pick(TRICKS);
  }

  #body(schema: Schema): string {
    if (this.chance(0.02)) return JSON.stringify({ name: 'x'.repeat(200_000) });
    if (this.chance(0.02)) return `${'['.repeat(5000)}${']'.repeat(5000)}`;
    if (this.chance(0.03))
      return this.pick(['', '{', 'null', '[]', '"text"', '1e999', '{"__proto__":{"a":1}}', '\u0000']);
    return JSON.stringify(this.#value(schema, 0));
  }

  /** Mostly what the schema wants, often not. */
  #value(given: Schema, depth: number): Json {
    const schema = this.#resolved(given);
    if (depth > 8 || this.chance(0.12)) return this.#anything(depth);
    if (schema.anyOf) return this.#value(this.pick(schema.anyOf), depth + 1);
    if (schema.properties) {
      const entries = Object.entries(schema.properties).filter(() => this.chance(0.7));
      const object = Object.fromEntries(entries.map(([name, part]) => [name, this.#value(part, depth + 1)]));
      return this.chance(0.1) ? { ...object, [this.pick(['constructor', 'extra', ''])]: 1 } : object;
    }
    if (schema.type === 'array') return [this.#value(schema.items ?? {}, depth + 1)];
    return this.#scalar(schema);
  }

  #scalar(given: Schema): Json {
    const schema = this.#resolved(given);
    if (this.chance(0.15)) return this.#anything(9);
    if (schema.enum) return this.pick(schema.enum);
    if (schema.type === 'boolean') return this.chance(0.5);
    if (schema.type === 'number' || schema.type === 'integer')
      return this.pick([schema.minimum ?? 1, 0, 2, -1, 1.5, 1e21, 640, Number.MAX_SAFE_INTEGER]);
    return this.chance(0.4) ? this.pick(this.#ids) : this.pick(['ws://127.0.0.1:1/?roomId=fuzz', 'bucket', ...TEXTS]);
  }

  #anything(depth: number): Json {
    const simple: Json[] = [null, true, -1, 1e308, '', 'x', this.pick(TEXTS)];
    return depth > 4 ? this.pick(simple) : this.pick<Json>([...simple, [], {}, [{ a: [1] }], { name: { name: 1 } }]);
  }

  #resolved(schema: Schema): Schema {
    const name = schema.$ref?.split('/').at(-1);
    return name === undefined ? schema : (this.#document.components.schemas[name] ?? {});
  }
}

export interface FuzzAnswer {
  status: number;
  body: string;
}

/** Sends it as it is, without a client's corrections; an endless answer is left after its head. */
export function send(url: URL, agent: Agent, { method, path, headers, body }: FuzzRequest): Promise<FuzzAnswer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        host: url.hostname,
        port: url.port,
        agent,
        method,
        path: path.replaceAll(' ', '%20'),
        headers,
        setHost: headers['host'] === undefined,
      },
      (response) => {
        const status = response.statusCode ?? 0;
        if (response.headers['content-type']?.startsWith('text/event-stream') === true) {
          response.destroy();
          return resolve({ status, body: '' });
        }
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response.on('end', () => resolve({ status, body: text }));
        response.on('error', () => resolve({ status, body: text }));
      },
    );
    // A body that is too large is answered before it is sent whole.
    request.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' || error.code === 'EPIPE' ? resolve({ status: 0, body: '' }) : reject(error),
    );
    request.end(body ?? undefined);
  });
}
