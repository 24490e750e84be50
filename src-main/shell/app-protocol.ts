import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, realpath, stat } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { Readable } from 'node:stream';
import type { Protocol } from 'electron';
import { APP_SCHEME } from '../contract/app-urls.ts';
import { sessionIdSchema } from '../contract/ipc.ts';
import { POSTER_FILE, PREVIEWS_DIR } from '../contract/previews.ts';
import { parseRange } from './byte-range.ts';
import { contentSecurityPolicy, type PageKind } from './csp.ts';

/**
 * `rollcall://app/...` serves the built pages, `rollcall://media/<session_id>/<file>` a session's files to the player.
 * Instead of `file://`: pages get an origin of their own, headers, and no way to the rest of the disk.
 */

const PAGES: Record<string, PageKind> = {
  '/index.html': 'ui',
  '/gallery.html': 'ui',
  '/capture.html': 'capture',
  '/cards.html': 'cards',
};

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};

/** Kinds of file that the player may read from a session's folder. */
const MEDIA_TYPES: Record<string, string> = {
  '.mp4': 'video/mp4',
  '.mkv': 'video/x-matroska',
  '.jpg': 'image/jpeg',
  '.png': 'image/png',
};

/** To be put in pages where a style nonce is wanted: `<meta property="csp-nonce" nonce="__CSP_NONCE__">`. */
const NONCE_PLACEHOLDER = '__CSP_NONCE__';

/** For `protocol.registerSchemesAsPrivileged`, before the app is ready. */
export const appScheme = {
  scheme: APP_SCHEME,
  privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true, codeCache: true },
} as const;

export interface AppProtocolOptions {
  /** Absolute path of the built pages (`out/renderer`). */
  rendererDir: string;
  /** Absolute path of a session's folder, or null where the library has no such session. */
  sessionDir(sessionId: string): string | null | Promise<string | null>;
  /** Makes the previews of an output where they are not there; does nothing where they cannot be made. */
  ensurePreviews(sessionId: string, outputId: string): Promise<void>;
}

/** Serves the scheme in one Electron session: call it for each partition that shows a page of the app. */
export function handleAppProtocol(protocol: Protocol, options: AppProtocolOptions): void {
  protocol.handle(APP_SCHEME, async (request) => {
    const url = new URL(request.url);
    if (request.method !== 'GET' && request.method !== 'HEAD') return plain(405, 'Method not allowed');
    if (url.host === 'app') return servePage(url, options.rendererDir);
    if (url.host === 'media') return serveMedia(url, request, options);
    return plain(404, 'Not found');
  });
}

const plain = (status: number, text: string): Response =>
  new Response(text, { status, headers: { 'content-type': 'text/plain; charset=utf-8' } });

/** The file that a decoded URL path names under `root`, links followed; null where it is not inside or not there. */
export async function fileInside(root: string, pathname: string): Promise<string | null> {
  let decoded: string;
  try {
    decoded = decodeURIComponent(pathname);
  } catch {
    return null; // Not a valid escape: nothing is named so.
  }
  if (decoded.includes('\0') || decoded.includes('\\') || decoded.split('/').includes('..')) return null;
  try {
    const [realRoot, real] = await Promise.all([realpath(root), realpath(join(root, decoded))]);
    return real.startsWith(realRoot + sep) && (await stat(real)).isFile() ? real : null;
  } catch {
    return null; // Not there, or not readable: the same answer for both.
  }
}

async function servePage(url: URL, rendererDir: string): Promise<Response> {
  const pathname = url.pathname === '/' ? '/index.html' : url.pathname;
  const file = await fileInside(rendererDir, pathname);
  const type = file === null ? undefined : TYPES[extname(file)];
  if (file === null || type === undefined) return plain(404, 'Not found');
  const headers: Record<string, string> = {
    'content-type': type,
    'x-content-type-options': 'nosniff',
    'cross-origin-opener-policy': 'same-origin',
  };
  if (extname(file) !== '.html') return new Response(new Uint8Array(await readFile(file)), { headers });
  const nonce = randomBytes(16).toString('base64');
  headers['content-security-policy'] = contentSecurityPolicy(PAGES[pathname] ?? 'ui', nonce);
  headers['cache-control'] = 'no-store';
  return new Response((await readFile(file, 'utf8')).replaceAll(NONCE_PLACEHOLDER, nonce), { headers });
}

async function serveMedia(url: URL, request: Request, options: AppProtocolOptions): Promise<Response> {
  const [, sessionId = '', ...rest] = url.pathname.split('/');
  if (!sessionIdSchema.safeParse(sessionId).success) return plain(404, 'Not found');
  const dir = await options.sessionDir(sessionId);
  const [folder, outputId = '', name] = rest;
  if (dir !== null && folder === PREVIEWS_DIR && name === POSTER_FILE)
    await options.ensurePreviews(sessionId, outputId);
  const file = dir === null ? null : await fileInside(dir, rest.join('/'));
  const type = file === null ? undefined : MEDIA_TYPES[extname(file).toLowerCase()];
  if (file === null || type === undefined) return plain(404, 'Not found');

  const { size } = await stat(file);
  const range = parseRange(request.headers.get('range'), size);
  const headers: Record<string, string> = {
    'content-type': type,
    'accept-ranges': 'bytes',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-cache',
  };
  if (range === 'unsatisfiable') {
    return new Response(null, { status: 416, headers: { ...headers, 'content-range': `bytes */${size}` } });
  }
  const span = range === 'whole' ? { start: 0, end: size - 1 } : range;
  headers['content-length'] = String(Math.max(0, span.end - span.start + 1));
  if (range !== 'whole') headers['content-range'] = `bytes ${span.start}-${span.end}/${size}`;
  const status = range === 'whole' ? 200 : 206;
  if (request.method === 'HEAD' || size === 0) return new Response(null, { status, headers });
  return new Response(await spanOf(file, span), { status, headers });
}

/** The bytes of a span; the file is opened before the answer, so that a file that is gone is an error and not a stall. */
async function spanOf(file: string, span: { start: number; end: number }): Promise<ReadableStream<Uint8Array>> {
  const handle = await open(file, 'r');
  const stream = createReadStream(file, { fd: handle, start: span.start, end: span.end, highWaterMark: 256 * 1024 });
  return Readable.toWeb(stream) as ReadableStream<Uint8Array>;
}
