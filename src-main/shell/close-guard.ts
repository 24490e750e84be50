import { dialog, type BrowserWindow } from 'electron';
import type { LiveRecording } from '../contract/live.ts';
import { texts } from '../contract/texts/index.ts';
import { isCapturing, isWorking, type AppService } from './app-service.ts';

export interface CloseGuardOptions {
  service: AppService;
  /** The user agreed to end a recording: stop it, finish its files, then leave. */
  onCloseConfirmed(): void;
}

/** Asks before a closed window cuts work off: a recording never ends by mistake. */
export function guardClosing(window: BrowserWindow, { service, onCloseConfirmed }: CloseGuardOptions): void {
  let agreed = false;
  let asking = false;
  window.on('close', (event) => {
    const live = service.live();
    if (agreed || live === null || !isWorking(live)) return;
    event.preventDefault();
    if (asking) return;
    asking = true;
    void ask(window, live).then((yes) => {
      asking = false;
      if (!yes) return;
      agreed = true;
      // The window stays while files are finished, and shows how far they are.
      if (isCapturing(live)) onCloseConfirmed();
      else window.close();
    });
  });
}

async function ask(window: BrowserWindow, live: LiveRecording): Promise<boolean> {
  const capturing = isCapturing(live);
  const { response } = await dialog.showMessageBox(window, {
    type: 'warning',
    title: 'Rollcall',
    message: capturing ? texts.closing.isBeingRecorded(live.roomName) : texts.closing.isBeingFinished(live.roomName),
    detail: capturing ? texts.closing.stoppingEndsTheRecording : texts.closing.everythingCapturedIsKept,
    buttons: capturing
      ? [texts.closing.keepRecording, texts.closing.stopAndClose]
      : [texts.closing.stayOpen, texts.closing.closeNow],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  });
  return response === 1;
}
