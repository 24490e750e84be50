import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RollcallError } from '../contract/errors.ts';
import { JobQueue, type Job, type JobOutcome, type JobState } from './job-queue.ts';

const error = new RollcallError('UPLOAD_NETWORK', 'No network.', 'Wait.');
const retry = (progressed = false): JobOutcome => ({ kind: 'retry', error, progressed });
const finished: JobOutcome = { kind: 'finished' };

/** A job that gives these outcomes in turn. */
const job = (key: string, ...outcomes: JobOutcome[]): Job & { runs: number } => {
  const made = {
    key,
    runs: 0,
    run: async () => Promise.resolve(outcomes[Math.min(made.runs++, outcomes.length - 1)] ?? finished),
  };
  return made;
};
/** A job that runs until it is told to end or aborted. */
const open = (key: string): Job & { end: () => void } => {
  let end = (): void => undefined;
  return {
    key,
    run: (signal) =>
      new Promise((resolve) => {
        end = () => resolve(finished);
        signal.addEventListener('abort', () => resolve(retry()));
      }),
    end: () => end(),
  };
};

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('JobQueue', () => {
  it('runs one job of a key at a time, and so many at once', async () => {
    const queue = new JobQueue({ concurrency: 2 });
    const jobs = [open('a'), open('b'), open('c')];
    const ends = jobs.map((each) => queue.add(each));
    ends.push(queue.add(job('a')));
    expect([...queue.states().values()].map(({ kind }) => kind)).toEqual(['running', 'running', 'queued']);
    jobs[0]!.end();
    await ends[0];
    await vi.advanceTimersByTimeAsync(0);
    expect([...queue.states().values()].map(({ kind }) => kind)).toEqual(['finished', 'running', 'running']);
    jobs[1]!.end();
    jobs[2]!.end();
    expect((await Promise.all(ends)).map(({ kind }) => kind)).toEqual(Array(4).fill('finished'));
  });

  it('repeats after growing waits, gives attempts again for progress, and stays failed when they are used up', async () => {
    const seen: JobState[] = [];
    const queue = new JobQueue({ concurrency: 1, delaysMs: [10, 20], onChange: (_key, state) => seen.push(state) });
    const flaky = job('a', retry(), retry(), retry(true), retry(), retry());
    const end = queue.add(flaky);
    await vi.advanceTimersByTimeAsync(1000);
    expect(await end).toEqual({ kind: 'failed', error });
    expect(seen.flatMap((state) => (state.kind === 'waiting' ? [state.attempts] : []))).toEqual([1, 2, 1, 2]);
    expect(queue.states().get('a')).toMatchObject({ kind: 'failed' });
    expect(await queue.add(job('a'))).toEqual({ kind: 'finished' });
  });

  it('does not wait when told that it need not', async () => {
    const queue = new JobQueue({ concurrency: 1, delaysMs: [1_000_000] });
    const end = queue.add(job('a', retry(), finished));
    await vi.advanceTimersByTimeAsync(0);
    queue.retryNow('a');
    expect(await end).toEqual({ kind: 'finished' });
  });

  it('cancels what waits and what runs, and closes', async () => {
    const queue = new JobQueue({ concurrency: 2, delaysMs: [1_000_000] });
    const ends = [queue.add(open('running')), queue.add(job('waiting', retry()))];
    await vi.advanceTimersByTimeAsync(0);
    queue.cancel('waiting');
    await queue.close();
    expect(await Promise.all(ends)).toEqual([{ kind: 'cancelled' }, { kind: 'cancelled' }]);
  });
});
