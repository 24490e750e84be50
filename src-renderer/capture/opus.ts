/** Frame sizes in milliseconds by configuration number (RFC 6716 3.1, table 2). */
const FRAME_MS: readonly number[] = [
  ...[10, 20, 40, 60],
  ...[10, 20, 40, 60],
  ...[10, 20, 40, 60],
  ...[10, 20],
  ...[10, 20],
  ...[2.5, 5, 10, 20],
  ...[2.5, 5, 10, 20],
  ...[2.5, 5, 10, 20],
  ...[2.5, 5, 10, 20],
];

/** Duration of an Opus packet in milliseconds, from its table-of-contents byte; 20 where there is none. */
export function opusDurationMs(packet: Uint8Array): number {
  const toc = packet[0];
  if (toc === undefined) return 20;
  const frameMs = FRAME_MS[toc >> 3] ?? 20;
  const code = toc & 3;
  const frames = code === 0 ? 1 : code === 3 ? (packet[1] ?? 1) & 0x3f : 2;
  return frameMs * frames;
}
