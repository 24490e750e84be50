import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { captureMessageSchema, type CaptureMessage } from './contract/capture.ts';
import { RollcallError, toRollcallError } from './contract/errors.ts';
import type { PreflightCheck, PreflightResult } from './contract/preflight.ts';
import type { Settings, StoreTarget } from './contract/settings.ts';
import { texts } from './contract/texts/index.ts';
import type { Environment } from './environment.ts';
import { RECORDER_NAME } from './record.ts';
import { parseJoinUrl } from './settings/join-url.ts';
import { storeTarget } from './settings/resolve.ts';
import { storeName } from './upload/store-errors.ts';
import { checkDestination } from './upload/validate.ts';

type Finding = Omit<PreflightResult, 'check'>;
const ok = (found: string): Finding => ({ state: 'ok', found, remedy: null });
const skipped = (found: string): Finding => ({ state: 'skipped', found, remedy: null });

/** Runs one check. Never rejects: what goes wrong is what it finds. */
export async function runPreflight(
  environment: Environment,
  check: PreflightCheck,
  url: string | null,
): Promise<PreflightResult> {
  const checks: Record<PreflightCheck, () => Promise<Finding>> = {
    disk: () => diskSpeed(environment.libraryDir),
    encoder: () => encodeSpeed(environment),
    join: () =>
      url === null ? Promise.resolve(skipped(texts.preflight.noLinkWasGivenTo)) : joinTest(environment, url),
    bucket: async () => bucketTest(storeOf(await environment.settings())),
    clock: async () => clockSkew(storeOf(await environment.settings())),
  };
  try {
    return { check, ...(await checks[check]()) };
  } catch (thrown) {
    const { message, remedy } = toRollcallError(thrown);
    return { check, state: 'failed', found: message, remedy };
  }
}

const MIB = 1024 * 1024;
const DISK_TEST_BYTES = 32 * MIB;
/** A call of ten people at 2.5 Mbit/s each, three times over: tracks, streams and composite. */
const DISK_NEEDED_BYTES_S = 10e6;

/** Writes as a recording does: to the library's own disk, and flushed. */
async function diskSpeed(libraryDir: string): Promise<Finding> {
  const file = join(libraryDir, `.rollcall-check-${randomUUID()}`);
  const bytes = randomBytes(MIB);
  try {
    await mkdir(libraryDir, { recursive: true });
    const handle = await open(file, 'wx', 0o600);
    const from = performance.now();
    try {
      for (let written = 0; written < DISK_TEST_BYTES; written += bytes.length) await handle.write(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    const rate = DISK_TEST_BYTES / ((performance.now() - from) / 1000);
    const found = texts.preflight.theDiskOfTakesMb(libraryDir, Math.round(rate / 1e6));
    if (rate >= DISK_NEEDED_BYTES_S) return ok(found);
    return { state: 'warn', found, remedy: texts.preflight.callsOfManyPeopleMay };
  } catch (error) {
    throw new RollcallError(
      'DISK_FAILED',
      texts.preflight.nothingCanBeWrittenInto(libraryDir),
      texts.preflight.chooseAFolderThatIs,
      { details: String(error), cause: error },
    );
  } finally {
    await rm(file, { force: true });
  }
}

const ENCODE_S = 4;

/** Encodes as the composite is encoded. Below the speed of the call, files are ready only some time after it. */
async function encodeSpeed(environment: Environment): Promise<Finding> {
  const ffmpeg = await environment.ffmpeg();
  const source = ['-f', 'lavfi', '-i', `testsrc2=s=1280x720:r=30:d=${ENCODE_S}`];
  const from = performance.now();
  await (ffmpeg.urgent ?? ffmpeg).run({
    name: 'the encoder test',
    args: [...source, '-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p', '-f', 'null', '-'],
    signal: AbortSignal.timeout(60_000),
  });
  const speed = ENCODE_S / ((performance.now() - from) / 1000);
  const found = texts.preflight.ffmpegEncodesTimesAsFast(speed.toFixed(1));
  if (speed >= 1.5) return ok(found);
  return {
    state: 'warn',
    found,
    remedy: texts.preflight.nothingIsLostRecordingsAre,
  };
}

const JOIN_TIMEOUT_MS = 20_000;

/** Joins as the recorder does and leaves at once; nothing of it is kept. */
async function joinTest(environment: Environment, url: string): Promise<Finding> {
  const target = parseJoinUrl(url);
  const page = new URL(url.trim());
  const settings = await environment.settings();
  const known = settings.rooms.find((room) => room.url.trim() === url.trim());
  const room = known ?? { id: '0'.repeat(24), name: 'test', url, recording: 'enabled' as const };
  const origin = `${page.protocol.replace(/^ws/, 'http')}//${page.host}`;
  const from = performance.now();
  let answered: (answer: number | RollcallError) => void = () => undefined;
  const answer = new Promise<number | RollcallError>((resolve) => (answered = resolve));
  const timeout = setTimeout(() => answered(noAnswer(page.host)), JOIN_TIMEOUT_MS);
  const capture = await environment.openPage({ room, target, origin })(
    (raw) => {
      const message = captureMessageSchema.safeParse(raw);
      if (!message.success) return;
      const outcome = outcomeOf(message.data);
      if (outcome !== null) answered(outcome);
    },
    (reason) =>
      answered(
        new RollcallError('CAPTURE_FAILED', texts.preflight.thePageThatJoinsEnded(reason), texts.preflight.tryAgain),
      ),
  );
  const name = settings.recorder?.display_name ?? RECORDER_NAME;
  capture.post({
    type: 'start',
    signallingUrl: target.signallingUrl,
    peerId: `rollcall-test-${randomUUID().slice(0, 8)}`,
    displayName: name,
    pausedDisplayName: name,
    paused: false,
    begin: 'first-peer',
    epochMs: null,
    streams: [],
    keyFrameIntervalS: 10,
  });
  const people = await answer;
  clearTimeout(timeout);
  // Left properly, so that nobody sees a recorder that hangs in the call.
  capture.post({ type: 'stop' });
  setTimeout(() => capture.close(), 1000);
  if (typeof people !== 'number') throw people;
  const there = people === 0 ? texts.preflight.nobodyElseIsThere : texts.preflight.personIsThere(people);
  return ok(texts.preflight.joinedInS(page.host, ((performance.now() - from) / 1000).toFixed(1), there));
}

/** How many others are in the call, why it could not be joined, or null while neither is known. */
function outcomeOf(message: CaptureMessage): number | RollcallError | null {
  if (message.type === 'joined') return message.peers.length;
  if (message.type !== 'failed') return null;
  const { code, message: words, remedy, details } = message;
  return new RollcallError(code, words, remedy ?? texts.preflight.checkTheLinkAndThe, details ? { details } : {});
}

const noAnswer = (host: string): RollcallError =>
  new RollcallError('JOIN_UNREACHABLE', texts.preflight.didNotAnswerInTime(host), texts.preflight.checkTheLinkAndThe);

/** Where most files would go: hosted storage, else the first template's bucket. */
function storeOf(settings: Settings): StoreTarget | null {
  const info = settings.hosted ?? settings.templates.find((each) => each.recording.upload_info)?.recording.upload_info;
  return info == null ? null : storeTarget(info);
}

async function bucketTest(target: StoreTarget | null): Promise<Finding> {
  if (target === null) return skipped(texts.preflight.noStorageIsSetUp);
  const checks = await checkDestination(target, AbortSignal.timeout(60_000));
  const bad = checks.find(({ error, required }) => error !== null && required) ?? checks.find(({ error }) => error);
  if (bad?.error == null) return ok(texts.preflight.aFileWasWrittenTo(storeName(target)));
  return { state: bad.required ? 'failed' : 'warn', found: bad.error.message, remedy: bad.error.remedy };
}

/** S3 refuses requests that are 15 minutes off; signed links and timelines want it much better. */
const SKEW_WARN_MS = 60_000;

async function clockSkew(target: StoreTarget | null): Promise<Finding> {
  if (target === null) return skipped(texts.preflight.thereIsNoStoreWhose);
  const url =
    target.endpoint ??
    (target.service === 'azure' ? 'https://management.azure.com' : `https://s3.${target.region}.amazonaws.com`);
  const sentAt = Date.now();
  const answer = await fetch(url, { method: 'HEAD', redirect: 'manual', signal: AbortSignal.timeout(10_000) }).catch(
    (error: unknown) => {
      throw new RollcallError(
        'UPLOAD_NETWORK',
        texts.preflight.cannotBeReachedSoThe(new URL(url).host),
        texts.preflight.checkTheNetworkAndThe,
        { details: String(error), cause: error },
      );
    },
  );
  const date = Date.parse(answer.headers.get('date') ?? '');
  if (Number.isNaN(date)) return skipped(texts.preflight.doesNotSayWhatTime(new URL(url).host));
  // The header has whole seconds: half of one is no skew.
  const skewMs = (sentAt + Date.now()) / 2 - (date + 500);
  const found = texts.preflight.theClockIsSAhead((Math.abs(skewMs) / 1000).toFixed(0), skewMs >= 0);
  if (Math.abs(skewMs) < SKEW_WARN_MS) return ok(found);
  return { state: 'failed', found, remedy: texts.preflight.setTheDateAndTime };
}
