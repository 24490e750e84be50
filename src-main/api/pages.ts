import type { PageQuery } from '../contract/api.ts';
import { RollcallError } from '../contract/errors.ts';

export interface Page<Item> {
  limit: number;
  data: Item[];
  last: string | null;
}

/**
 * One page of a list, by the id of the item before it. Pure.
 * @throws RollcallError USAGE where `start` is no id of the list.
 */
export function pageOfItems<Item>(
  items: readonly Item[],
  { limit, start }: PageQuery,
  idOf: (item: Item) => string,
): Page<Item> {
  const before = start === undefined ? -1 : items.findIndex((item) => idOf(item) === start);
  if (start !== undefined && before < 0) {
    throw new RollcallError(
      'USAGE',
      `start: "${start}" is no item of this list.`,
      'Give "last" of the page before, or leave it out to begin anew.',
    );
  }
  const data = items.slice(before + 1, before + 1 + limit);
  const last = data.at(-1);
  return { limit, data, last: last === undefined ? null : idOf(last) };
}
