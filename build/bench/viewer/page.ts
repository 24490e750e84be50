import { Call } from '../../../src-renderer/call/call.ts';
import { MediasoupDemoSignalling } from '../../../src-renderer/call/mediasoup-demo.ts';

/**
 * What Rollcall's capture is measured against, on the same call code: `record` feeds each peer to a MediaRecorder (VP8 and
 * Opus; its audio also plays in a silent element, without which nothing is recorded), `view` shows each peer's video.
 */
declare global {
  interface Window {
    recordedBytes: number;
  }
}

const parameters = new URLSearchParams(location.search);
const mode = parameters.get('mode');
const streams = new Map<string, MediaStream>();
window.recordedBytes = 0;

function addTrack(peerId: string, track: MediaStreamTrack): void {
  const stream = streams.get(peerId) ?? new MediaStream();
  streams.set(peerId, stream);
  stream.addTrack(track);
  if (stream.getTracks().length < 2) return;
  if (mode === 'view') show(stream);
  else record(stream);
}

function show(stream: MediaStream): void {
  const video = document.createElement('video');
  video.muted = true;
  video.srcObject = stream;
  document.body.append(video);
  void video.play();
}

function record(stream: MediaStream): void {
  const audio = document.createElement('audio');
  audio.volume = 0;
  audio.srcObject = new MediaStream(stream.getAudioTracks());
  void audio.play();
  const recorder = new MediaRecorder(stream, { mimeType: 'video/webm;codecs=vp8,opus', videoBitsPerSecond: 1_500_000 });
  recorder.ondataavailable = (event) => (window.recordedBytes += event.data.size);
  recorder.start(1000);
}

const nothing = (): void => undefined;
const call = new Call(
  (listener) => new MediasoupDemoSignalling(parameters.get('url') ?? '', `bench-${mode}`, listener),
  {
    peerJoined: nothing,
    peerLeft: nothing,
    peerRenamed: nothing,
    activeSpeaker: nothing,
    consumerAdded: (consumer, receiver) => addTrack(consumer.peerId, receiver.track),
    consumerFailed: (_consumer, reason) => console.error(reason),
    consumerClosed: nothing,
    consumerPaused: nothing,
    consumerResumed: nothing,
    layersChanged: nothing,
    linkChanged: () => undefined,
    lost: (what, reason) => console.error(`lost ${what}: ${reason}`),
  },
  {},
);
void call.join(`bench (${mode})`);
