import { ipcRenderer } from 'electron';

/** What this script uses of the page's `window`; main's sources are compiled without the DOM's types. */
interface Page {
  location: { origin: string };
  addEventListener(type: 'message', listener: (event: { source: unknown; data: unknown }) => void): void;
  postMessage(message: string, origin: string, transfer: unknown[]): void;
}

const page = globalThis as unknown as Page;

// Hands the port that main sent to the page, once the page listens. Nothing else of Electron is exposed to it.
const port = new Promise<unknown>((resolve) => {
  ipcRenderer.once('capture-port', (event) => resolve(event.ports[0]));
});
page.addEventListener('message', (event) => {
  if (event.source !== page || event.data !== 'capture-page-ready') return;
  void port.then((value) => page.postMessage('capture-port', page.location.origin, [value]));
});
