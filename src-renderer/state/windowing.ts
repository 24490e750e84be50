/** Tops of rows in pixels, and at the end the height of them all. */
export function offsetsOf<Row>(rows: readonly Row[], heightOf: (row: Row) => number): number[] {
  const offsets = [0];
  let top = 0;
  for (const row of rows) {
    top += heightOf(row);
    offsets.push(top);
  }
  return offsets;
}

/** Index of the row that lies at `y`; the last row for anything beyond it. */
export function firstVisible(offsets: readonly number[], y: number): number {
  let low = 0;
  let high = Math.max(0, offsets.length - 2);
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((offsets[middle] ?? 0) <= y) low = middle;
    else high = middle - 1;
  }
  return low;
}
