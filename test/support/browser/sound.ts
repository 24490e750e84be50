import { BEEP_AMPLITUDE, BEEP_MS } from '../publisher/pattern.ts';

/** How many beeps are laid out ahead: longer than any test. */
const BEEPS = 1800;

/** A beep at every whole second of the context's clock. */
export function playBeeps(context: AudioContext, toneHz: number): MediaStreamTrack {
  const tone = new OscillatorNode(context, { frequency: toneHz });
  const gate = new GainNode(context, { gain: 0 });
  const out = new MediaStreamAudioDestinationNode(context);
  tone.connect(gate).connect(out);
  for (let second = Math.ceil(context.currentTime); second < BEEPS; second += 1) {
    gate.gain.setValueAtTime(BEEP_AMPLITUDE, second);
    gate.gain.setValueAtTime(0, second + BEEP_MS / 1000);
  }
  tone.start();
  const [track] = out.stream.getAudioTracks();
  if (!track) throw new Error('no sound to send');
  return track;
}
