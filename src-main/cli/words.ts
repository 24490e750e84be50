import { COMMANDS } from './program.ts';

const QUESTIONS = ['--help', '-h', '--version', '-V'];

/** Whether these words only ask about the program, which needs no display. */
export const isQuestion = (words: readonly string[]): boolean =>
  words[0] === 'help' || words.some((word) => QUESTIONS.includes(word));

/**
 * The command line's words out of `process.argv`, or null where the app was started for its window: without words, or
 * with a deep link. Switches of Chromium (and the app's path, in development) stand before the words.
 * @param development whether Electron was given an app to run (`electron <app> ...`).
 */
export function cliWords(argv: readonly string[], development: boolean): string[] | null {
  const rest = argv.slice(1);
  if (development) rest.splice(0, rest.findIndex((word) => !word.startsWith('-')) + 1);
  const first = rest.findIndex((word) => !word.startsWith('-'));
  const word = rest[first];
  if (word !== undefined && (COMMANDS as readonly string[]).includes(word)) return rest.slice(first);
  const asked = rest.find((candidate) => QUESTIONS.includes(candidate));
  if (asked !== undefined) return [asked];
  if (word === undefined || word.startsWith('rollcall:')) return null;
  return rest.slice(first);
}
