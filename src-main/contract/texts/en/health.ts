/** Everything that is known of what arrives from somebody in a call. */
export const health = {
  details: (name: string) => `Details of what arrives from ${name}`,
  codec: 'Codec',
  picture: 'Picture',
  frameRate: 'Frame rate',
  rate: 'Bitrate',
  loss: 'Loss',
  keyFrame: 'Last key frame',
  ago: (seconds: number) => `${seconds} s ago`,
  skew: 'Picture to sound',
  onDisk: 'On disk',
  share: (percent: string, lost: number) => (lost === 0 ? `${percent} %` : `${percent} % (${lost})`),
};
