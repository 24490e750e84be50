import { z } from 'zod';

/**
 * Shapes of the HTTP API that everything in it shares. Field names follow the REST conventions of the field (100ms's v2
 * API); they are a contract with other programs, and the OpenAPI document is made from these schemas.
 */

/** What a token may do: `read` looks, `control` also starts and stops, `admin` also changes templates and rooms. */
export const API_SCOPES = ['read', 'control', 'admin'] as const;
export const apiScopeSchema = z.enum(API_SCOPES, { error: 'must be "read", "control" or "admin"' });
export type ApiScope = z.infer<typeof apiScopeSchema>;

/** Port of the API unless another one is asked for. */
export const API_PORT = 4680;

export const apiErrorSchema = z
  .object({
    code: z.string().describe('A word of the catalogue of errors, e.g. SETTINGS_INVALID, NOT_FOUND, OVER_BUDGET.'),
    message: z.string().describe('What happened and what to do, for people.'),
    details: z
      .array(z.object({ field: z.string(), message: z.string() }))
      .describe('The fields of the request that are wrong; empty where none is.'),
  })
  .meta({ id: 'Error' });
export type ApiError = z.infer<typeof apiErrorSchema>;

/** Ids of rooms, sessions and recordings. */
export const hexIdSchema = z.string().regex(/^[0-9a-f]{24}$/, 'must be 24 hexadecimal digits');

export const pageQuerySchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(10).describe('How many items a page has at most.'),
  start: z.string().min(1).max(200).optional().describe('`last` of the page before: this one begins after it.'),
});
export type PageQuery = z.infer<typeof pageQuerySchema>;

/** One page of a list. `last` is the id of its last item, for `start` of the next page; null where the page is empty. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({
    limit: z.number().int(),
    data: z.array(item),
    last: z.string().nullable().describe('Id of the last item, for `start` of the next page; null after the end.'),
  });

/** What the settings say about the API: off unless enabled. `rollcall serve` runs it whatever `enabled` says. */
export const apiSettingsSchema = z
  .strictObject({
    enabled: z.boolean(),
    port: z.number().int().min(0).max(65535).optional(),
    /** The address to listen at; loopback unless said otherwise. Any other one needs `tls_cert` and `tls_key`. */
    host: z.string().min(1).optional(),
    /** Paths of PEM files. */
    tls_cert: z.string().min(1).optional(),
    tls_key: z.string().min(1).optional(),
    /** Recordings at once; `auto`, and absent: as many as this computer is measured to carry. */
    max_recordings: z.union([z.literal('auto'), z.number().int().min(1).max(1000)]).optional(),
    /** Requests a minute that one token may make. */
    requests_per_minute: z.number().int().min(1).max(1_000_000).optional(),
  })
  .refine((api) => (api.tls_cert === undefined) === (api.tls_key === undefined), {
    error: 'needs both "tls_cert" and "tls_key", or neither',
    path: ['tls_key'],
  });
export type ApiSettings = z.infer<typeof apiSettingsSchema>;

/** A token as it is listed: the token itself is shown once, when it is made, and kept as a hash only. */
export interface ApiToken {
  id: string;
  name: string;
  scope: ApiScope;
  /** RFC 3339 UTC. */
  created_at: string;
}
