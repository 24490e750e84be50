/** The player of a file, and of all streams side by side. */
export const player = {
  play: 'Play',
  pause: 'Pause',
  position: 'Position',
  speed: 'Speed',
  speedOf: (rate: number) => `Speed ${rate} times`,
  soundOn: 'Sound on',
  soundOff: 'Sound off',
  pictureInPicture: 'Picture in picture',
  fullScreen: 'Full screen',
  cannotPlay: 'This file cannot be played: it is gone or damaged. Open its folder to look at it.',
};
