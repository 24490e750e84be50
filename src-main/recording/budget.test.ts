import { expect, test } from 'vitest';
import { admission, type Budget, type Load } from './budget.ts';

const idle: Load = {
  cores: 2,
  capturingCores: 0.3,
  freeMemoryBytes: 4e9,
  freeDiskBytes: 100e9,
  bytesPerSecond: 300_000,
};

test.each<[string, Budget, number, Partial<Load>, RegExp | null]>([
  ['the first one always may', 'auto', 0, { freeMemoryBytes: 1, freeDiskBytes: 1, capturingCores: 2 }, null],
  ['a second one on two cores', 'auto', 1, {}, null],
  ['a third one on two cores', 'auto', 2, {}, /2 recordings are under way, and this computer's budget is the 2/],
  ['a third one where four cores are', 'auto', 2, { cores: 4 }, null],
  ['as configured', 3, 2, {}, null],
  ['beyond what is configured', 3, 3, {}, /3, as configured/],
  ['one at a time', 1, 1, {}, /1 recording is under way/],
  ['captures that use the processor', 'auto', 1, { capturingCores: 0.9 }, /0\.9 of 2 cores/],
  ['little memory', 'auto', 1, { freeMemoryBytes: 300e6 }, /300 MB of memory/],
  ['memory that cannot be told', 'auto', 1, { freeMemoryBytes: null }, null],
  ['a disk that would be full soon', 'auto', 1, { freeDiskBytes: 1e9 }, /full in about 5 minutes/],
  ['a disk that does not tell', 'auto', 1, { freeDiskBytes: null }, null],
  ['a number is the user’s own word', 5, 1, { capturingCores: 2, freeMemoryBytes: 1 }, null],
])('%s', (_name, budget, running, load, reason) => {
  const refused = admission(budget, running, { ...idle, ...load });
  if (reason === null) expect(refused).toBeNull();
  else expect(refused).toMatch(reason);
});
