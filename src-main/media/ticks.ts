/**
 * Frames of a track onto the constant frame grid of an output. Senders' frames come at nearly the output's rate but at
 * any phase, and their timestamps tremble by some milliseconds (capture jitter; Matroska rounds to 1 ms). Nearest-tick
 * rounding would double one frame and drop the next whenever the phase is near half a tick. So a frame takes the tick
 * after its predecessor's as long as that is not further than `STICKY_TICKS` away from its time.
 */

/** At 30 fps a frame is shown at most 25 ms early or late; nearest rounding has 17 ms, but judders. */
const STICKY_TICKS = 0.75;

/**
 * The tick of each frame: never decreasing; two frames on one tick means that the later one is shown.
 * @param times of the frames, in ticks (fractional), in decode order
 */
export function assignTicks(times: ArrayLike<number>): Int32Array {
  const ticks = new Int32Array(times.length);
  let previous = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < times.length; i++) {
    const time = times[i] ?? 0;
    const next = previous + 1;
    const tick = Math.abs(time - next) <= STICKY_TICKS ? next : Math.round(time);
    previous = Math.max(tick, Number.isFinite(previous) ? previous : tick);
    ticks[i] = previous;
  }
  return ticks;
}
