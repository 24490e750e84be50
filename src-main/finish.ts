import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import writeFileAtomic from 'write-file-atomic';
import { makeComposite } from './composite/make-composite.ts';
import type { CardRenderer } from './contract/cards.ts';
import { CHAT_FILES } from './contract/chat.ts';
import { RollcallError, toRollcallError } from './contract/errors.ts';
import type { Emit } from './contract/events.ts';
import { compositeFile, streamFile } from './contract/ids.ts';
import type { Session, SessionHandle, SessionOutput } from './contract/session.ts';
import { completeTheme } from './contract/theme.ts';
import type { Encoders } from './media/encoders.ts';
import type { Ffmpeg } from './media/ffmpeg.ts';
import { finalClocks, withClocks } from './frozen-clocks.ts';
import { probe } from './media/probe.ts';
import { EFFORTS, type Effort, type EncoderSettings } from './media/segment.ts';
import { TrackPool } from './media/track-pool.ts';
import { compositeOf, encoderOf, makePieces, WORK_DIR } from './pieces.ts';
import { gatherSession, type ProbeTrack } from './recording/gather.ts';
import { readChat } from './recording/chat-log.ts';
import { chatFile } from './recording/chat-table.ts';
import { readTimeline } from './recording/timeline.ts';
import { makeStream } from './streams/make-stream.ts';

export interface FinishTools {
  ffmpeg(): Promise<Ffmpeg>;
  cards: CardRenderer;
  emit: Emit;
  /** Stops the work; what is done stays, the rest is done by the next run. */
  signal: AbortSignal;
  /** The session's tracks where they were read during the call; whoever made it closes it. */
  pool?: TrackPool;
  /** Encoders that this machine may have; libx264 where none are given. */
  encoders?: Encoders | undefined;
  /** The encoder's preset; a call that was hard to keep up with ends as it went on. */
  effort?: Effort;
  /** Called once the manifest lists what will be made. */
  onDescribed?: () => void;
  /** Called as each output is made. */
  onMade?: (outputId: string) => void;
}

/**
 * Makes what is missing of a session's files from its tracks: one MP4 per stream, then the composite. Every state is in
 * `session.json` before the work for it starts; a file that failed does not keep the others from being made.
 * @returns the first failure, or null.
 */
export async function makeFiles(handle: SessionHandle, tools: FinishTools): Promise<RollcallError | null> {
  const pool = tools.pool ?? new TrackPool(handle.dir);
  try {
    await describeSession(handle, pool);
    tools.onDescribed?.();
    return await makeOutputs(handle, { ...tools, pool });
  } finally {
    if (!tools.pool) await pool.close();
  }
}

type OutputTools = FinishTools & { pool: TrackPool };

/** Files made at a time: while one is joined or hashed, another one is encoded. */
const OUTPUTS_AT_ONCE = 2;
/** Of files whose pieces are there: what takes time is the disk. */
const JOINS_AT_ONCE = 4;

async function makeOutputs(handle: SessionHandle, tools: OutputTools): Promise<RollcallError | null> {
  let first = null as RollcallError | null;
  let stopped = null as RollcallError | null;
  const all = handle.session.outputs.map(({ output_id }) => output_id);
  const arePieced = await makeAllPieces(handle, all, tools);
  // What is left is joining, hashing and measuring: the longest of it first, so that nobody waits for it alone.
  const waiting = arePieced ? all.sort((a, b) => Number(b === 'composite') - Number(a === 'composite')) : all;
  const work = async (): Promise<void> => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      const error = tools.signal.aborted ? cancelled() : await makeMissing(handle, id, tools);
      if (error?.code === 'CANCELLED') stopped ??= error;
      else first ??= error;
      if (stopped) return;
    }
  };
  await Promise.all(Array.from({ length: arePieced ? JOINS_AT_ONCE : OUTPUTS_AT_ONCE }, work));
  if (stopped) return stopped;
  await rm(join(handle.dir, WORK_DIR), { recursive: true, force: true });
  await handle.update((draft) => {
    draft.state = first === null ? 'delivering' : 'failed';
    draft.error = first?.toRecord() ?? null;
  });
  return first;
}

/** Share of an output's progress that the joining of its pieces takes. */
const JOINING_SHARE = 0.05;

/**
 * Makes the pieces of all missing files together, which is quickest. Where something goes wrong, each file is tried by
 * itself afterwards and says what it was.
 * @returns whether all pieces are there
 */
async function makeAllPieces(handle: SessionHandle, ids: readonly string[], tools: OutputTools): Promise<boolean> {
  const outputIds = new Set<string>();
  for (const output of handle.session.outputs) {
    if (output.kind === 'chat' || !ids.includes(output.output_id) || (await isMade(handle.dir, output))) continue;
    outputIds.add(output.output_id);
    tools.emit({ event: 'finalizing', output_id: output.output_id, kind: output.kind, progress: 0 });
  }
  if (outputIds.size === 0 || tools.signal.aborted) return false;
  await handle.update((draft) => {
    for (const output of draft.outputs) if (outputIds.has(output.output_id)) output.state = 'running';
  });
  const ffmpeg = await tools.ffmpeg();
  const made = makePieces({
    ...{ sessionDir: handle.dir, session: handle.session, timeline: await readTimeline(handle.dir), outputIds },
    ...{ untilMs: Infinity, pool: tools.pool, ffmpeg: ffmpeg.urgent ?? ffmpeg, cards: tools.cards },
    ...{
      encoder: await wantedEncoder(handle, ffmpeg, tools),
      encoders: tools.encoders,
      atOnce: OUTPUTS_AT_ONCE,
      signal: tools.signal,
    },
    onProgress: (output_id, share) => {
      const kind = output_id === 'composite' ? 'composite' : 'stream';
      tools.emit({ event: 'finalizing', output_id, kind, progress: share * (1 - JOINING_SHARE) });
    },
  });
  return made.then(
    () => true,
    (thrown: unknown) => {
      const { code, message } = toRollcallError(thrown);
      if (code !== 'CANCELLED') tools.emit({ event: 'warning', code, message });
      return false;
    },
  );
}

/** The encoder by the session's settings, with the least effort of those and of the call. */
async function wantedEncoder({ session }: SessionHandle, ffmpeg: Ffmpeg, tools: FinishTools): Promise<EncoderSettings> {
  const encoder = await encoderOf(session, ffmpeg, tools.encoders);
  const { effort = encoder.effort } = tools;
  return EFFORTS.indexOf(effort) > EFFORTS.indexOf(encoder.effort) ? { ...encoder, effort } : encoder;
}

const isMade = async (dir: string, output: SessionOutput): Promise<boolean> =>
  output.state === 'done' && (await isOnDisk(dir, output));

/** Makes one output unless it is there. @returns why it could not be made, or null. */
async function makeMissing(handle: SessionHandle, id: string, tools: OutputTools): Promise<RollcallError | null> {
  const output = handle.session.outputs.find(({ output_id }) => output_id === id);
  if (!output || (await isMade(handle.dir, output))) return null;
  try {
    await makeOutput(handle, output, tools);
    tools.onMade?.(id);
    return null;
  } catch (thrown) {
    const error = toRollcallError(thrown);
    // A cancelled file is not a failed one: the next run makes it.
    const state = error.code === 'CANCELLED' ? 'pending' : 'failed';
    await updateOutput(handle, id, (draft) => Object.assign(draft, { state, error: error.toRecord() }));
    return error;
  }
}

const cancelled = (): RollcallError =>
  new RollcallError(
    'CANCELLED',
    'Making the files was stopped.',
    'What was captured is kept; run "rollcall recover" to make them.',
  );

/** Puts peers, streams, tracks and the list of outputs into the manifest, from what is on disk. */
async function describeSession(handle: SessionHandle, pool: TrackPool): Promise<void> {
  const gathered = await gatherSession(handle.dir, probeTrack);
  const frozen = await finalClocks(handle, gathered, pool, join(handle.dir, WORK_DIR));
  const derived = withClocks(gathered, frozen);
  const hasChat = (await readChat(handle.dir)).length > 0;
  await handle.update((draft) => {
    draft.peers = derived.peers;
    draft.streams = derived.streams;
    draft.tracks = derived.tracks;
    if (derived.pauses.length > 0) draft.pauses = derived.pauses;
    draft.duration_ms = derived.durationMs;
    draft.stopped_at ??= new Date(draft.epoch_ms + derived.durationMs).toISOString();
    draft.state = 'finalizing';
    for (const output of wantedOutputs(draft, hasChat)) {
      if (!draft.outputs.some((known) => known.output_id === output.output_id)) draft.outputs.push(output);
    }
  });
}

const probeTrack: ProbeTrack = async (file, kind) => {
  const probed = await probe(file).catch(() => null);
  const track = probed?.tracks.find((candidate) => candidate.kind === kind);
  if (!track || track.packets === 0) return null;
  const { packets, keyPackets, endMs, width, height } = track;
  return {
    endFileMs: endMs,
    frames: packets,
    keyFrames: kind === 'video' ? keyPackets : 0,
    lostFrames: 0,
    width,
    height,
  };
};

function wantedOutputs(session: Session, hasChat: boolean): SessionOutput[] {
  const blank = {
    state: 'pending',
    start_ms: 0,
    duration_ms: 0,
    size_bytes: 0,
    sha256: null,
    width: null,
    height: null,
    error: null,
  } as const;
  const streams = session.streams.map(({ stream_id, peer_id }): SessionOutput => {
    const segment = session.peers.find((peer) => peer.peer_id === peer_id)?.segment ?? peer_id;
    return { ...blank, output_id: stream_id, kind: 'stream', stream_id, peer_id, file: streamFile(segment, stream_id) };
  });
  const whole = { ...blank, stream_id: null, peer_id: null };
  const chat = CHAT_FILES.map((file): SessionOutput => ({ ...whole, output_id: file, kind: 'chat', file }));
  const outputs = [...streams, ...(hasChat ? chat : [])];
  if (!session.settings.composite || streams.length === 0) return outputs;
  const file = compositeFile(session.session_id, session.epoch_ms);
  return [...outputs, { ...whole, output_id: 'composite', kind: 'composite', file }];
}

async function makeOutput(handle: SessionHandle, output: SessionOutput, tools: OutputTools): Promise<void> {
  const { output_id, kind } = output;
  await updateOutput(handle, output_id, (draft) =>
    Object.assign(draft, { state: 'running', error: null, certificate: undefined }),
  );
  if (kind === 'chat') return finished(handle, output, await makeChat(handle, output), tools);
  const report = (progress: number): void =>
    tools.emit({ event: 'finalizing', output_id, kind, progress: 1 - JOINING_SHARE * (1 - progress) });
  const workDir = join(handle.dir, WORK_DIR);
  await mkdir(workDir, { recursive: true });
  const ffmpeg = await tools.ffmpeg();
  const job = {
    sessionDir: handle.dir,
    session: handle.session,
    ffmpeg: ffmpeg.urgent ?? ffmpeg,
    encoder: await wantedEncoder(handle, ffmpeg, tools),
    cards: tools.cards,
    pool: tools.pool,
    workDir,
    signal: tools.signal,
    onProgress: report,
  };
  const made =
    kind === 'stream'
      ? await makeStream({ ...job, streamId: output_id })
      : await makeComposite({
          ...job,
          ...compositeOf(handle.session),
          theme: completeTheme(handle.session.settings.theme),
          timeline: await readTimeline(handle.dir),
          withoutPeers: [],
          outFile: join(handle.dir, output.file),
        });
  await finished(handle, output, made, tools);
}

/** What the maker of a file says of it. */
type Made = Pick<SessionOutput, 'start_ms' | 'duration_ms' | 'width' | 'height'>;

/** Writes one of the chat's files. Lengths are of media: it has none. */
async function makeChat({ dir, session }: SessionHandle, { output_id }: SessionOutput): Promise<Made> {
  const name = CHAT_FILES.find((file) => file === output_id);
  if (!name) throw new Error(`the chat has no file ${output_id}`);
  await writeFileAtomic(join(dir, name), chatFile(name, session, await readChat(dir)), { mode: 0o600 });
  return { start_ms: 0, duration_ms: 0, width: null, height: null };
}

/** Puts a file that has been made into the manifest. */
async function finished(
  handle: SessionHandle,
  { output_id, kind, file: name }: SessionOutput,
  made: Made,
  tools: OutputTools,
): Promise<void> {
  const file = join(handle.dir, name);
  const { size } = await stat(file);
  const sha256 = await hashFile(file, tools.signal);
  await updateOutput(handle, output_id, (draft) => {
    const { start_ms, duration_ms, width, height } = made;
    Object.assign(draft, {
      state: 'done',
      start_ms,
      duration_ms,
      width,
      height,
      size_bytes: size,
      sha256,
      error: null,
    });
  });
  tools.emit({ event: 'output', output_id, kind, file, duration: made.duration_ms / 1000, size });
}

function updateOutput(handle: SessionHandle, outputId: string, change: (draft: SessionOutput) => void): Promise<void> {
  return handle.update((draft) => {
    const output = draft.outputs.find((candidate) => candidate.output_id === outputId);
    if (output) change(output);
  });
}

async function isOnDisk(dir: string, output: SessionOutput): Promise<boolean> {
  return stat(join(dir, output.file)).then(
    (stats) => stats.size === output.size_bytes,
    () => false, // Gone: it is made again.
  );
}

/** Hex SHA-256 of a file. */
export async function hashFile(file: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash, { signal });
  return hash.digest('hex');
}
