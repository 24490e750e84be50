import { ipcRenderer } from 'electron';

// Hands the port that main sent to the page, once the page listens. Nothing else of Electron is exposed to it.
const port = new Promise<MessagePort>((resolve) => {
  ipcRenderer.once('capture-port', (event) => {
    const [first] = event.ports;
    if (first) resolve(first);
  });
});
window.addEventListener('message', (event) => {
  if (event.source !== window || event.data !== 'capture-page-ready') return;
  void port.then((value) => window.postMessage('capture-port', window.location.origin, [value]));
});
