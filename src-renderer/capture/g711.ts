/**
 * G.711 (ITU-T), whose 8-bit codes each stand for one linear sample. Kept as those samples: nothing is lost, and every
 * player reads them, where Matroska has no codec of its own for the codes.
 */

/** 14-bit linear, scaled to 16 bits as every decoder does. */
function muLaw(code: number): number {
  const inverted = ~code & 0xff;
  const magnitude = (((inverted & 0x0f) << 3) + 0x84) << ((inverted >> 4) & 7);
  return inverted & 0x80 ? 0x84 - magnitude : magnitude - 0x84;
}

/** 13-bit linear, scaled to 16 bits. */
function aLaw(code: number): number {
  const even = code ^ 0x55;
  const segment = (even >> 4) & 7;
  const step = ((even & 0x0f) << 4) + 8;
  const magnitude = segment === 0 ? step : (step + 0x100) << (segment - 1);
  return even & 0x80 ? magnitude : -magnitude;
}

const tableOf = (decode: (code: number) => number): Int16Array =>
  Int16Array.from({ length: 256 }, (_, code) => decode(code));
const TABLES: Readonly<Record<string, Int16Array>> = { pcmu: tableOf(muLaw), pcma: tableOf(aLaw) };

/** A packet's samples, 16 bits little-endian; null for a codec that is not G.711. */
export function linearSamples(codec: string, data: Uint8Array): Uint8Array | null {
  const table = TABLES[codec];
  if (!table) return null;
  const out = new DataView(new ArrayBuffer(data.length * 2));
  data.forEach((code, i) => out.setInt16(i * 2, table[code] ?? 0, true));
  return new Uint8Array(out.buffer);
}
