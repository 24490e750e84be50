import type { ErrorRecord } from '../contract/errors.ts';
import type { FilesDeferred, RollcallEvent } from '../contract/events.ts';
import { plural } from '../contract/texts/en/plural.ts';

/** Where the command line writes: `out` for results (JSON lines), `err` for people. */
export interface CliIo {
  out(text: string): void;
  err(text: string): void;
  /** Whether `err` is a terminal that a line can be rewritten on. */
  terminal: boolean;
}

const BAR_WIDTH = 24;
/** Without a terminal a progress line is worth a new line only this often. */
const PLAIN_STEP = 0.25;

/** Prints what happens: with `--json` each event as a line on stdout; progress for people on stderr either way. */
export class Printer {
  readonly #io: CliIo;
  readonly #json: boolean;
  /** The bar that is on the terminal's last line now. */
  #bar = '';
  readonly #lastShown = new Map<string, number>();
  #deferred: FilesDeferred = 'nothing';

  constructor(io: CliIo, json: boolean) {
    this.#io = io;
    this.#json = json;
  }

  event(event: RollcallEvent): void {
    if (this.#json) this.#io.out(`${JSON.stringify(event)}\n`);
    this.#human(event);
  }

  /** Says what was done, to people only. */
  success(summary: string): void {
    this.#line(`✓ ${summary}`);
  }

  #human(event: RollcallEvent): void {
    switch (event.event) {
      case 'joined':
        return this.#line(`Joined ${event.room}: ${plural(event.peers, 'peer')} there.`);
      case 'recording':
        return this.#line(`● Recording into ${event.session_dir}`);
      case 'paused':
        return this.#line(`${clock(event.t)}  Recording paused: nothing is kept until it goes on`);
      case 'resumed':
        return this.#line(`${clock(event.t)}  Recording goes on`);
      case 'peer-joined':
        return this.#line(`${clock(event.t)}  ${event.display_name} joined`);
      case 'peer-renamed':
        return this.#line(`${clock(event.t)}  ${event.peer_id} is called ${event.display_name}`);
      case 'peer-left':
        return this.#line(`${clock(event.t)}  ${event.peer_id} left`);
      case 'finalizing':
        return this.#progress(
          event.kind === 'composite' ? 'composite' : `stream ${event.output_id.slice(0, 8)}`,
          event.progress,
        );
      case 'output':
        return this.#line(
          `✓ ${event.file}  ${size(event.size)}${event.kind === 'chat' ? '' : `, ${event.duration.toFixed(1)} s`}`,
        );
      case 'upload':
        return this.#upload(event);
      case 'files':
        if (event.deferred !== this.#deferred) this.#line(DEFERRED_WORDS[event.deferred]);
        this.#deferred = event.deferred;
        return;
      case 'warning':
        return this.#line(`! ${event.message}`);
      case 'error':
        return this.#error(event);
      case 'done':
      case 'health':
      case 'stream-started':
      case 'stream-ended':
        return;
    }
  }

  #upload(event: Extract<RollcallEvent, { event: 'upload' }>): void {
    switch (event.state) {
      case 'delivered':
        return this.#line(`✓ delivered ${event.key}`);
      case 'failed':
        return this.#line(`✗ not delivered ${event.key}`);
      case 'waiting':
        return this.#line(`… waiting for hosted storage: ${event.key}`);
      case 'pending':
      case 'uploading':
        return this.#progress(`upload ${event.key.slice(-40)}`, event.size === 0 ? 1 : event.sent / event.size);
    }
  }

  #error(error: ErrorRecord): void {
    this.#line(`✗ ${error.message}\n  ${error.remedy}`);
    if (error.details !== undefined) this.#line(indent(error.details));
  }

  #progress(label: string, fraction: number): void {
    const percent = `${Math.floor(fraction * 100)}%`.padStart(4);
    if (this.#io.terminal) {
      const filled = Math.round(fraction * BAR_WIDTH);
      this.#bar = `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)} ${percent}  ${label}`;
      this.#io.err(`\r\x1b[K${this.#bar}`);
      return;
    }
    const last = this.#lastShown.get(label) ?? -1;
    if (fraction < 1 && fraction - last < PLAIN_STEP) return;
    this.#lastShown.set(label, fraction);
    this.#io.err(`${percent}  ${label}\n`);
  }

  #line(text: string): void {
    if (this.#bar !== '') this.#io.err('\r\x1b[K');
    this.#bar = '';
    this.#io.err(`${text}\n`);
  }
}

const DEFERRED_WORDS: Record<FilesDeferred, string> = {
  nothing: 'Files are made during the call.',
  composite: '… the computer is busy: the composite is made later, the streams during the call',
  everything: '… the computer is busy: the files are made when it is less so, at the latest after the call',
};

const clock = (ms: number): string => {
  const seconds = Math.floor(ms / 1000);
  const part = (value: number): string => String(value).padStart(2, '0');
  return `${part(Math.floor(seconds / 3600))}:${part(Math.floor(seconds / 60) % 60)}:${part(seconds % 60)}`;
};

const size = (bytes: number): string =>
  bytes < 1e6
    ? `${(bytes / 1e3).toFixed(0)} kB`
    : bytes < 1e9
      ? `${(bytes / 1e6).toFixed(1)} MB`
      : `${(bytes / 1e9).toFixed(2)} GB`;

const indent = (text: string): string => text.replace(/^/gm, '    ');
