import { ApiRuntime, openApi } from './api-runtime.ts';
import { RollcallApp } from './app.ts';
import { BackgroundDelivery } from './background-delivery.ts';
import type { Outcome } from './cli/program.ts';
import type { ServeWords } from './cli/serve-commands.ts';
import type { ServeEvent } from './contract/events.ts';
import type { Environment } from './environment.ts';
import { mkdir } from 'node:fs/promises';
import { lockSession } from './recording/lock.ts';
import { watchPlan } from './settings/watch-plan.ts';
import { RoomWatcher } from './watcher.ts';

/**
 * `rollcall serve`: the app without a window, until it is interrupted; then the recordings are ended and their files
 * finished and delivered. Throws RollcallError where it cannot begin.
 * @returns the first failure of a recording that was ended by the interruption, or none.
 */
export async function serve(
  environment: Environment,
  words: ServeWords,
  tell: (event: ServeEvent) => void,
  interrupted: AbortSignal,
): Promise<Outcome> {
  if (words.settings !== undefined) environment.useSettingsFile(words.settings);
  if (words.library !== undefined) environment.useLibrary(words.library);
  environment.allowPlainSecrets = words.allowPlainSecrets;
  const settings = await environment.settings();
  await mkdir(environment.libraryDir, { recursive: true });
  // Two that watch the same rooms would record everything twice.
  const unlock = await lockSession(environment.libraryDir);
  try {
    return await runServer(environment, words, settings.api, tell, interrupted);
  } finally {
    await unlock();
  }
}

async function runServer(
  environment: Environment,
  words: ServeWords,
  api: Parameters<typeof openApi>[3],
  tell: (event: ServeEvent) => void,
  interrupted: AbortSignal,
): Promise<Outcome> {
  const maxRecordings = words.maxRecordings ?? api?.max_recordings ?? 'auto';
  const app = new RollcallApp(environment, {
    budget: () => maxRecordings,
    window: false,
    onEvent: (event) => {
      tell(event);
      runtime.hear(event);
      watcher.hear(event);
    },
    onOver: (run, { error }) => runtime.count(run, error !== null),
  });
  const delivery = new BackgroundDelivery(app, environment);
  const runtime = new ApiRuntime({ environment, app, webhookQueue: () => delivery.webhookQueue });
  const watcher = new RoomWatcher({
    app,
    settings: () => environment.settings(),
    plan: watchPlan,
    emit: (event) => {
      tell(event);
      runtime.hear(event);
    },
  });
  const server = await openApi(runtime, environment.apiTokens, words, api);
  const hint =
    environment.apiTokens.list().length === 0
      ? 'There is no token yet: "rollcall tokens create --scope admin" makes one.'
      : `${environment.apiTokens.list().length} tokens may use it.`;
  tell({ event: 'listening', url: server.url, hint });
  // Finishing what an earlier run left takes its time: rooms are watched meanwhile.
  const started = app.start().then(() => delivery.start());
  await watcher.start();
  await aborted(interrupted);

  tell({ event: 'stopping' });
  watcher.close();
  const ended = await app.finish();
  await started;
  await delivery.close();
  await server.close();
  const failed = ended.find(({ done, error }) => done !== null && error !== null);
  return { done: null, error: failed?.error ?? null };
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
