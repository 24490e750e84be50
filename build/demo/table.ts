/** A plain-text table: columns as wide as their longest cell, numbers (by their heading's leading `>`) to the right. */
export function table(headings: string[], rows: string[][]): string {
  const names = headings.map((heading) => heading.replace(/^>/, ''));
  const widths = names.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: string[]): string =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return headings[column]?.startsWith('>') ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  return [line(names), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}

export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(2)} MB`;
export const seconds = (value: number): string => `${value.toFixed(1)} s`;
