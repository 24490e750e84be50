/** Seconds of a time as people write it: `90`, `1:30`, `0:01:30.5`; null for what is none. */
export function parseClockText(text: string): number | null {
  const match = /^(?:(?:(\d{1,3}):)?([0-5]?\d):([0-5]?\d(?:\.\d+)?)|(\d+(?:\.\d+)?))$/.exec(text.trim());
  if (!match) return null;
  const [, hours = '0', minutes = '0', clockSeconds = '0', plain] = match;
  return plain === undefined ? Number(hours) * 3600 + Number(minutes) * 60 + Number(clockSeconds) : Number(plain);
}
