import { RollcallError } from '../contract/errors.ts';
import type { UploadInfo, Webhook } from '../contract/settings.ts';
import { HIDDEN_SECRET } from './secrets.ts';

/**
 * What a program that is never shown a secret sends back: secrets that it leaves out are those that are kept for the
 * same place, as long as it is the same place. Pure; `old` is as the store shows it, secrets hidden.
 */

type Given<Info extends { credentials?: unknown }> = Omit<Info, 'credentials'> & {
  credentials?: { key: string; secret?: string | undefined } | null | undefined;
};

/** A destination with its keys. Throws SETTINGS_INVALID where a key has no secret and none is kept for it. */
export function withKeptCredentials(given: Given<UploadInfo>, old: UploadInfo | null | undefined): UploadInfo {
  const { credentials, ...info } = given;
  if (credentials === null) return info;
  const same = old != null && old.location === info.location && old.options?.endpoint === info.options?.endpoint;
  const kept = same ? old.credentials : undefined;
  if (credentials === undefined) return kept === undefined ? info : { ...info, credentials: { ...kept } };
  const { key, secret } = credentials;
  if (secret !== undefined) return { ...info, credentials: { key, secret } };
  if (kept?.key === key) return { ...info, credentials: { key, secret: HIDDEN_SECRET } };
  throw new RollcallError(
    'SETTINGS_INVALID',
    `The credentials for the bucket "${info.location}" have no secret, and none is kept for that key and place.`,
    'Give the secret.',
    { details: 'recording.upload_info.credentials.secret is missing' },
  );
}

/** A webhook with its headers and signing secret; `null` and `{}` remove them. */
export function withKeptWebhookSecrets(
  given: Omit<Webhook, 'signing_secret'> & { signing_secret?: string | null | undefined },
  old: Webhook | null | undefined,
): Webhook {
  const { signing_secret: signing, headers, ...webhook } = given;
  const kept = old?.url === webhook.url ? old : undefined;
  const signingSecret = signing === null ? undefined : (signing ?? kept?.signing_secret);
  const sent = headers ?? kept?.headers;
  return {
    ...webhook,
    ...(signingSecret === undefined ? {} : { signing_secret: signingSecret }),
    ...(sent === undefined ? {} : { headers: { ...sent } }),
  };
}
