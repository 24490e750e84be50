/** The question before the window is closed. */
export const closing = {
  isBeingRecorded: (roomName: string) => `“${roomName}” is being recorded`,
  isBeingFinished: (roomName: string) => `“${roomName}” is being finished`,
  stoppingEndsTheRecording:
    'Stopping ends the recording now and finishes its files; the app closes when they are ready.',
  everythingCapturedIsKept: 'Everything captured is kept. What is not finished goes on when the app is opened again.',
  keepRecording: 'Keep recording',
  stopAndClose: 'Stop and close',
  stayOpen: 'Stay open',
  closeNow: 'Close now',
};
