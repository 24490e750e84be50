/** Discrete Fourier transform by Cooley and Tukey's way, for what is looked for in sound. Pure. */

/**
 * Transforms complex numbers in place.
 * @param re,im the real and imaginary parts, a power of two of them
 */
export function transform(re: Float64Array, im: Float64Array): void {
  const size = re.length;
  if (size !== im.length || (size & (size - 1)) !== 0) throw new RangeError(`a transform of ${size} values`);
  reorder(re, im);
  for (let half = 1; half < size; half *= 2) {
    const step = -Math.PI / half;
    for (let k = 0; k < half; k++) {
      const [cos, sin] = [Math.cos(step * k), Math.sin(step * k)];
      for (let i = k; i < size; i += 2 * half) {
        const j = i + half;
        const [a, b] = [re[j] ?? 0, im[j] ?? 0];
        const [x, y] = [a * cos - b * sin, a * sin + b * cos];
        re[j] = (re[i] ?? 0) - x;
        im[j] = (im[i] ?? 0) - y;
        re[i] = (re[i] ?? 0) + x;
        im[i] = (im[i] ?? 0) + y;
      }
    }
  }
}

/** Each value to the place whose number has its own number's bits in reverse. */
function reorder(re: Float64Array, im: Float64Array): void {
  for (let i = 0, j = 0; i < re.length; i++) {
    if (i < j) {
      [re[i], re[j]] = [re[j] ?? 0, re[i] ?? 0];
      [im[i], im[j]] = [im[j] ?? 0, im[i] ?? 0];
    }
    let bit = re.length >> 1;
    for (; bit > 0 && (j & bit) !== 0; bit >>= 1) j ^= bit;
    j |= bit;
  }
}

/**
 * The products of a piece with each stretch of a sound that is as long: value `lag` is the sum of
 * `piece[i] * sound[lag + i]`, for as many lags as the piece has places in the sound.
 */
export function crossCorrelate(piece: Float32Array, sound: Float32Array): Float64Array {
  const size = 2 ** Math.ceil(Math.log2(Math.max(2, piece.length, sound.length)));
  // Two real sequences by one complex transform: their spectra are its even and its odd part.
  const [re, im] = [new Float64Array(size), new Float64Array(size)];
  re.set(sound);
  im.set(piece);
  transform(re, im);
  const [crossRe, crossIm] = [new Float64Array(size), new Float64Array(size)];
  for (let k = 0; k < size; k++) {
    const mirror = (size - k) % size;
    const [a, b] = [re[k] ?? 0, im[k] ?? 0];
    const [c, d] = [re[mirror] ?? 0, im[mirror] ?? 0];
    const [soundRe, soundIm] = [(a + c) / 2, (b - d) / 2];
    const [pieceRe, pieceIm] = [(b + d) / 2, (c - a) / 2];
    // Conjugate of the product of the sound and the piece's conjugate: transformed once more, it is the inverse.
    crossRe[k] = soundRe * pieceRe + soundIm * pieceIm;
    crossIm[k] = soundRe * pieceIm - soundIm * pieceRe;
  }
  transform(crossRe, crossIm);
  return crossRe.subarray(0, Math.max(0, sound.length - piece.length + 1)).map((value) => value / size);
}
