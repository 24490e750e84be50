import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { streamFile, compositeFile } from '../src-main/contract/ids.ts';
import { sessionSchema, type Session, type SessionHandle, type SessionOutput } from '../src-main/contract/session.ts';
import type { Destination, StoreTarget } from '../src-main/contract/settings.ts';

export const MIB = 1024 * 1024;
export const PEER_ID = '76539d6b-d10d-4790-bdd2-ab57fa7facb0';
export const STREAM_ID = '9aeec8db-524d-4129-874d-7a71d340bdec';
const EPOCH_MS = 1626898422000;

/** A session folder in a temporary directory, with real files and a session.json that `reopen` reads back. */
export interface TestSession {
  handle: SessionHandle;
  dir: string;
  /** A handle on what is on disk, as a new process would have. */
  reopen(): SessionHandle;
  remove(): Promise<void>;
}

export async function makeSession(sizes: { composite?: number; stream?: number }): Promise<TestSession> {
  const dir = await mkdtemp(join(tmpdir(), 'rollcall-session-'));
  const sessionId = randomBytes(12).toString('hex');
  const outputs: SessionOutput[] = [];
  const add = async (kind: 'composite' | 'stream', file: string, size: number): Promise<void> => {
    const bytes = randomBytes(size);
    await mkdir(dirname(join(dir, file)), { recursive: true });
    await writeFile(join(dir, file), bytes);
    const stream = kind === 'stream';
    outputs.push({
      output_id: stream ? STREAM_ID : 'composite',
      kind,
      stream_id: stream ? STREAM_ID : null,
      peer_id: stream ? PEER_ID : null,
      file,
      state: 'done',
      start_ms: 0,
      duration_ms: 12_345,
      size_bytes: size,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      width: 1280,
      height: 720,
      error: null,
    });
  };
  if (sizes.stream !== undefined) await add('stream', streamFile(PEER_ID, STREAM_ID), sizes.stream);
  if (sizes.composite !== undefined) await add('composite', compositeFile(sessionId, EPOCH_MS), sizes.composite);
  const session = sessionSchema.parse({
    schema_version: 1,
    app_version: '0',
    session_id: sessionId,
    state: 'delivering',
    room: { id: '61101349d0f56e684b608c08', name: 'Monday', url: 'ws://h/?roomId=monday' },
    start_date: '20210721',
    started_at: new Date(EPOCH_MS).toISOString(),
    stopped_at: new Date(EPOCH_MS + 12_345).toISOString(),
    epoch_ms: EPOCH_MS,
    duration_ms: 12_345,
    settings: {
      template_id: 'classes',
      recording: 'auto',
      upload: true,
      composite: true,
      destination: { kind: 's3', location: 'b', prefix: '' },
    },
    peers: [{ peer_id: PEER_ID, display_name: 'Ada', device: null, segment: PEER_ID, joined_ms: 0, left_ms: null }],
    streams: [{ stream_id: STREAM_ID, peer_id: PEER_ID, type: 'regular', start_ms: 0, end_ms: 12_345, track_ids: [] }],
    tracks: [],
    outputs,
    uploads: [],
    webhooks: [],
    error: null,
  });
  let onDisk = JSON.stringify(session);
  const open = (): SessionHandle => {
    const state: { session: Session } = { session: sessionSchema.parse(JSON.parse(onDisk)) };
    return {
      dir,
      get session() {
        return state.session;
      },
      async update(change) {
        const draft = structuredClone(state.session);
        change(draft);
        state.session = sessionSchema.parse(draft);
        onDisk = JSON.stringify(state.session);
        await Promise.resolve();
      },
    };
  };
  return { handle: open(), dir, reopen: open, remove: () => rm(dir, { recursive: true, force: true }) };
}

export const destinationOf = (store: StoreTarget): Destination => ({ kind: 's3', configured: true, store });

export interface TcpProxy {
  url: string;
  /** Bytes that clients sent, in all. */
  bytesUp(): number;
  resets(): number;
  close(): Promise<void>;
}

/** A TCP proxy that resets a connection after so many bytes from the client, decided anew for each; null: never. */
export async function tcpProxy(
  targetUrl: string,
  resetAfter: (connection: number) => number | null,
): Promise<TcpProxy> {
  const { hostname, port } = new URL(targetUrl);
  const sockets = new Set<Socket>();
  let bytes = 0;
  let connections = 0;
  let resets = 0;
  const server = createServer((client) => {
    const limit = resetAfter(connections++);
    let own = 0;
    const upstream = connect(Number(port), hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
    }
    upstream.pipe(client);
    client.on('data', (chunk) => {
      own += chunk.length;
      bytes += chunk.length;
      if (limit !== null && own > limit) {
        resets += 1;
        client.resetAndDestroy();
        upstream.destroy();
      } else if (!upstream.write(chunk)) {
        client.pause();
        upstream.once('drain', () => client.resume());
      }
    });
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    bytesUp: () => bytes,
    resets: () => resets,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
