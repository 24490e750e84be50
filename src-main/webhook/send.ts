import { redact } from '../contract/errors.ts';
import type { Webhook } from '../contract/settings.ts';
import { postOnce, type PostAnswer } from './post.ts';
import { PrivateNetworkError } from './private-network.ts';
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
    const allowPrivate = webhook.allow_private_network === true;
    for (let redirects = 0; ; redirects += 1) {
      const answer = await postOnce(url, {
        headers: merged(webhook.headers ?? {}, ours),
        body,
        allowPrivate,
        // More than is kept, so that a secret at its end is seen whole.
        maxBodyCharacters: 20 * EXCERPT_CHARACTERS,
        signal: limit,
      });
      const next = redirectTarget(answer, url);
      if (next === null || redirects === MAX_REDIRECTS)
        return { status: answer.status, excerpt: excerpt(answer, url, hidden) };
      url = next;
    }
  } catch (error) {
    return { status: null, excerpt: redact(fault(error, limit.aborted && !signal.aborted, timeoutMs), hidden) };
  }
}

/** The user's headers under ours, whatever their case. */
function merged(
  users: Readonly<Record<string, string>>,
  ours: Readonly<Record<string, string>>,
): Record<string, string> {
  const lower = Object.entries(users).map(([name, value]) => [name.toLowerCase(), value] as const);
  return { ...Object.fromEntries(lower), ...ours };
}

function redirectTarget({ status, location }: PostAnswer, from: string): string | null {
  if ((status !== 307 && status !== 308) || location === null || !URL.canParse(location, from)) return null;
  const next = new URL(location, from);
  return next.origin === new URL(from).origin ? next.href : null;
}

function excerpt({ status, location, body }: PostAnswer, url: string, hidden: readonly string[]): string {
  if (status < 300 || status >= 400) return redact(body, hidden).slice(0, EXCERPT_CHARACTERS);
  const origin = location === null || !URL.canParse(location, url) ? 'nowhere' : new URL(location, url).origin;
  return `Redirect to ${origin} not followed.`;
}

function fault(error: unknown, timedOut: boolean, timeoutMs: number): string {
  if (error instanceof PrivateNetworkError)
    return `${error.message}, where webhooks may not go: set allow_private_network of this webhook if it shall.`;
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
