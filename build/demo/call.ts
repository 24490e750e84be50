import { setTimeout as sleep } from 'node:timers/promises';
import { makeClip } from '../../test/support/publisher/clip.ts';
import { clipOptions, startPublisher, type Publisher, type PublisherOptions } from '../../test/support/publisher.ts';
import type { Sfu } from '../../test/support/sfu.ts';

/** Somebody in the demo's call. Times are seconds since the call began. */
export interface Part extends PublisherOptions {
  peerId: string;
  joinS: number;
  leaveS: number;
  /** Camera off in between, `[from, to]`. */
  cameraOffS?: [number, number];
}

const part = (options: Omit<Part, 'durationS'>): Part => ({
  ...options,
  durationS: options.leaveS - options.joinS + 4,
});

/** Three people and a screen share that come and go, so that the composite has to change its layout. */
export const PARTS: Part[] = [
  part({
    ...{ name: 'Ada', peerId: 'ada', joinS: 0, leaveS: 20, colour: '#b02020', toneHz: 620, humHz: 196 },
    ...{ codec: 'vp8', width: 1280, height: 720, fps: 30, motion: 'mandelbrot' },
  }),
  part({
    ...{ name: 'Bo', peerId: 'bo', joinS: 4, leaveS: 15, colour: '#1f8a3b', toneHz: 930, humHz: 262 },
    ...{ codec: 'h264', width: 960, height: 540, fps: 30, motion: 'life', cameraOffS: [10, 12] },
  }),
  part({
    ...{ name: 'Zoë', peerId: 'zoe', joinS: 8, leaveS: 23, colour: '#2340b8', toneHz: 1310, humHz: 330 },
    ...{ codec: 'vp8', width: 640, height: 360, fps: 30, motion: 'gradients' },
  }),
  part({
    ...{ name: 'Ada’s screen', peerId: 'ada', joinS: 11, leaveS: 18, colour: '#a8821a', toneHz: 1730 },
    ...{ codec: 'vp8', width: 1280, height: 720, fps: 15, motion: 'testsrc', share: true, audio: false },
  }),
];

export const CALL_LENGTH_S = Math.max(...PARTS.map(({ leaveS }) => leaveS));

/** Draws every picture and sound beforehand (kept between runs). */
export async function prepareClips(): Promise<void> {
  for (const options of PARTS) await makeClip(clipOptions(options));
}

/** Plays the whole call in real time. */
export async function playCall(sfu: Sfu, roomId: string, say: (text: string) => void): Promise<void> {
  const beganAt = Date.now();
  const at = (seconds: number): Promise<void> => sleep(beganAt + seconds * 1000 - Date.now());
  const note = (text: string): void => say(`${((Date.now() - beganAt) / 1000).toFixed(1).padStart(5)} s  ${text}`);
  await Promise.all(
    PARTS.map(async (options) => {
      await at(options.joinS);
      const publisher: Publisher = await startPublisher(sfu, roomId, options);
      note(options.share ? `${options.name} is shared` : `${options.name} joins`);
      if (options.cameraOffS) {
        await at(options.cameraOffS[0]);
        await publisher.pauseVideo();
        note(`${options.name}'s camera goes off`);
        await at(options.cameraOffS[1]);
        await publisher.resumeVideo();
        note(`${options.name}'s camera is on again`);
      }
      await at(options.leaveS);
      await publisher.stop();
      note(options.share ? `${options.name} is no longer shared` : `${options.name} leaves`);
    }),
  );
}
