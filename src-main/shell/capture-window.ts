import { BrowserWindow, MessageChannelMain, powerMonitor, session as electronSession, type Session } from 'electron';
import { randomUUID } from 'node:crypto';
import type { CaptureCommand } from '../contract/capture.ts';
import { RollcallError } from '../contract/errors.ts';
import { APP_ORIGIN } from '../contract/app-urls.ts';

export interface CaptureWindowOptions {
  /** Absolute path of the built capture preload. */
  preload: string;
  /** Where the page's signalling goes. */
  signallingUrl: string;
  /** `Origin` that the server is shown: servers check that it is the room page's own. */
  origin: string;
  /** SHA-256 of the only certificate that is accepted, as hex pairs; null: the system's verdict counts. */
  fingerprint: string | null;
  /** Serves the app's pages in the window's own Electron session. */
  serve(target: Session): void;
}

export interface CaptureWindow {
  post(command: CaptureCommand): void;
  close(): void;
}

/**
 * Opens a capture page in a window that is never shown, in an Electron session of its own (in memory: cookies, caches and
 * certificates of one call say nothing to another). Rejects where the server's certificate is looked at and refused.
 */
export async function openCaptureWindow(
  options: CaptureWindowOptions,
  onMessage: (message: unknown) => void,
  onGone: (reason: string) => void,
  onCertificateRefused: (error: RollcallError) => void,
): Promise<CaptureWindow> {
  const own = electronSession.fromPartition(`capture-${randomUUID()}`, { cache: false });
  options.serve(own);
  setOrigin(own, options);
  checkCertificates(own, options, onCertificateRefused);
  const window = new BrowserWindow({
    show: false,
    width: 320,
    height: 180,
    webPreferences: {
      session: own,
      preload: options.preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      // A hidden page's timers would be slowed down to one a second and less.
      backgroundThrottling: false,
    },
  });
  const { port1, port2 } = new MessageChannelMain();
  port1.on('message', (event) => onMessage(event.data));
  port1.start();
  let closed = false;
  window.webContents.on('render-process-gone', (_event, details) => {
    if (closed) return;
    closed = true;
    onGone(details.reason);
    window.destroy();
  });
  const awake = whenWoken((sleptMs) => port1.postMessage({ type: 'wake', sleptMs } satisfies CaptureCommand));
  window.once('closed', awake);
  await window.loadURL(`${APP_ORIGIN}/capture.html`);
  window.webContents.postMessage('capture-port', null, [port2]);
  return {
    post: (command) => port1.postMessage(command),
    close: () => {
      closed = true;
      port1.close();
      if (!window.isDestroyed()) window.destroy();
    },
  };
}

/** Calls `onWake` whenever the computer has slept, with how long. Returns how to stop. */
function whenWoken(onWake: (sleptMs: number) => void): () => void {
  let asleepAtMs: number | null = null;
  const suspend = (): void => void (asleepAtMs = Date.now());
  const resume = (): void => {
    onWake(asleepAtMs === null ? 0 : Date.now() - asleepAtMs);
    asleepAtMs = null;
  };
  powerMonitor.on('suspend', suspend);
  powerMonitor.on('resume', resume);
  return () => {
    powerMonitor.off('suspend', suspend);
    powerMonitor.off('resume', resume);
  };
}

function setOrigin(own: Session, { origin }: CaptureWindowOptions): void {
  own.webRequest.onBeforeSendHeaders({ urls: ['ws://*/*', 'wss://*/*'] }, (details, answer) => {
    answer({ requestHeaders: { ...details.requestHeaders, Origin: origin } });
  });
}

function checkCertificates(
  own: Session,
  { fingerprint, signallingUrl }: CaptureWindowOptions,
  onRefused: (error: RollcallError) => void,
): void {
  const pinned = fingerprint?.replaceAll(':', '').toLowerCase() ?? null;
  own.setCertificateVerifyProc((request, answer) => {
    const shown = sha256Hex(request.certificate.fingerprint);
    const accepted = pinned === null ? request.errorCode === 0 : shown === pinned;
    if (!accepted) {
      const { host } = new URL(signallingUrl);
      const pairs = shown.toUpperCase().match(/../g)?.join(':') ?? shown;
      onRefused(
        pinned === null
          ? new RollcallError(
              'JOIN_CERTIFICATE',
              `The TLS certificate of ${host} is not to be trusted (${request.verificationResult}).`,
              `If you know this server, pin its certificate in the room's settings: "certificate_fingerprint": "${pairs}".`,
            )
          : new RollcallError(
              'JOIN_CERTIFICATE',
              `The TLS certificate of ${host} is not the one that the room pins.`,
              `If the server has a new certificate, set "certificate_fingerprint" of the room to "${pairs}".`,
            ),
      );
    }
    // 0: accept whatever the chain looks like (the pin decides), -2: refuse.
    answer(accepted ? 0 : -2);
  });
}

/** Electron gives `sha256/` and base64. */
const sha256Hex = (fingerprint: string): string =>
  Buffer.from(fingerprint.replace(/^sha256\//, ''), 'base64').toString('hex');
