/** What the files of a recording and the streams of a person are called. */
export const outputs = {
  composite: 'Whole meeting',
  compositeNote: 'everybody in one picture',
  chat: 'Chat',
  chatNote: 'what was written in the call',
  stream: 'stream',
  streamNote: 'one person’s stream',
  /** Somebody's stream, and a file with what it is. */
  of: (name: string, what: string) => `${name}, ${what}`,
  somebody: 'Somebody',
  screenOf: (name: string) => `${name} · screen`,
  streams: {
    regular: 'camera and microphone',
    audio: 'microphone',
    screen: 'screen',
  },
};
