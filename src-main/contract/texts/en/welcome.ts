/** The first steps, and the checks of this computer. */
export const welcome = {
  linkOfACallTo: 'Link of a call to try (optional)',
  rollcallJoinsItIsSeen: 'Rollcall joins it, is seen there for a moment, and leaves. Nothing is recorded.',
  checkThisComputer: 'Check this computer',
  welcomeToRollcall: 'Welcome to Rollcall',
  skipSetUp: 'Skip set-up',
  stepOf3: (step: number) => `Step ${step} of 3`,
  back: 'Back',
  whereRecordingsLive: 'Where recordings live',
  everyRecordingIsAFolder:
    'Every recording is a folder on this computer, until you delete it. Nothing is sent anywhere unless you say where.',
  continue: 'Continue',
  freeSpaceIsNotKnown: 'Free space is not known.',
  freeAboutOfACall: (size: string, span: string) => `${size} free: about ${span} of a call of four people.`,
  chooseFolder: 'Choose folder…',
  howOthersSeeIt: 'How others see it',
  rollcallJoinsCallsAsA:
    'Rollcall joins calls as a visible guest. In most places people must know that they are recorded.',
  nameShownToOthers: 'Name shown to others',
  rollcallRecording: 'Rollcall (recording)',
  whatYouTellPeople: 'What you tell people',
  oneClickOnTheLive: 'One click on the Live screen copies it, to be pasted into the call’s chat.',
  storageIfYouWantIt: 'Storage, if you want it',
  finishedFilesCanBeUploaded:
    'Finished files can be uploaded to an S3 bucket, each checked after it has arrived. Rooms and templates can have others.',
  startUsingRollcall: 'Start using Rollcall',
  filesStayOnThisComputer: 'Files stay on this computer',
  uploadsToS3: (location: string) => `Uploads to s3://${location}`,
  setUpStorage: 'Set up storage…',
  editStorage: 'Edit storage…',
  writtenWithoutAnySecret: (file: string) => `${file} written, without any secret.`,
};
