import type { UpdatesView } from '../../src-main/contract/updates.ts';
import type { DestinationCheck, DestinationTrial } from '../../src-main/contract/trials.ts';

const works = (name: DestinationCheck['name'], required = true): DestinationCheck => ({ name, required, error: null });

/** Trials of a destination and updates of the app, in each of their states. */
export const goodTrial: DestinationTrial = {
  store: 'bucket "acme-recordings" at s3.eu-central-1.amazonaws.com',
  checks: [
    works('write'),
    works('read'),
    works('multipart'),
    works('list-parts', false),
    works('abort', false),
    works('clock'),
    works('delete', false),
  ],
};

export const deniedTrial: DestinationTrial = {
  ...goodTrial,
  checks: goodTrial.checks.map((check) =>
    check.name === 'multipart'
      ? {
          ...check,
          error: {
            code: 'UPLOAD_DENIED',
            fault: 'destination',
            message: 'The bucket "acme-recordings" denies s3:PutObject to these credentials.',
            remedy: 'Allow s3:PutObject in the bucket’s or the user’s policy.',
          },
        }
      : check,
  ),
};

export const updateStates: Record<string, UpdatesView> = {
  off: { state: 'off' },
  unsupported: { state: 'unsupported' },
  downloading: { state: 'downloading', version: '0.2.0', fraction: 0.37 },
  ready: { state: 'ready', version: '0.2.0' },
  failed: {
    state: 'failed',
    error: {
      code: 'UPDATE_FAILED',
      fault: 'network',
      message: 'Updates could not be fetched from downloads.example.net.',
      remedy: 'Check the network and the address of the updates in the settings. Everything else works without them.',
    },
  },
};
