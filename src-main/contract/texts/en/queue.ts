/** The Queue screen. */
export const queue = {
  title: 'Queue',
  held: {
    paused: 'Uploads are paused. What has arrived stays; the rest goes when you resume them.',
    call: 'Uploads wait until the call is over, as the settings say.',
    metered: 'Uploads wait for a network that does not cost by the byte, as the settings say.',
    inUse: 'Uploads wait until nobody has used this computer for two minutes, as the settings say.',
  },
  pause: 'Pause uploads',
  resume: 'Resume uploads',
  retryAll: (count: number) => `Retry all (${count})`,
  retryOf: (roomName: string) => `Retry ${roomName}`,
  needsYou: 'Needs you',
  inProgress: 'In progress',
  none: 'Nothing is on its way',
  noneNote: 'Every recording has been delivered, or is meant to stay on this computer.',
};
