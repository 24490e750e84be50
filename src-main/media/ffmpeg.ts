import { spawn, type ChildProcess } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { RollcallError } from '../contract/errors.ts';
import { ProgressParser, type FfmpegProgress } from './ffmpeg-progress.ts';

export interface FfmpegJob {
  /** What is being made, for messages: a file's name, never a whole path. */
  name: string;
  /** Arguments after the common ones; input and output options in ffmpeg's order. */
  args: readonly string[];
  /** Folder in which it runs; the app's own where none is given. */
  cwd?: string | undefined;
  /** Stops the process: asked to end at once, killed after 2 s. The result is then `CANCELLED`. */
  signal?: AbortSignal | undefined;
  /** Called about twice a second. Only where the job does not write its output to stdout. */
  onProgress?: ((progress: FfmpegProgress) => void) | undefined;
}

export interface FfmpegResult {
  /** Frames of the first video output, as ffmpeg counted them; 0 where progress was not asked for. */
  frames: number;
  /** The last lines that ffmpeg printed: warnings of broken input and the like. */
  stderrTail: string;
}

/** A running ffmpeg whose stdin or stdout carries media. */
export interface FfmpegProcess {
  stdin: Writable;
  stdout: Readable;
  /** Settles when the process has ended; rejects with `FFMPEG_FAILED` or `CANCELLED`. */
  done: Promise<FfmpegResult>;
  /** Ends the process early; `done` then rejects with `CANCELLED`. */
  kill(): void;
}

/** The one way to ffmpeg. Small, so that a test can put a fake in its place. */
export interface Ffmpeg {
  /** The binary, absolute or a name on PATH. */
  readonly path: string;
  /** 5 for "5.1.9"; 0 where the version is not a number (a build from git). */
  readonly majorVersion: number;
  /** Starts a process with pipes on stdin and stdout. */
  start(job: FfmpegJob): FfmpegProcess;
  /** Runs a job whose inputs and outputs are files. */
  run(job: FfmpegJob): Promise<FfmpegResult>;
  /** The same for files that somebody waits for, the call being over: still behind a capture, ahead of idle work. */
  readonly urgent?: Ffmpeg;
  /** `-filter_complex` with the graph in place, or in a file in `dir` where it is too long for a command line. */
  filterGraph(graph: string, dir: string): Promise<string[]>;
}

/** How long a process may take to end after it was asked to. */
const KILL_AFTER_MS = 2000;
/** A process that is killed from outside is started again this often in all. */
const ATTEMPTS_IF_KILLED = 3;
const STDERR_TAIL_CHARS = 4000;
/** Windows refuses command lines beyond 32,767 characters; the rest of the line needs room too. */
const MAX_GRAPH_ARG_CHARS = 16_000;

const COMMON = ['-hide_banner', '-nostdin', '-y', '-loglevel', 'error'] as const;

/** ffmpeg as child processes, at low priority so that a call that is being recorded never waits for it. */
export class FfmpegRunner implements Ffmpeg {
  readonly path: string;
  readonly majorVersion: number;

  readonly #priority: number;

  constructor(path: string, majorVersion: number, priority: number = constants.priority.PRIORITY_LOW) {
    this.path = path;
    this.majorVersion = majorVersion;
    this.#priority = priority;
  }

  get urgent(): Ffmpeg {
    return new FfmpegRunner(this.path, this.majorVersion, constants.priority.PRIORITY_BELOW_NORMAL);
  }

  start(job: FfmpegJob): FfmpegProcess {
    return this.#spawn(job, [...COMMON, ...job.args], undefined);
  }

  async run(job: FfmpegJob): Promise<FfmpegResult> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#runOnce(job);
      } catch (thrown) {
        // Killed from outside (by a user, or by a system out of memory): its files say nothing against another try.
        if (!(thrown instanceof KilledFromOutside) || attempt === ATTEMPTS_IF_KILLED) throw thrown;
      }
    }
  }

  async #runOnce(job: FfmpegJob): Promise<FfmpegResult> {
    const progress = new ProgressParser(job.onProgress);
    const child = this.#spawn(job, [...COMMON, '-progress', 'pipe:1', ...job.args], progress);
    child.stdin.end();
    child.stdout.setEncoding('utf8').on('data', (text: string) => progress.push(text));
    return await child.done;
  }

  async filterGraph(graph: string, dir: string): Promise<string[]> {
    if (graph.length <= MAX_GRAPH_ARG_CHARS) return ['-filter_complex', graph];
    const file = join(dir, 'filter-graph.txt');
    await writeFile(file, graph);
    // ffmpeg 7 replaced `-filter_complex_script` by the general "option from file" form, 8 dropped it.
    return this.majorVersion >= 7 || this.majorVersion === 0
      ? ['-/filter_complex', file]
      : ['-filter_complex_script', file];
  }

  #spawn(job: FfmpegJob, args: string[], progress: ProgressParser | undefined): FfmpegProcess {
    if (job.signal?.aborted) throw cancelled(job.name);
    const child = spawn(this.path, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
      ...(job.cwd === undefined ? {} : { cwd: job.cwd }),
    });
    lowerPriority(child, this.#priority);
    let tail = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      tail = (tail + text).slice(-STDERR_TAIL_CHARS);
    });
    // The process' end is what counts; a pipe that broke because of it is no second error.
    child.stdin.on('error', () => undefined);
    let killed = false;
    const kill = (): void => {
      killed = true;
      end(child);
    };
    const done = new Promise<FfmpegResult>((resolve, reject) => {
      child.once('error', (cause) => reject(failed(job.name, this.path, `${cause.message}\n${tail}`, cause)));
      child.once('close', (code, signal) => {
        job.signal?.removeEventListener('abort', kill);
        if (killed) reject(cancelled(job.name));
        else if (code === 0) resolve({ frames: progress?.frames ?? 0, stderrTail: tail });
        else if (signal !== null) reject(new KilledFromOutside(job.name, `${this.path}: ${signal}\n${tail}`));
        else reject(failed(job.name, this.path, `exit ${code ?? 'unknown'}\n${tail}`));
      });
    });
    // Whoever started the process awaits `done`; it must not count as unhandled while media still flows.
    done.catch(() => undefined);
    job.signal?.addEventListener('abort', kill, { once: true });
    return { stdin: child.stdin, stdout: child.stdout, done, kill };
  }
}

class KilledFromOutside extends RollcallError {
  constructor(name: string, details: string) {
    super(
      'FFMPEG_FAILED',
      `ffmpeg was killed while it made "${name}".`,
      'The captured tracks are kept: try again, with fewer other programs running.',
      { details },
    );
  }
}

function lowerPriority(child: ChildProcess, priority: number): void {
  if (child.pid === undefined) return;
  try {
    setPriority(child.pid, priority);
  } catch {
    // The process may be over already, or the system may not allow it: slower neighbours, no wrong result.
  }
}

function end(child: ChildProcess): void {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
  timer.unref();
  child.once('close', () => clearTimeout(timer));
}

function failed(name: string, path: string, details: string, cause?: unknown): RollcallError {
  return new RollcallError(
    'FFMPEG_FAILED',
    `ffmpeg could not make "${name}".`,
    'The captured tracks are kept: try again, and report the details if it fails again.',
    { details: `${path}: ${details}`, cause },
  );
}

function cancelled(name: string): RollcallError {
  return new RollcallError('CANCELLED', `Making "${name}" was cancelled.`, 'Start it again when you want the file.');
}
