/** A choice of the window's own that is kept from one start to the next. */
export interface KeptChoice<Choice extends string> {
  /** That of the last time; the first one where none was made. */
  read(): Choice;
  keep(choice: Choice): void;
}

/** @param choices all that there are, the usual one first. */
export function keptChoice<Choice extends string>(
  name: string,
  choices: readonly [Choice, ...Choice[]],
): KeptChoice<Choice> {
  const key = `rollcall.${name}`;
  return {
    read: () => {
      const kept = localStorage.getItem(key);
      return choices.find((choice) => choice === kept) ?? choices[0];
    },
    keep: (choice) => localStorage.setItem(key, choice),
  };
}
