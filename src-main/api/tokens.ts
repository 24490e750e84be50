import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { apiScopeSchema, type ApiScope, type ApiToken } from '../contract/api.ts';
import { RollcallError } from '../contract/errors.ts';

/**
 * Bearer tokens of the API: 256 random bits each, shown once and kept as their SHA-256. So much randomness needs no slow
 * hash: there is nothing to guess.
 */

const storedSchema = z.array(
  z.object({
    id: z.string(),
    name: z.string(),
    scope: apiScopeSchema,
    created_at: z.string(),
    /** SHA-256 of the token, hex. */
    hash: z.string().regex(/^[0-9a-f]{64}$/),
  }),
);
type StoredToken = z.infer<typeof storedSchema>[number];

/** The part of electron-store that is used; read anew each time, so that another process's changes count. */
export interface TokenFile {
  get(key: string): unknown;
  set(key: string, value: unknown): void;
}

const KEY = 'tokens';
/** So that scanners of leaked secrets, and people, can tell what it is. */
const PREFIX = 'rollcall_';

const RANK: Readonly<Record<ApiScope, number>> = { read: 0, control: 1, admin: 2 };

/** Whether a token of this scope may do what the wanted one allows. */
export const allows = (scope: ApiScope, wanted: ApiScope): boolean => RANK[scope] >= RANK[wanted];

export class ApiTokens {
  readonly #file: TokenFile;

  constructor(file: TokenFile) {
    this.#file = file;
  }

  list(): ApiToken[] {
    return this.#read().map(listed);
  }

  /** Makes a token. It is in the answer and nowhere else. */
  create(scope: ApiScope, name: string): ApiToken & { token: string } {
    const token = `${PREFIX}${randomBytes(32).toString('base64url')}`;
    const made: StoredToken = {
      id: randomBytes(4).toString('hex'),
      name,
      scope,
      created_at: new Date().toISOString(),
      hash: sha256(token).toString('hex'),
    };
    this.#file.set(KEY, [...this.#read(), made]);
    return { ...listed(made), token };
  }

  /** Throws NOT_FOUND where there is no such token. */
  revoke(id: string): void {
    const tokens = this.#read();
    const left = tokens.filter((token) => token.id !== id);
    if (left.length === tokens.length) {
      const there = tokens.map((token) => token.id).join(', ');
      throw new RollcallError(
        'NOT_FOUND',
        `There is no token with the id "${id}".`,
        there === '' ? 'There are no tokens.' : `There are: ${there}.`,
      );
    }
    this.#file.set(KEY, left);
  }

  /** The token that a request shows, or null where it is none of ours (any more). */
  verify(token: string): ApiToken | null {
    const hash = sha256(token);
    // Every one is compared, each in constant time: how long it takes says nothing.
    const found = this.#read().filter((known) => timingSafeEqual(Buffer.from(known.hash, 'hex'), hash))[0];
    return found === undefined ? null : listed(found);
  }

  #read(): StoredToken[] {
    const value = this.#file.get(KEY);
    if (value === undefined) return [];
    const parsed = storedSchema.safeParse(value);
    if (parsed.success) return parsed.data;
    throw new RollcallError(
      'SETTINGS_INVALID',
      'The file of API tokens (api-tokens.json beside the settings) is damaged.',
      'Delete it and make new tokens.',
      { details: z.prettifyError(parsed.error) },
    );
  }
}

const listed = ({ id, name, scope, created_at }: StoredToken): ApiToken => ({ id, name, scope, created_at });

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();
