/** The checks of this computer, and what each is called. */
export const checks = {
  title: 'Check this computer',
  link: 'Link of a call to try (optional)',
  linkNote: 'Rollcall joins it, is seen there for a moment, and leaves. Nothing is recorded.',
  names: {
    disk: 'Disk',
    encoder: 'Video encoder',
    join: 'Joining a call',
    bucket: 'Storage',
    clock: 'Clock',
  },
  states: {
    ok: 'Good',
    warn: 'Slow',
    failed: 'Needs you',
    skipped: 'Not tried',
    running: 'Trying',
    waiting: 'Waits',
  },
};
