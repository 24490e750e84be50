/** Words that more than one screen uses. */
export const common = {
  appName: 'Rollcall',
};
