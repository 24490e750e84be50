import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { toRollcallError } from '../contract/errors.ts';
import type { Emit } from '../contract/events.ts';
import type { Receipt, SessionHandle, WebhookDelivery } from '../contract/session.ts';
import type { Webhook } from '../contract/settings.ts';
import { webhookEvent, missingDeliveries, type EventSource, type SignedLink } from './events.ts';
import { postWebhook, type WebhookAnswer } from './send.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Waits before the second, third and fourth attempt, which are part of one run. */
export const WEBHOOK_DELAYS_MS: readonly number[] = [1_000, 3_000, 10_000];
/** Waits before those that follow, each in a run of its own; the last one repeats. */
export const WEBHOOK_LATER_MS: readonly number[] = [
  MINUTE_MS,
  5 * MINUTE_MS,
  15 * MINUTE_MS,
  HOUR_MS,
  3 * HOUR_MS,
  6 * HOUR_MS,
];
/** After this long an event is given up. */
export const WEBHOOK_GIVE_UP_MS = 72 * HOUR_MS;

export interface DeliverWebhooksOptions {
  handle: SessionHandle;
  /** null: nobody is to be told, and no entry is made. */
  webhook: Webhook | null;
  source: EventSource;
  /** Signs a fresh link to a delivered object. */
  presign: (receipt: Receipt) => Promise<SignedLink>;
  emit: Emit;
  signal: AbortSignal;
  delaysMs?: readonly number[];
  laterMs?: readonly number[];
  /** Only what is due by the schedule; false: a run by hand, which tries what waits at once. */
  onlyDue?: boolean;
  /** Unix milliseconds. */
  now?: () => number;
  timeoutMs?: number;
}

/**
 * Tells the webhook what became of the session's outputs: at least once, in order, with the same id on every attempt.
 * Entries are in session.json before their first attempt, and so is each attempt before the next. Where one is not
 * taken the later ones wait with it, so that their order holds.
 * @returns the outbox as it is now. Does not throw for a receiver that fails.
 */
export async function deliverWebhooks(options: DeliverWebhooksOptions): Promise<readonly WebhookDelivery[]> {
  const { handle, webhook, emit } = options;
  if (webhook === null) return handle.session.webhooks;
  const missing = missingDeliveries(handle.session, randomUUID, new Date().toISOString());
  if (missing.length > 0) await handle.update((draft) => void draft.webhooks.push(...missing));
  const now = (options.now ?? Date.now)();
  for (const { id, next_attempt_at: next } of handle.session.webhooks.filter(({ state }) => state === 'pending')) {
    if (options.onlyDue === true && next !== null && Date.parse(next) > now) break;
    const state = await deliver(id, webhook, options);
    if (state === 'delivered') continue;
    emit({ event: 'warning', code: 'WEBHOOK_FAILED', message: failureMessage(handle, id, webhook) });
    if (state === 'pending') break;
  }
  return handle.session.webhooks;
}

/** Unix milliseconds at which a session's outbox has something to do next; null: nothing waits. */
export function nextAttemptMs(outbox: readonly WebhookDelivery[], now: number): number | null {
  // In order: what follows the first that waits, waits for it.
  const first = outbox.find(({ state }) => state === 'pending');
  if (first === undefined) return null;
  return first.next_attempt_at === null ? now : Date.parse(first.next_attempt_at);
}

/** Sends one entry again, whatever became of it before, with its id and a fresh link. One attempt. */
export async function replayWebhook(
  deliveryId: string,
  options: DeliverWebhooksOptions,
): Promise<WebhookDelivery | null> {
  if (options.webhook !== null) await deliver(deliveryId, options.webhook, { ...options, delaysMs: [] });
  return options.handle.session.webhooks.find(({ id }) => id === deliveryId) ?? null;
}

async function deliver(
  id: string,
  webhook: Webhook,
  options: DeliverWebhooksOptions,
): Promise<WebhookDelivery['state']> {
  const inRun = options.delaysMs ?? WEBHOOK_DELAYS_MS;
  for (;;) {
    if (options.signal.aborted) return 'pending';
    const answer = await attemptOnce(id, webhook, options);
    // Stopped by us: no attempt of the receiver's.
    if (options.signal.aborted && answer.status === null) return 'pending';
    const state = await record(id, answer, options);
    const attempts = options.handle.session.webhooks.find((entry) => entry.id === id)?.attempts.length ?? 0;
    const delay = inRun[attempts - 1];
    if (state !== 'pending' || delay === undefined) return state;
    await sleep(delay, undefined, { signal: options.signal }).catch(() => undefined);
  }
}

async function attemptOnce(
  id: string,
  webhook: Webhook,
  { handle, source, presign, signal, timeoutMs }: DeliverWebhooksOptions,
): Promise<WebhookAnswer> {
  const { session } = handle;
  const delivery = session.webhooks.find((entry) => entry.id === id);
  if (delivery === undefined) return { status: null, excerpt: 'The outbox has no such event.' };
  try {
    const receipt = session.uploads.find(({ output_id: output }) => output === delivery.output_id)?.receipt ?? null;
    const link = delivery.failure === null && receipt !== null ? await presign(receipt) : null;
    const event = webhookEvent(session, delivery, source, link);
    if (event === null) return { status: null, excerpt: 'The session has no such output.' };
    const secrets = link === null ? [] : [link.url];
    return await postWebhook({
      webhook,
      id,
      body: JSON.stringify(event),
      at: new Date(),
      signal,
      secrets,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
  } catch (error) {
    // No link could be signed, or the signing secret is wrong: shown as an attempt, tried again in the next run.
    const { message, remedy } = toRollcallError(error);
    return { status: null, excerpt: `${message} ${remedy}` };
  }
}

/** 2xx is delivered; 410 says that nobody listens there any more; all else is tried again. */
function stateAfter({ status }: WebhookAnswer): WebhookDelivery['state'] {
  if (status !== null && status >= 200 && status < 300) return 'delivered';
  return status === 410 ? 'failed' : 'pending';
}

/** Keeps the attempt and, before any wait, when the next one is due. */
async function record(
  id: string,
  answer: WebhookAnswer,
  options: DeliverWebhooksOptions,
): Promise<WebhookDelivery['state']> {
  const nowMs = (options.now ?? Date.now)();
  await options.handle.update((draft) => {
    const delivery = draft.webhooks.find((entry) => entry.id === id);
    if (delivery === undefined) return;
    delivery.attempts.push({ at: new Date(nowMs).toISOString(), status: answer.status, excerpt: answer.excerpt });
    // What was delivered once stays so when a replay fails.
    if (delivery.state === 'delivered') return;
    const state = stateAfter(answer);
    const nextMs = nowMs + waitAfter(delivery.attempts.length, options);
    const createdMs = Date.parse(delivery.created_at);
    delivery.state = state === 'pending' && nextMs - createdMs > WEBHOOK_GIVE_UP_MS ? 'failed' : state;
    delivery.next_attempt_at = delivery.state === 'pending' ? new Date(nextMs).toISOString() : null;
  });
  return options.handle.session.webhooks.find((entry) => entry.id === id)?.state ?? 'failed';
}

/** Milliseconds to wait after so many attempts. */
function waitAfter(attempts: number, options: DeliverWebhooksOptions): number {
  const later = options.laterMs ?? WEBHOOK_LATER_MS;
  const schedule = [...(options.delaysMs ?? WEBHOOK_DELAYS_MS), ...later];
  return schedule[Math.min(attempts, schedule.length) - 1] ?? 0;
}

function failureMessage(handle: SessionHandle, id: string, webhook: Webhook): string {
  const delivery = handle.session.webhooks.find((entry) => entry.id === id);
  const last = delivery?.attempts.at(-1);
  const answer =
    last === undefined
      ? 'was not asked'
      : last.status === null
        ? `gave no answer (${last.excerpt})`
        : `answered ${last.status}`;
  const next =
    delivery?.next_attempt_at == null ? 'It is not told again.' : `It is told again at ${delivery.next_attempt_at}.`;
  return `The webhook at ${new URL(webhook.url).origin} ${answer} to ${delivery?.type ?? 'an event'}. ${next}`;
}
