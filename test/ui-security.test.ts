import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type RunningApp } from './ui-fixtures.ts';

/**
 * What the window's page may not do, tried in the real window of the built app. Code for the page is text: it runs in
 * the page's world, with none of the types of this one.
 */
describe('the window', () => {
  let running: RunningApp;
  const said: string[] = [];
  const inPage = <Value>(code: string): Promise<Value> => running.page.evaluate<Value>(`(async () => { ${code} })()`);
  const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

  beforeAll(async () => {
    running = await startApp();
    running.page.on('console', (message) => said.push(message.text()));
  });
  afterAll(() => running.close());

  it('runs with sandbox and context isolation, and without Node', async () => {
    const preferences = await running.app.evaluate(({ BrowserWindow }) => {
      const window = BrowserWindow.getAllWindows().find((each) => each.webContents.getURL().includes('index.html'));
      const contents = window?.webContents as unknown as { getLastWebPreferences(): Record<string, unknown> };
      return contents.getLastWebPreferences();
    });
    expect(preferences).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
    });
    const globals = await inPage<string[]>(
      `return ['require', 'process', 'module', 'Buffer', 'global', 'ipcRenderer', 'electron'].filter((name) => name in window);`,
    );
    expect(globals).toEqual([]);
  });

  it('hands out its own functions only', async () => {
    const types = await inPage<string[]>('return Object.values(window.rollcall).map((value) => typeof value);');
    expect(types.length).toBeGreaterThan(10);
    expect(new Set(types)).toEqual(new Set(['function']));
  });

  it('is styled: its own style elements carry the nonce, and nothing breaks the policy', async () => {
    const { page } = running;
    const before = said.length;
    await page.reload();
    await page.getByRole('navigation').waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    const styles = await inPage<{ background: string; elements: number }>(
      `return { background: getComputedStyle(document.body).backgroundColor, elements: document.querySelectorAll('style').length };`,
    );
    expect(styles.background).not.toBe('rgba(0, 0, 0, 0)');
    expect(styles.elements).toBeGreaterThan(0);
    expect(said.slice(before).filter((text) => text.includes('Content Security Policy'))).toEqual([]);
  });

  it('blocks an injected inline script and an inline handler', async () => {
    const ran = await inPage<boolean>(`
      const script = document.createElement('script');
      script.textContent = 'window.injected = true';
      document.body.append(script);
      const box = document.createElement('div');
      box.innerHTML = '<img src="x" onerror="window.injected = true">';
      document.body.append(box);
      await new Promise((resolve) => setTimeout(resolve, 200));
      return 'injected' in window;`);
    expect(ran).toBe(false);
    expect(said.some((text) => text.includes('inline script'))).toBe(true);
  });

  it('blocks eval, foreign scripts, frames and every request', async () => {
    const results = await inPage<Record<string, string>>(`
      const attempt = async (work) => {
        // The debugger lifts the ban on eval while its own call runs: this is after that.
        await new Promise((resolve) => setTimeout(resolve, 10));
        try { await work(); return 'ran'; } catch { return 'refused'; }
      };
      const load = (tag, src) => new Promise((resolve, reject) => {
        const element = document.createElement(tag);
        document.addEventListener('securitypolicyviolation', reject, { once: true });
        // A refused frame still says "load", before or after the violation: only silence counts as having run.
        setTimeout(resolve, 1000);
        element.src = src;
        document.body.append(element);
      });
      const connect = () => new Promise((resolve, reject) => {
        const socket = new WebSocket('ws://127.0.0.1:9/');
        socket.onopen = resolve;
        socket.onerror = reject;
      });
      return {
        eval: await attempt(() => (0, eval)('1 + 1')),
        constructed: await attempt(() => new Function('return 1')()),
        script: await attempt(() => load('script', 'https://example.net/x.js')),
        frame: await attempt(() => load('iframe', 'https://example.net/')),
        fetch: await attempt(() => fetch('https://example.net/')),
        ownFile: await attempt(() => fetch('rollcall://app/index.html')),
        socket: await attempt(connect),
      };`);
    expect(Object.entries(results).filter(([, result]) => result === 'ran')).toEqual([]);
  });

  it('denies navigation and new windows', async () => {
    const { page, app } = running;
    const windows = (): Promise<number> => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length);
    const before = await windows();
    expect(await inPage<boolean>(`return window.open('https://example.net/') === null;`)).toBe(true);
    for (const target of [
      'https://example.net/',
      'file:///etc/passwd',
      'rollcall://app/capture.html',
      'data:text/html,x',
    ]) {
      await inPage(`location.href = ${JSON.stringify(target)};`);
      await pause(150);
      expect(page.url()).toMatch(/^rollcall:\/\/app\/index\.html/);
    }
    expect(await windows()).toBe(before);
  });

  it('denies permissions', async () => {
    const answers = await inPage<Record<string, string>>(`
      const answer = (work) => work.then(() => 'granted', () => 'refused');
      return {
        camera: await answer(navigator.mediaDevices.getUserMedia({ video: true, audio: true })),
        screen: await answer(navigator.mediaDevices.getDisplayMedia()),
        place: await answer(new Promise((resolve, reject) => navigator.geolocation.getCurrentPosition(resolve, reject))),
        notify: await Notification.requestPermission(),
        clipboard: await answer(navigator.clipboard.readText()),
      };`);
    expect(Object.values(answers)).not.toContain('granted');
  });

  it('serves nothing outside of its pages and the library', async () => {
    const statuses = await running.app.evaluate(({ BrowserWindow }) => {
      const window = BrowserWindow.getAllWindows().find((each) => each.webContents.getURL().includes('index.html'));
      const urls = [
        'rollcall://media/../../../../etc/passwd',
        'rollcall://media/000000000000000000000000/x.mp4',
        'rollcall://media/000000000000000000000000/..%2f..%2f..%2fetc%2fpasswd',
        'rollcall://app/%2e%2e/main/main.js',
        'rollcall://app/..%2fmain%2fmain.js',
        'rollcall://other/index.html',
      ];
      return Promise.all(urls.map(async (url) => (await window?.webContents.session.fetch(url))?.status));
    });
    expect(new Set(statuses)).toEqual(new Set([404]));
  });

  it('answers malformed arguments with an error, on every channel', async () => {
    const accepted = await inPage<string[]>(`
      const bad = [[null], [{}], ['../../etc'], ['a'.repeat(300000)], [{ url: '', roomId: 'x' }], [['0'.repeat(24)], 1], [NaN]];
      const names = Object.keys(window.rollcall).filter((name) => !['onChange', 'pathOf'].includes(name));
      const results = [];
      for (const name of names) {
        for (const args of bad) {
          if (name === 'copyText' && args[0] === '../../etc') continue;
          const answer = await window.rollcall[name](...args);
          if (answer.ok) results.push(name + ' ' + JSON.stringify(args).slice(0, 60));
        }
      }
      return results;`);
    expect(accepted).toEqual([]);
  });
});
