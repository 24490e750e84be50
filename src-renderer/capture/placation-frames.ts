/** Made and checked by build/make-placation-frames.ts; not to be edited. One black 16x16 key frame per codec, base64. */
export const PLACATION_FRAMES: Readonly<Record<string, string>> = {
  vp8: 'EAIAnQEqEAAQAABHCIWFiJmEiAICAAwNYAD+/6tQgA==',
  vp9: 'gkmDQgAA8AD2ADgkHBlwAAAwYAAAEL/8bIAA',
  av1: 'EgAKCgAAAAGf+bXyAIAyDBAA/4AAAsAAAACpgQ==',
  h264: 'AAAAAWdCwAqmEXsBEAAAAwAQAAADACDxImEYAAAAAWjIQgGUsgAAAWWIggK+TFAAEJHA',
  h265: 'AAAAAUABDAH//wFgAAADAJAAAAMAAAMAHpWYCQAAAAFCAQEBYAAAAwCQAAADAAADAB6giEWWVmq8rwFoCAAAAwAIAAADAAhAAAAAAUQBwXPQiQAAASgBrwTY+gKQ/gHw',
};
