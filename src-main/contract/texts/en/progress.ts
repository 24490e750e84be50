/** How far work on files is. */
export const progress = {
  rate: (bytes: string) => `${bytes}/s`,
  secondsLeft: (seconds: number) => `${seconds} s left`,
  left: (span: string) => `${span} left`,
  rateAndLeft: (rate: string, left: string) => `${rate} · ${left}`,
  ofWhole: (part: string | number, whole: string | number) => `${part} of ${whole}`,
};
