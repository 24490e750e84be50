import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import type { DoneEvent, RollcallEvent } from '../src-main/contract/events.ts';
import { startS3Store } from '../test/support/s3-store.ts';
import { startSfu, type Sfu } from '../test/support/sfu.ts';
import { hasSwift, startSwift, type ObjectStore } from '../test/support/swift.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../test/support/webhook-receiver.ts';
import { CALL_LENGTH_S, playCall, prepareClips } from './demo/call.ts';
import { BUCKET, demoSettings, type DemoSettings } from './demo/settings.ts';
import { megabytes, seconds, table } from './demo/table.ts';
import { DemoWindow } from './demo/window.ts';
import { checkCompleteness, checkEvents, checkFiles, type CheckedEvent, type CheckedFile } from './demo/verify.ts';
import { startRollcall, type RollcallProcess } from './launch-electron.ts';

/**
 * `npm run demo [-- --headless | --window]`: a call on a real SFU, recorded by the app (by its window, where somebody can
 * see it or `--window` asks for it, else by its command line), uploaded to an S3-compatible store, announced
 * to a webhook, all on this machine; then everything is read back and compared. Ends with 0 only if all of it is right.
 */

const ROOM = 'demo';
/** What the app may take, after the call, for the files, the uploads and the webhooks. */
const FINISH_LIMIT_MS = 180_000;

const say = (text: string): void => console.log(text);

/** What has to be ended, last first, however the demo ends. */
class Cleanup {
  readonly #steps: { what: string; run: () => Promise<unknown> }[] = [];

  add<T extends { close(): Promise<void> }>(what: string, thing: T): T {
    this.#steps.push({ what, run: () => thing.close() });
    return thing;
  }

  async run(): Promise<void> {
    for (const { what, run } of this.#steps.splice(0).reverse()) {
      await run().catch((error: unknown) => console.error(`demo: ${what} did not end cleanly: ${String(error)}`));
    }
  }
}

/** Swift where its packages are, so that the store is one that none of our code wrote; else our small one. */
async function startStore(dir: string): Promise<{ store: ObjectStore; name: string }> {
  if (await hasSwift()) return { store: await startSwift(), name: 'OpenStack Swift' };
  return { store: await startS3Store({ dir: join(dir, 'bucket') }), name: "the demo's in-process store" };
}

/** A display that somebody sees: the virtual one that `npm run demo` opens where there is none does not count. */
function hasVisibleDisplay(): boolean {
  if (process.platform !== 'linux') return true;
  const virtual = (process.env.XAUTHORITY ?? '').includes('rollcall-display-');
  return Boolean(process.env.WAYLAND_DISPLAY) || (Boolean(process.env.DISPLAY) && !virtual);
}

/** The lines of `--json` as they come; also kept, for what is checked at the end. */
function followEvents(recorder: RollcallProcess): RollcallEvent[] {
  const events: RollcallEvent[] = [];
  let pending = '';
  recorder.child.stdout?.on('data', (text: string) => {
    const lines = (pending + text).split('\n');
    pending = lines.pop() ?? '';
    for (const line of lines.filter((candidate) => candidate.startsWith('{'))) {
      const event = JSON.parse(line) as RollcallEvent;
      events.push(event);
      const said = describe(event);
      if (said !== null) say(`         app: ${said}`);
    }
  });
  return events;
}

function describe(event: RollcallEvent): string | null {
  switch (event.event) {
    case 'joined':
      return `joined the call, ${event.peers} there`;
    case 'recording':
      return `recording into ${event.session_dir}`;
    case 'output':
      return `${event.kind} made: ${seconds(event.duration)}, ${megabytes(event.size)}`;
    case 'upload':
      return event.state === 'delivered' || event.state === 'failed' ? `upload ${event.state}: ${event.key}` : null;
    case 'warning':
      return `warning: ${event.message}`;
    case 'error':
      return `error: ${event.message} ${event.remedy}`;
    default:
      return null;
  }
}

const tail = (text: string): string => text.trim().split('\n').slice(-12).join('\n');

/** Records the call from before its first peer to after its last; answers the command's events. */
async function record(sfu: Sfu, args: string[]): Promise<RollcallEvent[]> {
  const recorder = await startRollcall(args);
  const events = followEvents(recorder);
  const early = recorder.exited.then(({ code, signal }) => {
    throw new Error(`the app ended (${String(code ?? signal)}) before the call did:\n${tail(recorder.stderr())}`);
  });
  early.catch(() => undefined);
  try {
    await Promise.race([sfu.waitForPeers(ROOM, 1, 60_000), early]);
    await Promise.race([playCall(sfu, ROOM, say), early]);
    say('  The call is over: the app finishes its files.');
    const ending = await Promise.race([
      recorder.exited,
      new Promise<never>((_, reject) => {
        const late = (): void => reject(new Error(`the app was not done ${FINISH_LIMIT_MS / 1000} s after the call`));
        setTimeout(late, FINISH_LIMIT_MS).unref();
      }),
    ]);
    if (ending.code !== 0) {
      const how = String(ending.code ?? ending.signal);
      throw new Error(`the app ended with exit code ${how}:\n${tail(recorder.stderr())}`);
    }
    return events;
  } finally {
    recorder.child.kill('SIGTERM');
  }
}

function report(sessionDir: string, files: CheckedFile[], events: CheckedEvent[]): void {
  const keyPrefix = `${commonFolder(files.map(({ key }) => key))}/`;
  say(`\nFiles in ${sessionDir}\nand the objects made of them, in s3://${BUCKET}/${keyPrefix}\n`);
  // Keys mirror the folders, so both are the same; where they are not, both are shown.
  const path = (file: string, key: string): string => (file === key ? file : `${file} (key: ${key || 'none'})`);
  const fileRows = files.map((file) => [
    file.what,
    seconds(file.durationS),
    megabytes(file.sizeBytes),
    file.object,
    path(relative(sessionDir, file.file).replaceAll('\\', '/'), file.key.slice(keyPrefix.length)),
  ]);
  say(table(['what', '>length', '>size', 'object', 'file, and key'], fileRows));
  say('\nWebhook events received\n');
  const eventRows = events.map(({ type, link, problems, path }) => [
    type,
    problems.length === 0 ? 'valid' : 'wrong',
    link,
    path.replace(`s3://${BUCKET}/${keyPrefix}`, ''),
  ]);
  say(table(['type', 'signature and header', 'pre-signed link', 'recording'], eventRows));
}

/** The folder that all keys are in; empty for none. */
function commonFolder(keys: string[]): string {
  const [first = [], ...others] = keys.filter((key) => key !== '').map((key) => key.split('/').slice(0, -1));
  const length = first.findIndex((segment, index) => others.some((other) => other[index] !== segment));
  return (length < 0 ? first : first.slice(0, length)).join('/');
}

interface Stage {
  dir: string;
  library: string;
  sfu: Sfu;
  s3: S3Client;
  receiver: WebhookReceiver;
  demo: DemoSettings;
  settingsFile: string;
}

async function prepare(cleanup: Cleanup): Promise<Stage> {
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(':', '-');
  const dir = join(process.env.ROLLCALL_DEMO_DIR ?? join(tmpdir(), 'rollcall-demo'), stamp);
  const library = join(dir, 'library');
  await mkdir(library, { recursive: true });
  say('Preparing: drawing the pictures (the first time takes half a minute), starting the servers ...');
  await prepareClips();
  const sfu = cleanup.add('the SFU', await startSfu({ dialect: 'classic' }));
  const { store, name } = await startStore(dir);
  cleanup.add('the store', store);
  const receiver = cleanup.add('the webhook receiver', await startWebhookReceiver());
  const s3 = new S3Client({
    endpoint: store.endpoint,
    region: store.region,
    forcePathStyle: true,
    credentials: { accessKeyId: store.key, secretAccessKey: store.secret },
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  const demo = demoSettings(sfu.url(ROOM), store, receiver.url);
  const settingsFile = join(dir, 'settings.json');
  await writeFile(settingsFile, JSON.stringify(demo.settings, null, 2));
  say(`  SFU       ${sfu.url(ROOM)}  (mediasoup, mediasoup-demo's protocol)`);
  say(`  store     ${store.endpoint}  (${name})`);
  say(`  webhook   ${receiver.url}`);
  say(`  settings  ${settingsFile}`);
  return { dir, library, sfu, s3, receiver, demo, settingsFile };
}

type Mode = 'auto' | 'headless' | 'window';

interface Recorded {
  done: DoneEvent;
  events: RollcallEvent[];
  /** The window that recorded; null where the command line did. */
  window: DemoWindow | null;
}

/** The command line records. */
async function recordHeadless({ library, sfu, settingsFile }: Stage): Promise<Recorded> {
  say('  window    not shown (no display, or --headless): the command line records');
  say(`\nA call of ${CALL_LENGTH_S} s\n`);
  const args = ['record', sfu.url(ROOM), '--settings', settingsFile, '--library', library];
  const events = await record(sfu, [...args, '--stop-when-empty', '2', '--json']);
  const done = events.find((event): event is DoneEvent => event.event === 'done');
  if (!done) throw new Error('the app did not say what it made: there is no "done" event');
  return { done, events, window: null };
}

/** The window records, its buttons pressed for whoever watches. */
async function recordInWindow({ dir, library, sfu, settingsFile }: Stage, cleanup: Cleanup): Promise<Recorded> {
  say('  window    it imports the settings, records, uploads and plays: watch it');
  const window = cleanup.add('the window', await DemoWindow.open({ dir, library, settingsFile }));
  say(`\nA call of ${CALL_LENGTH_S} s\n`);
  await window.record('Demo');
  await sfu.waitForPeers(ROOM, 1, 60_000);
  await playCall(sfu, ROOM, say);
  say('  The call is over: the window stops recording, and the app finishes its files.');
  const { done, events } = await window.stop(FINISH_LIMIT_MS);
  for (const event of events) say(`         app: ${describe(event) ?? event.event}`);
  const played = await window.play();
  if (played < 1) throw new Error('the window did not play the recording');
  say(`         app: plays the recording, at ${seconds(played)} now`);
  await window.shoot(join(dir, 'window.png'));
  return { done, events, window };
}

async function run(cleanup: Cleanup, mode: Mode): Promise<string[]> {
  const stage = await prepare(cleanup);
  const { library, s3, receiver, demo } = stage;
  const visible = hasVisibleDisplay();
  const inWindow = mode === 'window' || (mode === 'auto' && visible);
  const { done, events, window } = inWindow ? await recordInWindow(stage, cleanup) : await recordHeadless(stage);
  const files = await checkFiles(s3, done, events);
  const delivered = await checkEvents(receiver, files.length, demo.signingSecret);
  report(done.session_dir ?? library, files, delivered);
  say(`\nLook at it: ${done.session_dir ?? library}`);
  if (window !== null && visible) {
    say('Close the window when you have seen enough.');
    await window.closed;
  }
  return [
    ...(await checkCompleteness(s3, done)),
    ...files.flatMap(({ what, problems }) => problems.map((problem) => `${what}: ${problem}`)),
    ...delivered.flatMap(({ type, path, problems }) =>
      problems.map((problem) => `event ${type} of ${path}: ${problem}`),
    ),
    ...(delivered.length === files.length ? [] : [`${delivered.length} webhook events came for ${files.length} files`]),
  ];
}

async function main(args: string[]): Promise<number> {
  const unknown = args.find((word) => word !== '--headless' && word !== '--window');
  if (unknown !== undefined) {
    console.error(`demo: there is no option ${unknown}; there are --headless and --window`);
    return 2;
  }
  const mode = args.includes('--headless') ? 'headless' : args.includes('--window') ? 'window' : 'auto';
  const cleanup = new Cleanup();
  process.once('SIGINT', () => void cleanup.run().then(() => process.exit(130)));
  try {
    const problems = await run(cleanup, mode);
    if (problems.length === 0) say('\nEverything was checked and is right.');
    for (const problem of problems) console.error(`demo: not verified: ${problem}`);
    return problems.length === 0 ? 0 : 1;
  } catch (error) {
    console.error(`demo: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  } finally {
    await cleanup.run();
  }
}

process.exit(await main(process.argv.slice(2)));
