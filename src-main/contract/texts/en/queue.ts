/** The Queue screen. */
export const queue = {
  uploadsWaitForUnmetered: 'Uploads wait for a network that does not cost by the byte, as the settings say.',
  queue: 'Queue',
  uploadsArePausedWhatHas: 'Uploads are paused. What has arrived stays; the rest goes when you resume them.',
  uploadsWaitUntilTheCall: 'Uploads wait until the call is over, as the settings say.',
  uploadsWaitUntilNobodyHas: 'Uploads wait until nobody has used this computer for two minutes, as the settings say.',
  resumeUploads: 'Resume uploads',
  pauseUploads: 'Pause uploads',
  retryAll: (retryableCount: number) => `Retry all (${retryableCount})`,
  everyRecordingHasBeen: 'Every recording has been delivered, or is meant to stay on this computer.',
  nothingIsOnItsWay: 'Nothing is on its way',
  needsYou: 'Needs you',
  inProgress: 'In progress',
  retry: 'Retry',
  retryOf: (roomName: string) => `Retry ${roomName}`,
};
