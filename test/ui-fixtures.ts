import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { electronCommand } from '../build/launch-electron.ts';

/** The built app with its window, on folders of its own. */
export interface RunningApp {
  app: ElectronApplication;
  page: Page;
  /** The library that it uses. */
  library: string;
  close(): Promise<void>;
}

/**
 * Starts the built app as people do, with an empty library and no settings.
 * @param prepare puts what a test needs into the library before the app starts.
 */
export async function startApp(
  prepare: (library: string) => void | Promise<void> = () => undefined,
): Promise<RunningApp> {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-ui-'));
  const library = join(folder, 'library');
  mkdirSync(library, { recursive: true });
  await prepare(library);
  const command = await electronCommand([`--user-data-dir=${join(folder, 'user')}`], {
    env: { ROLLCALL_LIBRARY: library },
  });
  const app = await _electron.launch({ ...command, timeout: 60_000 });
  const page = await windowOf(app);
  return {
    app,
    page,
    library,
    close: async () => {
      await app.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The window that people see; the app has hidden ones too. */
async function windowOf(app: ElectronApplication): Promise<Page> {
  const isMain = (page: Page): boolean => page.url().startsWith('rollcall://app/index.html');
  await app.firstWindow();
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const page = app.windows().find(isMain);
    if (page !== undefined) {
      await page.getByRole('navigation').waitFor();
      return page;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(
    `no window shows the app: ${app
      .windows()
      .map((page) => page.url())
      .join(', ')}`,
  );
}
