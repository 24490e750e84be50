import { buildApp } from './build-app.ts';
import { openDisplay } from './display.ts';
import { provision } from './setup/provision.ts';

/** Binaries, display and built app for tests that are run without `npm test`, by vitest itself or an editor. */
export default async function setup(): Promise<() => void> {
  const { env } = await provision(['electron', 'ffmpeg', 'worker', 'store'], { report: () => undefined });
  const display = await openDisplay();
  Object.assign(process.env, env, display.env);
  await buildApp(process.env);
  return display.stop;
}
