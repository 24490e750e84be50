/** The Rooms screen. */
export const rooms = {
  watched: 'Recorded whenever somebody is there.',
  rooms: 'Rooms',
  searchRooms: 'Search rooms',
  recordACall: 'Record a call',
  pasteTheLinkThatPeople:
    'Paste the link that people join with. Rollcall joins as a visible guest and records everybody.',
  aRecordingIsUnderWay: 'A recording is under way. Stop it before you start another.',
  yourRooms: 'Your rooms',
  roomsAreFoundByName: 'Rooms are found by name, link and template.',
  noRoomMatches: (search: string) => `No room matches “${search}”`,
  addRoom: 'Add room',
  aLinkIsEnoughTo: 'A link is enough to record. Keep the rooms that you record often here, with where their files go.',
  noRoomsYet: 'No rooms yet',
  importSettingsFile: 'Import settings file…',
  record: 'Record',
  auto: 'Auto',
  enabled: 'Enabled',
  disabled: 'Disabled',
  recordingOf: (name: string) => `Recording of ${name}`,
  editRoom: (name: string) => `Edit room ${name}`,
  recordOf: (name: string) => `Record ${name}`,
};
