import { readFile } from 'node:fs/promises';
import { resolve as resolvePath } from 'node:path';
import type { ApiServer } from './api/server.ts';
import type { ApiService, Counters } from './api/service.ts';
import type { ApiTokens } from './api/tokens.ts';
import type { RollcallApp } from './app.ts';
import { API_PORT, type ApiSettings } from './contract/api.ts';
import type { StartRecording } from './contract/api-recordings.ts';
import type { RoomIn, TemplateIn } from './contract/api-settings.ts';
import { RollcallError, toRollcallError } from './contract/errors.ts';
import type { RecordingEvent } from './contract/events.ts';
import type { LiveRecording } from './contract/live.ts';
import type { RoomDraft, SettingsChange } from './contract/settings-change.ts';
import type { Environment } from './environment.ts';
import type { RecordingRun } from './recording-run.ts';
import { withKeptCredentials, withKeptWebhookSecrets } from './settings/keep-secrets.ts';
import { parseJoinUrl } from './settings/join-url.ts';
import { resolve } from './settings/resolve.ts';
import { newId } from './settings/rooms.ts';

export interface ApiRuntimeOptions {
  environment: Environment;
  app: RollcallApp;
  /** Sessions whose webhook events wait. */
  webhookQueue(): number;
}

type TemplateDraft = Extract<SettingsChange, { kind: 'template' }>['value'];

/** The app's services as the API asks for them. */
export class ApiRuntime implements ApiService {
  readonly #options: ApiRuntimeOptions;
  readonly #listeners = new Set<(event: RecordingEvent) => void>();
  readonly #failures = new Map<string, number>();
  readonly #counts = { started: 0, completed: 0, failed: 0, capturedBytes: 0, lostFrames: 0 };

  constructor(options: ApiRuntimeOptions) {
    this.#options = options;
  }

  get version(): string {
    return this.#options.environment.version;
  }

  get settings(): ApiService['settings'] {
    return () => this.#options.environment.settingsStore.redacted();
  }

  readonly resolve = resolve;

  /** Takes what happens in the recordings; everybody who listens hears it. */
  hear(event: RecordingEvent): void {
    if (event.event === 'error') this.#failures.set(event.fault, (this.#failures.get(event.fault) ?? 0) + 1);
    if (event.event === 'recording') this.#counts.started += 1;
    for (const listener of this.#listeners) listener(event);
  }

  /** Counts a recording as over. */
  count(run: RecordingRun, failed: boolean): void {
    const { capturedBytes, lostFrames = 0 } = run.view();
    this.#counts.capturedBytes += capturedBytes;
    this.#counts.lostFrames += lostFrames;
    this.#counts[failed ? 'failed' : 'completed'] += 1;
  }

  async saveTemplate(id: string | null, draft: TemplateIn): Promise<string> {
    const old = this.settings().templates.find((template) => template.id === id);
    const { recording, webhook, ...rest } = draft;
    const value: TemplateDraft = { ...rest, id: id ?? newId() };
    if (recording !== undefined) {
      const { upload_info: info, ...switches } = recording;
      value.recording = { ...switches };
      if (info !== undefined)
        value.recording.upload_info = info && withKeptCredentials(info, old?.recording.upload_info);
    }
    if (webhook !== undefined) value.webhook = webhook && withKeptWebhookSecrets(webhook, old?.webhook);
    await this.#options.app.settings.change({ kind: 'template', value });
    return value.id ?? '';
  }

  async removeTemplate(id: string): Promise<void> {
    await this.#options.app.settings.change({ kind: 'remove-template', id });
  }

  async saveRoom(id: string | null, draft: RoomIn): Promise<string> {
    const old = this.settings().rooms.find((room) => room.id === id);
    const { recording_info: info, webhook, ...rest } = draft;
    if (rest.url !== undefined) assertLink(rest.url);
    const value: RoomDraft = { ...rest, id: id ?? newId() };
    if (info === null) Object.assign(value, { recording: 'auto', upload_info: null });
    else if (info !== undefined) {
      value.recording = info.enabled ? 'enabled' : 'disabled';
      if (info.upload_info !== undefined)
        value.upload_info = info.upload_info && withKeptCredentials(info.upload_info, old?.upload_info);
    }
    if (webhook !== undefined) value.webhook = webhook && withKeptWebhookSecrets(webhook, old?.webhook);
    await this.#options.app.settings.change({ kind: 'room', value });
    return value.id ?? '';
  }

  async removeRoom(id: string): Promise<void> {
    if (this.#options.app.recordings.ofRoom(id) !== null) {
      throw new RollcallError('ROOM_BUSY', 'The room is being recorded.', 'Stop the recording first.');
    }
    await this.#options.app.settings.change({ kind: 'remove-room', id });
  }

  live(): LiveRecording[] {
    return this.#options.app.recordings.all().map((run) => run.view());
  }

  async start(roomId: string, overrides: StartRecording): Promise<string> {
    const { layout, resolution, max_duration: maxDurationS, stop_when_empty: stopWhenEmptyS } = overrides;
    const run = await this.#options.app.record(
      { roomId },
      {
        kind: 'asked',
        look: { ...(layout ? { layout } : {}), ...resolution },
        ...(maxDurationS === undefined ? {} : { maxDurationS }),
        ...(stopWhenEmptyS === undefined ? {} : { stopWhenEmptyS }),
      },
    );
    return run.id;
  }

  async stop(recordingId: string): Promise<void> {
    this.#run(recordingId).stop('it was stopped by the API');
  }

  async pause(recordingId: string): Promise<void> {
    await this.#run(recordingId).pause();
  }

  async resume(recordingId: string): Promise<void> {
    await this.#run(recordingId).resume();
  }

  sessions: ApiService['sessions'] = () => this.#options.app.sessions();
  session: ApiService['session'] = (id) => this.#options.app.session(id);
  link: ApiService['link'] = (sessionId, outputId, seconds) => this.#options.app.link(sessionId, outputId, seconds);

  onEvent(listener: (event: RecordingEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  counters(): Counters {
    const { started, completed, failed, capturedBytes, lostFrames } = this.#counts;
    return {
      ...{ started, capturedBytes, lostFrames, ended: { completed, failed } },
      failures: Object.fromEntries(this.#failures),
      diskFreeBytes: this.#options.app.load.freeDiskBytes,
      webhookQueue: this.#options.webhookQueue(),
    };
  }

  #run(recordingId: string): RecordingRun {
    const run = this.#options.app.recordings.find(recordingId);
    if (run) return run;
    throw new RollcallError('NOT_FOUND', `There is no recording "${recordingId}".`, 'It is over.');
  }
}

/** A room with a link that leads nowhere would fail at every start. */
function assertLink(url: string): void {
  try {
    parseJoinUrl(url);
  } catch (thrown) {
    const { message, remedy } = toRollcallError(thrown);
    throw new RollcallError('SETTINGS_INVALID', message, remedy, { details: 'url is no link of a call' });
  }
}

/** What the command line says about the API; the settings say the rest. */
export interface ApiWords {
  host?: string;
  port?: number;
  tlsCert?: string;
  tlsKey?: string;
}

/** Starts the API as the command line and the settings say. Throws RollcallError USAGE. */
export async function openApi(
  service: ApiService,
  tokens: ApiTokens,
  words: ApiWords,
  settings: ApiSettings | null | undefined,
): Promise<ApiServer> {
  const cert = words.tlsCert ?? settings?.tls_cert;
  const key = words.tlsKey ?? settings?.tls_key;
  if ((cert === undefined) !== (key === undefined)) {
    throw new RollcallError('USAGE', 'TLS needs a certificate and its key.', 'Give both --tls-cert and --tls-key.');
  }
  // Loaded where it runs only: its libraries are large.
  const { REQUESTS_PER_MINUTE, startApi } = await import('./api/server.ts');
  return startApi({
    service,
    tokens,
    host: words.host ?? settings?.host ?? '127.0.0.1',
    port: words.port ?? settings?.port ?? API_PORT,
    tls: cert === undefined || key === undefined ? null : { cert: await pem(cert), key: await pem(key) },
    requestsPerMinute: settings?.requests_per_minute ?? REQUESTS_PER_MINUTE,
    onDefect: (error, request) => console.error(`API, ${request}:`, error),
  });
}

async function pem(file: string): Promise<string> {
  const path = resolvePath(file);
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw new RollcallError('USAGE', `${path} cannot be read.`, 'Give the path of a PEM file.', {
      details: String(error),
    });
  });
}
