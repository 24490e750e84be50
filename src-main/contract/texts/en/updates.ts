/** Updates of the app itself: what the window shows of them, and what goes wrong. */
export const updates = {
  title: 'Updates',
  off: 'Rollcall does not look for updates: no place is set where they come from.',
  unsupported: 'This installation is not updated by Rollcall. Install a newer version the way this one was installed.',
  notChecked: 'No newer version has been looked for yet.',
  current: (when: string) => `No newer version is there. Last looked for: ${when}.`,
  checking: 'Looking for a newer version …',
  found: (version: string) => `Version ${version} is there. It is fetched once no call is recorded.`,
  downloading: (version: string, percent: string) => `Version ${version} is being fetched: ${percent}.`,
  ready: (version: string) => `Version ${version} is fetched and checked. It is installed when Rollcall is closed.`,
  notThere: 'Newer versions could not be looked for.',
  set: 'Set…',
  change: 'Change…',
  changeLabel: 'Change… where updates come from',
  setLabel: 'Set… where updates come from',
  check: 'Look for updates',
  restart: 'Restart and update',
  dialog: {
    title: 'Updates',
    label: 'Where updates come from',
    note: 'The https address of the folder that holds latest.yml and the packages. Empty: Rollcall does not look for updates.',
    placeholder: 'https://downloads.example.net/rollcall/',
  },
  failed: (host: string) => ({
    message: `Updates could not be fetched from ${host}.`,
    remedy: 'Check the network and the address of the updates in the settings. Everything else works without them.',
  }),
  notReady: {
    message: 'No update is ready to be installed.',
    remedy: 'Look for updates first.',
  },
  recording: {
    message: 'The update cannot be installed now: a call is being recorded.',
    remedy: 'Stop the recording first, or close Rollcall after it: the update is installed then.',
  },
};
