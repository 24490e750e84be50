import { plural } from './plural.ts';

/** What the checks of this computer find. */
export const preflight = {
  noLinkWasGivenTo: 'No link was given to try.',
  theDiskOfTakesMb: (libraryDir: string, rate: number) => `The disk of "${libraryDir}" takes ${rate} MB/s.`,
  callsOfManyPeopleMay: 'Calls of many people may need more: keep recordings on a faster disk.',
  nothingCanBeWrittenInto: (libraryDir: string) => `Nothing can be written into "${libraryDir}".`,
  chooseAFolderThatIs: 'Choose a folder that is yours, on a disk with space.',
  ffmpegEncodesTimesAsFast: (value: string) => `ffmpeg encodes ${value} times as fast as a call runs (1280×720).`,
  nothingIsLostRecordingsAre:
    'Nothing is lost: recordings are complete, their files are ready some time after the call. Close other programs for more.',
  thePageThatJoinsEnded: (reason: string) => `The page that joins ended: ${reason}.`,
  tryAgain: 'Try again.',
  nobodyElseIsThere: 'nobody else is there',
  personIsThere: (people: number) => `${plural(people, 'person is', 'people are')} there`,
  joinedInS: (host: string, value: string, there: string) => `Joined ${host} in ${value} s; ${there}.`,
  checkTheLinkAndThe: 'Check the link and the network.',
  didNotAnswerInTime: (host: string) => `${host} did not answer in time.`,
  noStorageIsSetUp: 'No storage is set up; recordings stay on this computer.',
  aFileWasWrittenTo: (target: string) => `A file was written to ${target}, read back and deleted.`,
  thereIsNoStoreWhose: 'There is no store whose clock this one could be compared with.',
  cannotBeReachedSoThe: (host: string) => `${host} cannot be reached, so the clock was compared with nothing.`,
  checkTheNetworkAndThe: 'Check the network and the endpoint.',
  doesNotSayWhatTime: (host: string) => `${host} does not say what time it is.`,
  theClockIsSAhead: (seconds: string, isAhead: boolean) =>
    `The clock is ${seconds} s ${isAhead ? 'ahead of' : 'behind'} the store's.`,
  setTheDateAndTime: 'Set the date and time (automatic time is best).',
};
