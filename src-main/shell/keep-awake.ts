import { powerSaveBlocker } from 'electron';
import { isCapturing, type AppService } from './app-service.ts';

/** Keeps the machine from sleeping while a call is recorded: asleep, it would leave the call. Returns how to stop. */
export function keepAwake(service: AppService): () => void {
  let blocker: number | null = null;
  const set = (wanted: boolean): void => {
    if (wanted === (blocker !== null)) return;
    if (blocker === null) {
      blocker = powerSaveBlocker.start('prevent-app-suspension');
    } else {
      powerSaveBlocker.stop(blocker);
      blocker = null;
    }
  };
  const unsubscribe = service.onChange((change) => {
    if (change.kind === 'live') set(isCapturing(change.live));
  });
  set(isCapturing(service.live()));
  return () => {
    unsubscribe();
    set(false);
  };
}
