import { redact } from '../contract/errors.ts';
import type { Webhook } from '../contract/settings.ts';
import { signatureHeaders } from './sign.ts';

export const WEBHOOK_TIMEOUT_MS = 10_000;
const EXCERPT_CHARACTERS = 500;
const MAX_REDIRECTS = 3;

/** What came of one POST. `status` is null where there was no answer; then the excerpt says why. */
export interface WebhookAnswer {
  status: number | null;
  /** The beginning of the answer's body, or the fault. Holds no secret. */
  excerpt: string;
}

export interface WebhookRequest {
  webhook: Webhook;
  id: string;
  body: string;
  at: Date;
  /** Texts of the body that are not to be kept when the receiver echoes them: signed links. */
  secrets?: readonly string[];
  signal: AbortSignal;
  timeoutMs?: number;
}

/**
 * POSTs an event. A redirect is followed only where it keeps the method (307, 308) and the host, so that the user's
 * secret headers go nowhere else.
 * @throws RollcallError `SETTINGS_INVALID` for a signing secret that cannot be used; every other fault is an answer.
 */
export async function postWebhook({
  webhook,
  id,
  body,
  at,
  signal,
  secrets = [],
  timeoutMs = WEBHOOK_TIMEOUT_MS,
}: WebhookRequest): Promise<WebhookAnswer> {
  const signature = webhook.signing_secret === undefined ? {} : signatureHeaders(webhook.signing_secret, id, at, body);
  const ours = { 'content-type': 'application/json', 'user-agent': 'Rollcall', 'webhook-id': id, ...signature };
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  const hidden = [...secrets, ...Object.values(webhook.headers ?? {}), webhook.signing_secret ?? ''];
  let url = webhook.url;
  try {
    const headers = new Headers({ ...webhook.headers });
    for (const [name, value] of Object.entries(ours)) headers.set(name, value);
    for (let redirects = 0; ; redirects += 1) {
      const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal: limit });
      const next = redirectTarget(response, url);
      if (next === null || redirects === MAX_REDIRECTS)
        return { status: response.status, excerpt: await excerpt(response, hidden) };
      await response.body?.cancel();
      url = next;
    }
  } catch (error) {
    return { status: null, excerpt: redact(fault(error, limit.aborted && !signal.aborted, timeoutMs), hidden) };
  }
}

function redirectTarget(response: Response, from: string): string | null {
  const location = response.headers.get('location');
  if ((response.status !== 307 && response.status !== 308) || location === null || !URL.canParse(location, from))
    return null;
  const next = new URL(location, from);
  return next.origin === new URL(from).origin ? next.href : null;
}

/** Reads little more of the answer than is kept. */
async function excerpt(response: Response, hidden: readonly string[]): Promise<string> {
  const location = response.headers.get('location');
  if (response.status >= 300 && response.status < 400) {
    await response.body?.cancel();
    return `Redirect to ${location === null || !URL.canParse(location, response.url) ? 'nowhere' : new URL(location, response.url).origin} not followed.`;
  }
  const decoder = new TextDecoder();
  let text = '';
  const chunks: AsyncIterable<Uint8Array> | null = response.body;
  for await (const chunk of chunks ?? []) {
    text += decoder.decode(chunk, { stream: true });
    // More than is kept, so that a secret at its end is seen whole.
    if (text.length >= 20 * EXCERPT_CHARACTERS) break;
  }
  return redact(text, hidden).slice(0, EXCERPT_CHARACTERS);
}

function fault(error: unknown, timedOut: boolean, timeoutMs: number): string {
  if (timedOut) return `No answer within ${timeoutMs / 1000} s.`;
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return 'The request failed.';
  // The message of a refused header would quote its value.
  if (cause instanceof TypeError && /header/i.test(cause.message))
    return "One of the webhook's headers has a name or value that HTTP does not allow.";
  return `The request failed: ${'code' in cause ? `${String(cause.code)} ` : ''}${cause.message}`.slice(
    0,
    EXCERPT_CHARACTERS,
  );
}
