/** The tray: its tooltip and its menu. */
export const tray = {
  nothingIsBeingRecorded: 'Nothing is being recorded',
  inNobodyToRecordYet: (roomName: string) => `In “${roomName}”, nobody to record yet`,
  makingTheFilesOf: (roomName: string) => `Making the files of “${roomName}”`,
  uploading: (roomName: string) => `Uploading “${roomName}”`,
  recording: (roomName: string) => `● Recording “${roomName}”`,
  openRollcall: 'Open Rollcall',
  stopRecording: 'Stop recording…',
  record: (name: string) => `Record ${name}`,
  quit: 'Quit',
  recording2: 'Recording',
};
