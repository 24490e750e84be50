import { ALL_FORMATS, BlobSource, EncodedPacketSink, Input } from 'mediabunny';
import { Call } from '../../../src-renderer/call/call.ts';
import { MediasoupDemoSignalling } from '../../../src-renderer/call/mediasoup-demo.ts';

/**
 * What Rollcall's capture is measured against, on the same call code: `record` feeds each peer to a MediaRecorder (VP8 and
 * Opus; its audio also plays in a silent element, without which nothing is recorded), `view` shows each peer's video.
 */
declare global {
  interface Window {
    /** Ends recording; what is in the recordings. */
    finish(): Promise<{ recordedBytes: number; frames: number }>;
  }
}

const parameters = new URLSearchParams(location.search);
const mode = parameters.get('mode');
const streams = new Map<string, MediaStream>();
const recordings: { recorder: MediaRecorder; parts: Blob[] }[] = [];

window.finish = async () => {
  const blobs = await Promise.all(recordings.map(stopped));
  let [recordedBytes, frames] = [0, 0];
  for (const blob of blobs) {
    recordedBytes += blob.size;
    frames += await framesIn(blob);
  }
  return { recordedBytes, frames };
};

function stopped({ recorder, parts }: (typeof recordings)[number]): Promise<Blob> {
  return new Promise((resolve) => {
    recorder.onstop = () => resolve(new Blob(parts));
    if (recorder.state === 'inactive') resolve(new Blob(parts));
    else recorder.stop();
  });
}

async function framesIn(blob: Blob): Promise<number> {
  if (blob.size === 0) return 0;
  const input = new Input({ formats: ALL_FORMATS, source: new BlobSource(blob) });
  const track = await input.getPrimaryVideoTrack();
  if (!track) return 0;
  let frames = 0;
  for await (const packet of new EncodedPacketSink(track).packets()) if (packet.byteLength > 0) frames += 1;
  return frames;
}

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
  const parts: Blob[] = [];
  recorder.ondataavailable = (event) => parts.push(event.data);
  recordings.push({ recorder, parts });
  recorder.start(1000);
}

const nothing = (): void => undefined;
const call = new Call(
  (listener) => new MediasoupDemoSignalling(parameters.get('url') ?? '', `bench-${mode}`, listener),
  {
    peerJoined: nothing,
    peerLeft: nothing,
    chat: () => undefined,
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
