/** Trying what a form of the settings says, before it is saved. */
export const trials = {
  tryDestination: 'Try this destination',
  trying: 'Trying …',
  tryWebhook: 'Send a test event',
  checks: {
    write: 'Write a file',
    read: 'Read it back',
    multipart: 'Upload in parts',
    'list-parts': 'List the parts that have arrived',
    abort: 'Give up an upload',
    clock: 'This computer’s clock',
    delete: 'Delete the file',
  },
  works: (store: string) => `The ${store} takes uploads.`,
  worksPartly: (store: string) => `The ${store} takes uploads, with one thing missing that uploads can do without.`,
  fails: (store: string) => `The ${store} would not take uploads.`,
  accepted: (host: string, status: number) => `${host} took the test event (${status}).`,
  refused: (host: string, status: number) => `${host} answered the test event with ${status}, which is no success.`,
  silent: (host: string) => `${host} did not answer the test event.`,
  nothing: {
    message: 'There is nothing to try: the form names no destination and no webhook of its own.',
    remedy: 'Fill it in first.',
  },
};
