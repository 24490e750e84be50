/** How far work on files is. */
export const progress = {
  rate: (bytes: string) => `${bytes}/s`,
  secondsLeft: (seconds: number) => `${seconds} s left`,
  left: (span: string) => `${span} left`,
  rateAndLeft: (rate: string, left: string) => `${rate} · ${left}`,
  /** A bar, for those who hear it. */
  of: (title: string, note: string, state: string) => `${title}, ${note}: ${state}`,
  ofWhole: (part: string | number, whole: string | number) => `${part} of ${whole}`,
};
