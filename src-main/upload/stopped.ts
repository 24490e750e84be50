import { RollcallError } from '../contract/errors.ts';

/** What an upload that was told to stop ends with. */
export const uploadStopped = (cause?: unknown): RollcallError =>
  new RollcallError(
    'CANCELLED',
    'The upload was stopped.',
    'Run it again: it goes on where it stopped.',
    cause === undefined ? {} : { cause },
  );
