/** What states are called: of a recording, its files, their uploads, and the events of the webhook. */
export const states = {
  session: {
    recording: 'Recording',
    interrupted: 'Interrupted',
    finalizing: 'Finishing files',
    waiting: 'Waiting to upload',
    uploading: 'Uploading',
    delivered: 'Delivered',
    local: 'On this computer',
    failed: 'Needs you',
    broken: 'Cannot be read',
  },
  output: {
    pending: 'Not made yet',
    running: 'Being made',
    done: 'Ready',
    failed: 'Failed',
    missing: 'File is gone',
  },
  upload: {
    waiting: 'Waiting for storage',
    pending: 'In the queue',
    uploading: 'Uploading',
    delivered: 'Delivered',
    failed: 'Upload failed',
  },
  phase: {
    joining: 'Joining',
    waitingForPeers: 'In the call',
    recording: 'REC',
    paused: 'Paused',
    finalizing: 'Finishing files',
    uploading: 'Uploading',
    filesReady: 'Files ready',
    done: 'Done',
    failed: 'Stopped',
  },
  webhook: {
    pending: 'Not taken yet',
    delivered: 'Told',
    failed: 'Refused for good',
  },
};
