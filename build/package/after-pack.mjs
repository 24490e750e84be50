// electron-builder runs this on each unpacked app, before the fuses and the installers.
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Removes what only the development runtime needs: the app that starts other apps by path. */
export default async function afterPack({ appOutDir, electronPlatformName, packager }) {
  const resources =
    electronPlatformName === 'darwin'
      ? join(appOutDir, `${packager.appInfo.productFilename}.app`, 'Contents/Resources')
      : join(appOutDir, 'resources');
  await rm(join(resources, 'default_app.asar'), { recursive: true, force: true });
  await rm(join(appOutDir, 'default_app.sha256'), { force: true });
  if (!existsSync(join(resources, 'app.asar'))) throw new Error(`${resources} holds no app.asar`);
}
