import { ERROR_KINDS, type ErrorRecord } from '../contract/errors.ts';
import type { Session, SessionOutput, SessionUpload, WebhookDelivery } from '../contract/session.ts';

/** Version of the envelope. */
const EVENT_VERSION = '2.0';

export const EVENT_TYPES = {
  composite: { success: 'recording.success', failure: 'recording.failed' },
  stream: { success: 'stream.recording.success', failure: 'stream.recording.failure' },
} as const;

/** Who sends: the ids in every envelope. */
export interface EventSource {
  /** The installation's own random id. */
  accountId: string;
  appId: string;
}

/** What a webhook is sent, before it is JSON. */
export interface WebhookEvent {
  version: typeof EVENT_VERSION;
  /** The same on every attempt. */
  id: string;
  account_id: string;
  app_id: string;
  /** RFC 3339 UTC: when the event came to be. */
  timestamp: string;
  type: string;
  data: Record<string, string | number | null>;
}

/** A link to the recording, signed for this attempt. */
export interface SignedLink {
  url: string;
  /** RFC 3339 UTC. */
  expiresAt: string;
}

/**
 * The body of one outbox entry. Made anew for each attempt from the session, so that its link is fresh; all else is
 * the same each time.
 * @param link null in events of failure.
 * @returns null where the session has no such output (any more).
 */
export function webhookEvent(
  session: Readonly<Session>,
  delivery: WebhookDelivery,
  source: EventSource,
  link: SignedLink | null,
): WebhookEvent | null {
  const output = session.outputs.find(({ output_id: id }) => id === delivery.output_id);
  if (output === undefined) return null;
  const upload = session.uploads.find(({ output_id: id }) => id === delivery.output_id);
  const about = output.kind === 'composite' ? compositeData(session) : streamData(session, output);
  const result = delivery.failure ?? { ...recordingData(output, upload, link), ...earlyEnd(link) };
  return {
    version: EVENT_VERSION,
    id: delivery.id,
    account_id: source.accountId,
    app_id: source.appId,
    timestamp: delivery.created_at,
    type: delivery.type,
    data: { ...about, ...result },
  };
}

/** An event that tells of nothing, for people who try a webhook. */
export const testEvent = (id: string, source: EventSource, at: Date): WebhookEvent => ({
  version: EVENT_VERSION,
  id,
  account_id: source.accountId,
  app_id: source.appId,
  timestamp: at.toISOString(),
  type: 'webhook.test',
  data: {},
});

function compositeData(session: Readonly<Session>): WebhookEvent['data'] {
  return {
    room_id: session.room.id,
    room_name: session.room.name,
    session_id: session.session_id,
    template_id: session.settings.template_id,
    session_started_at: session.started_at,
    session_stopped_at: session.stopped_at,
  };
}

function streamData(session: Readonly<Session>, output: SessionOutput): WebhookEvent['data'] {
  const stream = session.streams.find(({ stream_id: id }) => id === output.stream_id);
  return {
    room_id: session.room.id,
    session_id: session.session_id,
    peer_id: output.peer_id,
    // An SFU of mediasoup-demo's kind knows no users apart from peers.
    user_id: output.peer_id,
    stream_id: output.stream_id,
    type: stream?.type ?? 'regular',
    recording_id: output.output_id,
  };
}

/** What a link lives where its credentials last. */
const LINK_LIFE_MS = 12 * 60 * 60 * 1000;
const LINK_TOLERANCE_MS = 5 * 60 * 1000;

/** When the link ends, where temporary credentials make that earlier than the 12 hours that receivers count on. */
function earlyEnd(link: SignedLink | null): WebhookEvent['data'] {
  if (link === null || Date.parse(link.expiresAt) - Date.now() >= LINK_LIFE_MS - LINK_TOLERANCE_MS) return {};
  return { recording_presigned_url_expires_at: link.expiresAt };
}

/** Sizes in bytes, durations in seconds. */
function recordingData(
  output: SessionOutput,
  upload: SessionUpload | undefined,
  link: SignedLink | null,
): WebhookEvent['data'] {
  return {
    recording_path: upload?.receipt?.path ?? null,
    recording_presigned_url: link?.url ?? null,
    size: upload?.receipt?.size_bytes ?? output.size_bytes,
    duration: output.duration_ms / 1000,
  };
}

/**
 * The entries that a session's outputs call for and its outbox does not have: success where an output is delivered,
 * failure where it could not be made or uploaded. A success may follow a failure; nothing is told twice.
 * @param newId makes an event's id.
 * @param now RFC 3339 UTC.
 */
export function missingDeliveries(session: Readonly<Session>, newId: () => string, now: string): WebhookDelivery[] {
  return session.outputs.flatMap((output) => {
    // Receivers know of recordings only; the chat lies beside the composite that they are told of.
    if (output.kind === 'chat') return [];
    const upload = session.uploads.find(({ output_id: id }) => id === output.output_id);
    const error = output.state === 'failed' ? output.error : upload?.state === 'failed' ? upload.error : null;
    const outcome =
      upload?.state === 'delivered'
        ? 'success'
        : output.state === 'failed' || upload?.state === 'failed'
          ? 'failure'
          : null;
    if (outcome === null) return [];
    const type = EVENT_TYPES[output.kind][outcome];
    if (session.webhooks.some((entry) => entry.output_id === output.output_id && entry.type === type)) return [];
    const failure = outcome === 'failure' ? failureOf(error) : null;
    return [
      {
        id: newId(),
        type,
        output_id: output.output_id,
        created_at: now,
        state: 'pending',
        next_attempt_at: null,
        failure,
        attempts: [],
      },
    ];
  });
}

function failureOf(error: ErrorRecord | null): NonNullable<WebhookDelivery['failure']> {
  if (error === null) return { error_type: 'INTERNAL_ERROR', error: 'The cause is not known.' };
  return { error_type: ERROR_KINDS[error.code].eventType, error: `${error.message} ${error.remedy}` };
}
