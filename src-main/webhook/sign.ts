import { Webhook as StandardWebhook } from 'standardwebhooks';
import { RollcallError } from '../contract/errors.ts';

/**
 * Standard Webhooks headers: `webhook-id`, `webhook-timestamp`, `webhook-signature`.
 * @param secret `whsec_` and base64.
 * @throws RollcallError `SETTINGS_INVALID` where the secret is no such text.
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function signatureHeaders(secret: string, id: string, at: Date, body: string): Record<string, string> {
  let signature: string;
  try {
    signature = new StandardWebhook(secret).sign(id, at, body);
  } catch {
    // The library's message may quote the secret.
    throw new RollcallError(
      'SETTINGS_INVALID',
      "The webhook's signing_secret cannot be used: it must be whsec_ followed by base64.",
      'Copy it again from the receiver.',
    );
  }
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': signature,
  };
}
