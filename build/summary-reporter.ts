import type { Reporter, SerializedError, TestCase, TestModule } from 'vitest/node';

/** Why a test was skipped: the note given to `context.skip(note)`, or that its source says so. */
function skipReason(test: TestCase): string {
  const result = test.result();
  const note = result.state === 'skipped' ? result.note : undefined;
  if (note === undefined && test.module.errors().length > 0) return 'its file failed before it';
  return note ?? (test.options.mode === 'todo' ? 'not written yet' : 'no reason given: use context.skip(reason)');
}

/**
 * Prints, as the last line of a run, `N passed, N failed`, with `, N skipped` where tests were skipped, each named with
 * its reason before. Files that could not be run and errors outside tests count as failures.
 */
export class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const inState = (state: string): TestCase[] => tests.filter((test) => test.result().state === state);
    const skipped = inState('skipped');
    const brokenModules = modules.filter((module) => module.errors().length > 0).length;
    const failed = inState('failed').length + inState('pending').length + brokenModules + errors.length;
    const lines = skipped.map((test) => `skipped: ${test.fullName}: ${skipReason(test)}`);
    const tail = skipped.length > 0 ? `, ${skipped.length} skipped` : '';
    lines.push(`${inState('passed').length} passed, ${failed} failed${tail}`);
    // After the default reporter's own closing lines, which it writes in the same turn.
    process.once('exit', () => process.stdout.write(`${lines.join('\n')}\n`));
  }
}
