// Electron's main for the bench's own page: `electron <folder> --url=... --mode=record|view`.
import { app, BrowserWindow } from 'electron';
import { join } from 'node:path';

const option = (name) => process.argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3) ?? '';
app.commandLine.appendSwitch('autoplay-policy', 'no-user-gesture-required');
app.whenReady().then(async () => {
  const window = new BrowserWindow({
    show: option('mode') === 'view',
    width: 1280,
    height: 720,
    webPreferences: { backgroundThrottling: false },
  });
  await window.loadFile(join(import.meta.dirname, 'page.html'), {
    query: { url: option('url'), mode: option('mode') },
  });
  process.on('SIGTERM', async () => {
    console.log(JSON.stringify(await window.webContents.executeJavaScript('window.finish()')));
    app.exit(0);
  });
});
