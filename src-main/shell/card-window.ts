import { BrowserWindow, session as electronSession, type Session } from 'electron';
import { z } from 'zod';
import { APP_ORIGIN } from '../contract/app-urls.ts';
import type { Card, CardRenderer, CardSpec } from '../contract/cards.ts';

const answerSchema = z.object({ width: z.number().int(), height: z.number().int(), png: z.base64() });

/** Cards drawn by Chromium in a window that is never shown; it is opened at the first card and closed by `close`. */
export class CardWindow implements CardRenderer {
  readonly #serve: (target: Session) => void;
  #window: Promise<BrowserWindow> | null = null;

  /** @param serve serves the app's pages in the window's own Electron session. */
  constructor(serve: (target: Session) => void) {
    this.#serve = serve;
  }

  async render(spec: CardSpec): Promise<Card> {
    const window = await (this.#window ??= this.#open());
    // The specification goes in as JSON text, which is a JavaScript expression; names in it stay data.
    const script = `window.renderCard(JSON.parse(${JSON.stringify(JSON.stringify(spec))}))`;
    const answer = answerSchema.parse(await window.webContents.executeJavaScript(script));
    return { width: answer.width, height: answer.height, png: Buffer.from(answer.png, 'base64') };
  }

  async close(): Promise<void> {
    const window = await this.#window?.catch(() => null);
    this.#window = null;
    if (window && !window.isDestroyed()) window.destroy();
  }

  async #open(): Promise<BrowserWindow> {
    const own = electronSession.fromPartition('cards', { cache: false });
    this.#serve(own);
    const window = new BrowserWindow({
      show: false,
      webPreferences: {
        session: own,
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        backgroundThrottling: false,
      },
    });
    await window.loadURL(`${APP_ORIGIN}/cards.html`);
    return window;
  }
}
