import { app, session, type Session, type WebContents } from 'electron';
import { APP_ORIGIN, APP_SCHEME } from '../contract/app-urls.ts';

/**
 * Denials for every window and Electron session that this app ever makes, so that a new window is safe before anybody
 * thinks of it. Source: Electron's security checklist (electronjs.org/docs/latest/tutorial/security).
 */

/** What a page may ask for without any user's answer: filling the screen with a video. */
const ALLOWED_PERMISSIONS = new Set(['fullscreen']);

/** Call once, before the app is ready. */
export function denyByDefault(onDenied: (what: string) => void): void {
  app.on('session-created', (created) => denyInSession(created, onDenied));
  app.on('web-contents-created', (_event, contents) => denyInContents(contents, onDenied));
  void app.whenReady().then(() => denyInSession(session.defaultSession, onDenied));
}

function denyInSession(target: Session, onDenied: (what: string) => void): void {
  target.setPermissionRequestHandler((contents, permission, answer) => {
    const granted = ALLOWED_PERMISSIONS.has(permission) && isAppUrl(contents.getURL());
    if (!granted) onDenied(`permission ${permission}`);
    answer(granted);
  });
  target.setPermissionCheckHandler(
    (_contents, permission, origin) => ALLOWED_PERMISSIONS.has(permission) && origin.startsWith(`${APP_SCHEME}://`),
  );
  target.setDevicePermissionHandler(() => false);
  target.setBluetoothPairingHandler((_details, answer) => answer({ confirmed: false }));
  target.on('will-download', (event, item) => {
    onDenied(`download ${item.getURL()}`);
    event.preventDefault();
  });
}

function denyInContents(contents: WebContents, onDenied: (what: string) => void): void {
  contents.setWindowOpenHandler(({ url }) => {
    onDenied(`window ${url}`);
    return { action: 'deny' };
  });
  // A page of the app is loaded by main only; `loadURL` does not raise these events.
  contents.on('will-navigate', (event) => {
    onDenied(`navigation to ${event.url}`);
    event.preventDefault();
  });
  contents.on('will-redirect', (event) => {
    onDenied(`redirect to ${event.url}`);
    event.preventDefault();
  });
  contents.on('will-frame-navigate', (event) => {
    if (event.isMainFrame) return;
    onDenied(`frame ${event.url}`);
    event.preventDefault();
  });
  contents.on('will-attach-webview', (event) => {
    onDenied('webview');
    event.preventDefault();
  });
}

/** Whether a URL is a page of ours. */
export function isAppUrl(url: string): boolean {
  return url === APP_ORIGIN || url.startsWith(`${APP_ORIGIN}/`);
}

/** Refuses every request that leaves the app's own protocol; for sessions whose pages never use a network. */
export function offlineOnly(target: Session, onDenied: (what: string) => void): void {
  target.webRequest.onBeforeRequest((details, answer) => {
    const scheme = details.url.slice(0, details.url.indexOf(':'));
    const allowed = scheme === APP_SCHEME || scheme === 'devtools' || scheme === 'blob' || scheme === 'data';
    if (!allowed) onDenied(`request ${details.url}`);
    answer({ cancel: !allowed });
  });
}
