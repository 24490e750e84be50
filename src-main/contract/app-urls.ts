/** Addresses of the app's own protocol; apart from `ipc.ts` so that pages can use them without its schemas. */

export const APP_SCHEME = 'rollcall';
export const APP_ORIGIN = 'rollcall://app';
export const MEDIA_ORIGIN = 'rollcall://media';

/** Address at which the window plays a file of a session; `file` is relative to the session's folder. */
export const mediaUrl = (sessionId: string, file: string): string =>
  `${MEDIA_ORIGIN}/${sessionId}/${file.split('/').map(encodeURIComponent).join('/')}`;
