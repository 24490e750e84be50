import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { toRollcallError } from '../contract/errors.ts';
import type { Emit } from '../contract/events.ts';

/** A recording under way, as the command line steers it. */
export interface Steerable {
  readonly paused: boolean;
  pause(): Promise<void>;
  resume(): Promise<void>;
  stop(reason: string): void;
}

/** What a line on standard input may say. */
const WORDS = ['pause', 'resume', 'stop'] as const;
type Word = (typeof WORDS)[number];

/**
 * Steers a recording by lines on `input`: `pause`, `resume`, `stop`; and by the function given back, which pauses it or
 * goes on.
 */
export function steer(run: Steerable, input: Readable | null, emit: Emit): { toggle: () => void; release: () => void } {
  const act = (word: Word): void => {
    if (word === 'stop') return run.stop('it was told to on standard input');
    (word === 'pause' ? run.pause() : run.resume()).catch((thrown: unknown) => {
      const { code, message } = toRollcallError(thrown);
      emit({ event: 'warning', code, message });
    });
  };
  const lines = input && createInterface({ input, terminal: false });
  lines?.on('line', (line) => {
    const said = line.trim().toLowerCase();
    const word = WORDS.find((candidate) => candidate === said);
    if (word) return act(word);
    if (said === '') return;
    const message = `"${said.slice(0, 40)}" on standard input is not understood; say ${WORDS.join(', ')}.`;
    emit({ event: 'warning', code: 'USAGE', message });
  });
  return {
    toggle: () => act(run.paused ? 'resume' : 'pause'),
    release: () => {
      lines?.close();
      input?.destroy();
    },
  };
}

/** A library that cleans up at exits sends a signal that it has seen to this process again: within this time it is one. */
const SAME_SIGNAL_MS = 400;

/**
 * Listens for SIGUSR2 for as long as the process lives: without a listener it would end the process, in the middle of
 * its files. Windows has no such signal.
 */
export function onToggleSignal(toggle: () => void): void {
  if (process.platform === 'win32') return;
  let lastAtMs = -Infinity;
  process.on('SIGUSR2', () => {
    const isAgain = performance.now() - lastAtMs < SAME_SIGNAL_MS;
    lastAtMs = performance.now();
    if (!isAgain) toggle();
  });
}
