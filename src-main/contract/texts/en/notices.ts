/** What the system tells somebody who looks elsewhere. */
export const notices = {
  recording: (name: string) => `Recording ${name}`,
  everybodyWhoIsInThe: 'Everybody who is in the call is recorded now.',
  lookAtTheRecording: (name: string) => `${name}: look at the recording`,
  whatWasCapturedIsKept: 'What was captured is kept.',
  needsYou: (name: string) => `${name} needs you`,
  anUploadDidNotGet: 'An upload did not get through. Everything is kept on this computer.',
  isDelivered: (name: string) => `${name} is delivered`,
  filesHaveArrivedAndWere: (uploadCount: number) => `${uploadCount} files have arrived and were checked.`,
  isReady: (name: string) => `${name} is ready`,
  itsFilesAreOnThis: 'Its files are on this computer.',
};
