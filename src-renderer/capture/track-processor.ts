/** Not in TypeScript's library for windows, where Chromium has it all the same. */
declare const MediaStreamTrackProcessor: new (init: { track: MediaStreamTrack; maxBufferSize?: number }) => {
  readable: ReadableStream;
};

/** What a track's decoder hands out, `AudioData` or `VideoFrame`s; of frames that nobody has read yet only the last are kept. */
export const decodedFrames = <Frame extends AudioData | VideoFrame>(
  track: MediaStreamTrack,
  keep = 1,
): ReadableStreamDefaultReader<Frame> =>
  new MediaStreamTrackProcessor({
    track,
    maxBufferSize: keep,
  }).readable.getReader() as ReadableStreamDefaultReader<Frame>;
