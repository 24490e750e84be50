/** The first steps. */
export const welcome = {
  title: 'Welcome to Rollcall',
  skip: 'Skip set-up',
  step: (step: number) => `Step ${step} of 3`,
  back: 'Back',
  next: 'Continue',
  finish: 'Start using Rollcall',
  folder: {
    title: 'Where recordings live',
    note: 'Every recording is a folder on this computer, until you delete it. Nothing is sent anywhere unless you say where.',
    free: (size: string, span: string) => `${size} free: about ${span} of a call of four people.`,
  },
  name: {
    title: 'How others see it',
    note: 'Rollcall joins calls as a visible guest. In most places people must know that they are recorded.',
  },
  storage: {
    title: 'Storage, if you want it',
    note: 'Finished files can be uploaded to an S3 bucket, each checked after it has arrived. Rooms and templates can have others.',
    none: 'Files stay on this computer',
    place: (url: string) => `Uploads to ${url}`,
    setUp: 'Set up storage…',
    edit: 'Edit storage…',
  },
};
