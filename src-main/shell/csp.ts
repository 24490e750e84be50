import { APP_ORIGIN, MEDIA_ORIGIN } from '../contract/app-urls.ts';

/** Pages that the app's protocol serves; each gets only what it needs. */
export type PageKind = 'ui' | 'capture' | 'cards';

/**
 * The Content-Security-Policy of a page. No `unsafe-*` and no scheme-wide source: scripts are the app's own files.
 * Component libraries put a few style elements into the page, which carry `nonce`; it is new for every load.
 */
export function contentSecurityPolicy(page: PageKind, nonce: string): string {
  const common = {
    'default-src': ["'none'"],
    'script-src': [APP_ORIGIN],
    'style-src': [APP_ORIGIN, `'nonce-${nonce}'`],
    'font-src': [APP_ORIGIN],
    'img-src': [APP_ORIGIN],
    'base-uri': ["'none'"],
    'form-action': ["'none'"],
    'frame-ancestors': ["'none'"],
    'object-src': ["'none'"],
  };
  const own: Record<PageKind, Record<string, string[]>> = {
    ui: { 'img-src': [APP_ORIGIN, MEDIA_ORIGIN], 'media-src': [MEDIA_ORIGIN], 'connect-src': ["'none'"] },
    // The capture page talks to SFUs, muxes in a Worker of its own and looks at WebRTC's streams.
    capture: { 'connect-src': ['ws:', 'wss:'], 'worker-src': [APP_ORIGIN], 'media-src': ['blob:', 'mediastream:'] },
    cards: { 'img-src': [APP_ORIGIN, 'blob:', 'data:'] },
  };
  return Object.entries({ ...common, ...own[page] })
    .map(([directive, sources]) => `${directive} ${sources.join(' ')}`)
    .join('; ');
}
