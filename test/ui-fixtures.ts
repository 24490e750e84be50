import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
  /** Where it keeps its settings. */
  user: string;
  close(): Promise<void>;
}

/**
 * Starts the built app as people do, with an empty library and no settings.
 * @param prepare puts what a test needs into the library before the app starts.
 * @param options.firstRun whether the first steps are shown, as they are to everybody who has set nothing up.
 */
export async function startApp(
  prepare: (library: string) => void | Promise<void> = () => undefined,
  { firstRun = false, env = {} }: { firstRun?: boolean; env?: Record<string, string> } = {},
): Promise<RunningApp> {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-ui-'));
  const library = join(folder, 'library');
  mkdirSync(library, { recursive: true });
  mkdirSync(join(folder, 'user'));
  if (!firstRun) writeFileSync(join(folder, 'user', 'rollcall.json'), JSON.stringify({ welcomed: 'yes' }));
  await prepare(library);
  const command = await electronCommand([`--user-data-dir=${join(folder, 'user')}`], {
    env: { ROLLCALL_LIBRARY: library, ...env },
  });
  const app = await _electron.launch({ ...command, timeout: 60_000 });
  const page = await windowOf(app);
  return {
    app,
    page,
    library,
    user: join(folder, 'user'),
    close: async () => {
      // A test that failed may leave work behind, and the question whether to leave it.
      const kill = setTimeout(() => app.process().kill('SIGKILL'), 10_000);
      await app.close();
      clearTimeout(kill);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const artifacts = join(import.meta.dirname, 'artifacts');

/** Pictures of what shows, in both themes and at both sizes that are designed for: `artifacts/ui-<name>-<theme>-<width>.png`. */
export async function shoot(page: Page, name: string): Promise<void> {
  mkdirSync(artifacts, { recursive: true });
  const before = page.viewportSize();
  for (const theme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme: theme });
    for (const size of [
      { width: 1280, height: 800 },
      { width: 900, height: 600 },
    ]) {
      await page.setViewportSize(size);
      await page.waitForTimeout(150);
      await page.screenshot({ path: join(artifacts, `ui-${name}-${theme}-${size.width}.png`) });
    }
  }
  await page.emulateMedia({ colorScheme: null });
  await page.setViewportSize(before ?? { width: 1280, height: 800 });
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
