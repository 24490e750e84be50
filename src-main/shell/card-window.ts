import { BrowserWindow, session as electronSession, type Session } from 'electron';
import { z } from 'zod';
import { APP_ORIGIN } from '../contract/app-urls.ts';
import type { Card, CardRenderer, CardSpec } from '../contract/cards.ts';

const answerSchema = z.object({ width: z.number().int(), height: z.number().int(), png: z.base64() });

/** The window and what tells that its renderer has died: a script that runs in it then never answers. */
interface OpenWindow {
  window: BrowserWindow;
  gone: Promise<never>;
}

/** A card is tried again in a new window after its renderer died, this often. */
const TRIES = 3;

/** Cards drawn by Chromium in a window that is never shown; it is opened at the first card and closed by `close`. */
export class CardWindow implements CardRenderer {
  readonly #serve: (target: Session) => void;
  #open: Promise<OpenWindow> | null = null;

  /** @param serve serves the app's pages in the window's own Electron session. */
  constructor(serve: (target: Session) => void) {
    this.#serve = serve;
  }

  async render(spec: CardSpec): Promise<Card> {
    for (let attempt = 1; ; attempt += 1) {
      const opening = (this.#open ??= this.#openWindow());
      try {
        return await draw(await opening, spec);
      } catch (error) {
        const died = (await opening.catch(() => null))?.window.isDestroyed() ?? true;
        if (this.#open === opening && died) this.#open = null;
        if (!died || attempt === TRIES) throw error;
      }
    }
  }

  async close(): Promise<void> {
    const open = await this.#open?.catch(() => null);
    this.#open = null;
    if (open && !open.window.isDestroyed()) open.window.destroy();
  }

  async #openWindow(): Promise<OpenWindow> {
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
    const gone = new Promise<never>((_resolve, reject) => {
      window.webContents.on('render-process-gone', (_event, { reason }) => {
        window.destroy();
        reject(new Error(`the window that draws cards ended: ${reason}`));
      });
    });
    // Nobody may be waiting when it happens.
    gone.catch(() => undefined);
    await Promise.race([window.loadURL(`${APP_ORIGIN}/cards.html`), gone]);
    return { window, gone };
  }
}

async function draw({ window, gone }: OpenWindow, spec: CardSpec): Promise<Card> {
  // The specification goes in as JSON text, which is a JavaScript expression; names in it stay data.
  const script = `window.renderCard(JSON.parse(${JSON.stringify(JSON.stringify(spec))}))`;
  const answer = answerSchema.parse(await Promise.race([window.webContents.executeJavaScript(script), gone]));
  return { width: answer.width, height: answer.height, png: Buffer.from(answer.png, 'base64') };
}
