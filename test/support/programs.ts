import { spawn } from 'node:child_process';

/** ffmpeg and ffprobe as the environment names them, else from PATH. */
export const ffmpegBin = (): string => process.env.FFMPEG_BIN ?? 'ffmpeg';
export const ffprobeBin = (): string => process.env.FFPROBE_BIN ?? 'ffprobe';

export interface ProgramResult {
  code: number | null;
  stdout: Buffer;
  stderr: string;
}

/** Runs a program to its end, whatever its exit code. */
export async function run(program: string, args: string[], options: { input?: Buffer } = {}): Promise<ProgramResult> {
  const child = spawn(program, args, { stdio: [options.input ? 'pipe' : 'ignore', 'pipe', 'pipe'] });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
  child.stdin?.on('error', () => undefined).end(options.input);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  return { code, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() };
}

/** Runs a program that must succeed; the error shows the end of what it printed. */
export async function runOk(program: string, args: string[]): Promise<ProgramResult> {
  const result = await run(program, args);
  if (result.code !== 0) {
    throw new Error(
      `${program} exited with ${String(result.code)}: ${result.stderr.slice(-1500)}\n  ${args.join(' ')}`,
    );
  }
  return result;
}
