/** What arrives of a person's camera, microphone and screen. */
export const tracks = {
  camera: 'Camera',
  microphone: 'Microphone',
  screen: 'Screen',
  screenSound: 'Screen sound',
  muted: 'muted',
  off: 'off',
  good: 'good',
  noFrames: 'no frames arrive',
  lost: (lostFrames: number) => `${lostFrames} lost`,
  fps: (fps: number) => `${fps} fps`,
};
