/** What the system shows for the app: its menu. */
export const system = {
  menu: {
    file: '&File',
    view: '&View',
    recordOrStop: 'Record or Stop…',
    settings: 'Settings',
    settingsOnMac: 'Settings…',
    rooms: 'Rooms',
    live: 'Live',
    library: 'Library',
    search: 'Search',
    shortcuts: 'Keyboard Shortcuts',
  },
};
