import { createServer, type IncomingMessage, type Server } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { RollcallError } from '../src-main/contract/errors.ts';
import type { RollcallEvent } from '../src-main/contract/events.ts';
import type { Webhook } from '../src-main/contract/settings.ts';
import {
  deliverWebhooks,
  nextAttemptMs,
  replayWebhook,
  type DeliverWebhooksOptions,
} from '../src-main/webhook/outbox.ts';
import { makeSession, PEER_ID, STREAM_ID, type TestSession } from './upload-fixtures.ts';

interface Received {
  headers: IncomingMessage['headers'];
  body: string;
  path: string;
}
type Answer = { status: number; body?: string; location?: string } | 'hang';

const SIGNING_SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

/** Answers the requests in turn; the last answer goes for all that follow. */
async function receiver(...answers: Answer[]): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = [];
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const answer = answers[Math.min(received.length, answers.length - 1)] ?? 'hang';
      received.push({ headers: request.headers, body, path: request.url ?? '' });
      if (answer === 'hang') return;
      response.writeHead(answer.status, answer.location === undefined ? {} : { location: answer.location });
      response.end(answer.body?.replace('ECHO', `${JSON.stringify(request.headers)} ${body}`) ?? '');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  closing.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(() => resolve()));
  });
  return { url: `http://127.0.0.1:${address.port}/hook`, received };
}

async function delivered(): Promise<TestSession> {
  const made = await makeSession({ composite: 1000, stream: 500 });
  closing.push(() => made.remove());
  await made.handle.update((draft) => {
    draft.uploads = draft.outputs.map((output) => ({
      output_id: output.output_id,
      state: 'delivered',
      attempts: 1,
      multipart: null,
      error: null,
      receipt: {
        path: `s3://b/${output.file}`,
        endpoint: null,
        key: output.file,
        size_bytes: output.size_bytes,
        etag: 'e',
        version_id: null,
        sha256: output.sha256!,
        verified_at: '2021-07-21T20:14:00Z',
      },
    }));
  });
  return made;
}

let signed = 0;
const inHours = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString();
const options = (
  made: TestSession,
  webhook: Webhook | null,
  more: Partial<DeliverWebhooksOptions> = {},
): DeliverWebhooksOptions => ({
  handle: made.handle,
  // The receivers of these tests are on this computer.
  webhook: webhook === null ? null : { allow_private_network: true, ...webhook },
  source: { accountId: 'a1', appId: 'rollcall' },
  presign: async (receipt) =>
    Promise.resolve({ url: `https://signed.example/${receipt.key}?n=${++signed}`, expiresAt: inHours(12) }),
  emit: () => undefined,
  signal: new AbortController().signal,
  delaysMs: [10, 10, 10],
  timeoutMs: 300,
  ...more,
});

describe('deliverWebhooks', () => {
  it("tells of every delivered file with SPEC's body, signed, with the user's headers", async () => {
    const made = await delivered();
    const { url, received } = await receiver({ status: 200, body: 'ok' });
    const outbox = await deliverWebhooks(
      options(made, { url, headers: { 'x-token': 'header-SECRET' }, signing_secret: SIGNING_SECRET }),
    );
    expect(outbox.map(({ state, attempts }) => [state, attempts.length, attempts[0]?.status])).toEqual([
      ['delivered', 1, 200],
      ['delivered', 1, 200],
    ]);
    const bodies = received.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
    const envelope = {
      version: '2.0',
      id: expect.any(String),
      account_id: 'a1',
      app_id: 'rollcall',
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
    };
    expect(bodies).toEqual([
      {
        ...envelope,
        type: 'stream.recording.success',
        data: {
          room_id: made.handle.session.room.id,
          session_id: made.handle.session.session_id,
          peer_id: PEER_ID,
          user_id: PEER_ID,
          stream_id: STREAM_ID,
          type: 'regular',
          recording_id: STREAM_ID,
          recording_path: `s3://b/${made.handle.session.outputs[0]!.file}`,
          recording_presigned_url: expect.stringMatching(/^https:\/\/signed/),
          size: 500,
          duration: 12.345,
        },
      },
      {
        ...envelope,
        type: 'recording.success',
        data: {
          room_id: made.handle.session.room.id,
          room_name: 'Monday',
          session_id: made.handle.session.session_id,
          template_id: 'classes',
          recording_path: `s3://b/${made.handle.session.outputs[1]!.file}`,
          recording_presigned_url: expect.stringMatching(/^https:\/\/signed/),
          size: 1000,
          duration: 12.345,
          session_started_at: '2021-07-21T20:13:42.000Z',
          session_stopped_at: '2021-07-21T20:13:54.345Z',
        },
      },
    ]);
    for (const { headers, body } of received) {
      expect(headers).toMatchObject({ 'x-token': 'header-SECRET', 'content-type': 'application/json' });
      const verify = {
        'webhook-id': String(headers['webhook-id']),
        'webhook-timestamp': String(headers['webhook-timestamp']),
        'webhook-signature': String(headers['webhook-signature']),
      };
      expect(() => new StandardWebhook(SIGNING_SECRET).verify(body, verify)).not.toThrow();
    }
    // Told once: a second run has nothing to say.
    await deliverWebhooks(options(made, { url }));
    expect(received).toHaveLength(2);
  });

  it('repeats with the same id and a fresh link until it is taken, and keeps every attempt, and no secret', async () => {
    const made = await delivered();
    const { url, received } = await receiver({ status: 500, body: 'ECHO' }, 'hang', { status: 200 });
    const outbox = await deliverWebhooks(
      options(made, { url, headers: { 'x-token': 'header-SECRET' }, signing_secret: SIGNING_SECRET }),
    );
    expect(outbox[0]!.attempts.map(({ status }) => status)).toEqual([500, null, 200]);
    expect(outbox[0]!.attempts[1]!.excerpt).toMatch(/No answer within 0\.3 s/);
    expect(new Set(received.slice(0, 3).map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    const links = received
      .slice(0, 3)
      .map(
        ({ body }) => (JSON.parse(body) as { data: { recording_presigned_url: string } }).data.recording_presigned_url,
      );
    expect(new Set(links).size).toBe(3);
    const kept = JSON.stringify(made.handle.session);
    for (const secret of ['header-SECRET', SIGNING_SECRET, ...links]) expect(kept).not.toContain(secret);
  });

  it('leaves the rest pending in order while the receiver is down, and goes on in the next run', async () => {
    const made = await delivered();
    const warnings: RollcallEvent[] = [];
    const nobody = await receiver({ status: 200 });
    await closing.pop()?.();
    const down = await deliverWebhooks(options(made, { url: nobody.url }, { emit: (event) => warnings.push(event) }));
    expect(down.map(({ state, attempts }) => [state, attempts.length])).toEqual([
      ['pending', 4],
      ['pending', 0],
    ]);
    expect(down[0]!.attempts[0]!.excerpt).toContain('ECONNREFUSED');
    expect(warnings).toMatchObject([{ code: 'WEBHOOK_FAILED' }]);
    expect(Date.parse(down[0]!.next_attempt_at!) - Date.now()).toBeGreaterThan(55_000);
    const { url, received } = await receiver({ status: 204 });
    const reopened = made.reopen();
    const up = await deliverWebhooks(options(made, { url }, { handle: reopened }));
    expect(up.map(({ state }) => state)).toEqual(['delivered', 'delivered']);
    expect(received.map(({ headers }) => headers['webhook-id'])).toEqual(down.map(({ id }) => id));
  });

  it('stops at 410, follows a redirect on the same host only', async () => {
    const made = await delivered();
    const gone = await receiver({ status: 410 });
    expect((await deliverWebhooks(options(made, { url: gone.url }))).map(({ state }) => state)).toEqual([
      'failed',
      'failed',
    ]);
    expect(gone.received).toHaveLength(2);

    const other = await receiver({ status: 200 });
    const away = await receiver({ status: 307, location: other.url });
    const second = await delivered();
    expect((await deliverWebhooks(options(second, { url: away.url }, { delaysMs: [] })))[0]).toMatchObject({
      state: 'pending',
      attempts: [{ status: 307, excerpt: expect.stringMatching(/not followed/) }],
    });
    expect(other.received).toHaveLength(0);
    const near = await receiver({ status: 308, location: '/elsewhere' }, { status: 200 });
    expect((await deliverWebhooks(options(second, { url: near.url })))[0]).toMatchObject({ state: 'delivered' });
    expect(near.received[1]).toMatchObject({ path: '/elsewhere', body: near.received[0]!.body });
  });

  it('tells of failures once, and of the success that follows', async () => {
    const made = await delivered();
    const error = new RollcallError('UPLOAD_NO_BUCKET', 'There is no bucket.', 'Create it.').toRecord();
    await made.handle.update((draft) => {
      draft.uploads[0] = { ...draft.uploads[0]!, state: 'failed', receipt: null, error };
      draft.outputs[1] = {
        ...draft.outputs[1]!,
        state: 'failed',
        error: new RollcallError('FFMPEG_FAILED', 'ffmpeg failed.', 'Retry.').toRecord(),
      };
      draft.uploads.splice(1);
    });
    const { url, received } = await receiver({ status: 200 });
    await deliverWebhooks(options(made, { url }));
    await deliverWebhooks(options(made, { url }));
    const told = received.map(({ body }) => JSON.parse(body) as { type: string; data: Record<string, unknown> });
    expect(told.map(({ type, data }) => [type, data['error_type'], data['error']])).toEqual([
      ['stream.recording.failure', 'CLOUD_ACCESS_ERROR', 'There is no bucket. Create it.'],
      ['recording.failed', 'PROCESSING_CMD_ERROR', 'ffmpeg failed. Retry.'],
    ]);
    await made.handle.update(
      (draft) =>
        void (draft.uploads[0] = {
          ...draft.uploads[0]!,
          state: 'delivered',
          error: null,
          receipt: {
            path: 's3://b/k',
            endpoint: null,
            key: 'k',
            size_bytes: 500,
            etag: 'e',
            version_id: null,
            sha256: 'x',
            verified_at: 'now',
          },
        }),
    );
    await deliverWebhooks(options(made, { url }));
    expect(JSON.parse(received.at(-1)!.body)).toMatchObject({ type: 'stream.recording.success' });
    expect(received).toHaveLength(3);
  });

  it('replays by hand', async () => {
    const made = await delivered();
    const { url, received } = await receiver({ status: 200 });
    const [first] = await deliverWebhooks(options(made, { url }));
    const replayed = await replayWebhook(first!.id, options(made, { url }));
    expect(replayed).toMatchObject({ state: 'delivered', attempts: [{ status: 200 }, { status: 200 }] });
    expect(received.at(-1)!.headers['webhook-id']).toBe(first!.id);
  });

  it('tells nobody without a webhook, and shows a header that cannot be sent without its value', async () => {
    const made = await delivered();
    expect(await deliverWebhooks(options(made, null))).toEqual([]);
    const { url } = await receiver({ status: 200 });
    const outbox = await deliverWebhooks(
      options(made, { url, headers: { 'x-token': 'bad\nSECRET' } }, { delaysMs: [] }),
    );
    expect(outbox[0]).toMatchObject({
      state: 'pending',
      attempts: [{ status: null, excerpt: expect.stringMatching(/headers/) }],
    });
    expect(JSON.stringify(outbox)).not.toContain('SECRET');
  });

  it('asks again after minutes, then hours, for three days, whatever ends in between, and then gives up', async () => {
    const made = await delivered();
    const { url, received } = await receiver({ status: 500 });
    let now = Date.now();
    let handle = made.handle;
    const waits: number[] = [];
    for (let run = 0; run < 100; run += 1) {
      // Every run is a new process that knows session.json only.
      await deliverWebhooks(options(made, { url }, { handle, delaysMs: [], onlyDue: true, now: () => now }));
      handle = made.reopen();
      const next = nextAttemptMs(handle.session.webhooks, now);
      if (handle.session.webhooks[0]!.state === 'failed' || next === null) break;
      // Before its time nothing is asked.
      const asked = received.length;
      await deliverWebhooks(options(made, { url }, { handle, delaysMs: [], onlyDue: true, now: () => next - 1000 }));
      expect(received.length).toBe(asked);
      waits.push((next - now) / 60_000);
      now = next;
    }
    expect(waits.slice(0, 7)).toEqual([1, 5, 15, 60, 180, 360, 360]);
    const hours = waits.reduce((sum, wait) => sum + wait, 0) / 60;
    expect(hours).toBeGreaterThan(64);
    expect(hours).toBeLessThanOrEqual(72);
    expect(handle.session.webhooks[0]).toMatchObject({ state: 'failed', next_attempt_at: null });
    expect(
      new Set(received.filter(({ body }) => body.includes('"stream.')).map(({ headers }) => headers['webhook-id']))
        .size,
    ).toBe(1);
  });

  it.each([
    'http://127.0.0.1:1/',
    'http://localhost:1/',
    'http://[::1]:1/',
    'http://2130706433/',
    'http://169.254.169.254/',
  ])('does not go to %s unless the settings allow it', async (target) => {
    const made = await delivered();
    const [first] = await deliverWebhooks(
      options(made, { url: target, allow_private_network: false }, { delaysMs: [], timeoutMs: 3000 }),
    );
    expect(first).toMatchObject({
      state: 'pending',
      attempts: [{ status: null, excerpt: expect.stringMatching(/private network.*allow_private_network/) }],
    });
  });

  it('tells when a link ends before its 12 hours', async () => {
    const made = await delivered();
    const { url, received } = await receiver({ status: 200 });
    const expiresAt = inHours(1);
    const presign = () => Promise.resolve({ url: 'https://signed.example/x', expiresAt });
    await deliverWebhooks(options(made, { url }, { presign }));
    expect(JSON.parse(received[0]!.body)).toMatchObject({ data: { recording_presigned_url_expires_at: expiresAt } });
  });
});
