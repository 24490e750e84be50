// Electron's main for a publishing browser: one window, driven by the tests.
import { app, BrowserWindow } from 'electron';
import { join } from 'node:path';

app.commandLine.appendSwitch('autoplay-policy', 'no-user-gesture-required');
app.whenReady().then(() => {
  const window = new BrowserWindow({ width: 700, height: 420, webPreferences: { backgroundThrottling: false } });
  return window.loadFile(join(import.meta.dirname, 'page.html'));
});
