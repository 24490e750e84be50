import { PLACATION_FRAMES } from './placation-frames.ts';

/**
 * The picture that replaces the payload of frames nobody looks at, so that the decoder has next to nothing to do and
 * still never asks the publisher for a key frame. Null where there is none for the codec: then the real frame goes on.
 */
export function placationFrame(codec: string): ArrayBuffer | null {
  const base64 = PLACATION_FRAMES[codec];
  if (base64 === undefined) return null;
  return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)).buffer;
}
