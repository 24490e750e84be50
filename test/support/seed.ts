/** `ROLLCALL_TEST_SEED` repeats a run's moments; without it each run has others. */
export const TEST_SEED = Number(process.env.ROLLCALL_TEST_SEED ?? Date.now() % 1_000_000);
