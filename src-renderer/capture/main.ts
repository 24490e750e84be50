import type { FromWorker } from './worker-messages.ts';
import { CaptureSession } from './session.ts';

/**
 * The capture page: one per recording, in a renderer of its own, without a window that anybody sees. Its preload hands in
 * the port to main; the port goes on to the Worker, where all media flows.
 */
const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
const session = new CaptureSession(worker);

worker.onmessage = (event: MessageEvent<FromWorker>) => session.handleWorker(event.data);
worker.onerror = (event) => session.fail(`the capture Worker failed: ${event.message}`);
window.addEventListener('unhandledrejection', (event) => session.fail(String(event.reason)));

window.addEventListener('online', () => session.networkChanged());

window.addEventListener('message', (event: MessageEvent) => {
  const port = event.ports[0];
  if (event.source !== window || event.data !== 'capture-port' || !port) return;
  worker.postMessage({ type: 'init', port }, [port]);
});
window.postMessage('capture-page-ready', window.location.origin);
