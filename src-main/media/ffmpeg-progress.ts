/** What ffmpeg says of its work, about twice a second. */
export interface FfmpegProgress {
  /** Video frames written so far. */
  frames: number;
  /** How far the output has come, milliseconds. */
  outTimeMs: number;
}

/** Parses the `key=value` blocks of `-progress`. */
export class ProgressParser {
  frames = 0;
  #outTimeMs = 0;
  #rest = '';
  readonly #report: ((progress: FfmpegProgress) => void) | undefined;

  constructor(report: ((progress: FfmpegProgress) => void) | undefined) {
    this.#report = report;
  }

  push(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#line(line.trim());
  }

  #line(line: string): void {
    const [key = '', value = ''] = line.split('=', 2);
    const number = Number(value);
    // `out_time_us` may be "N/A" before the first frame; `out_time_ms` is microseconds too in old versions.
    if (key === 'frame' && Number.isFinite(number)) this.frames = number;
    else if (key === 'out_time_us' && Number.isFinite(number)) this.#outTimeMs = number / 1000;
    else if (key === 'progress') this.#report?.({ frames: this.frames, outTimeMs: this.#outTimeMs });
  }
}
