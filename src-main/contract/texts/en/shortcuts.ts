/** The list of keys. */
export const shortcuts = {
  title: 'Keyboard',
  where: { everywhere: 'Everywhere', player: 'Player' },
  keys: { palette: 'Ctrl K', paletteOnMac: '⌘ K', escape: 'Esc', space: 'Space' },
  /** Between two keys that are pressed one after the other. */
  then: 'then',
  record: 'Record, or stop (asked)',
  pause: 'Pause the recording, or go on',
  search: 'Search',
  palette: 'Find a command, room or recording',
  goTo: 'Go to Rooms, Live, Library, Queue, Settings',
  back: 'Back from a recording, close a dialog',
  list: 'This list',
  play: 'Play, pause',
  jump: '10 seconds back, forward',
  step: '5 seconds back, forward',
  frame: 'One frame back, forward',
  mark: 'Mark this moment (also while recording)',
  fullScreen: 'Full screen',
};
