import { net, powerMonitor } from 'electron';

/** Whether the system has a network; not whether anything can be reached over it. */
export const isOnline = (): boolean => net.isOnline();

/** For how long nobody has touched keyboard or mouse, seconds. */
export const idleSeconds = (): number => powerMonitor.getSystemIdleTime();

/** Calls when the computer wakes up. @returns how to stop. */
export function onWake(listener: () => void): () => void {
  powerMonitor.on('resume', listener);
  return () => powerMonitor.off('resume', listener);
}
