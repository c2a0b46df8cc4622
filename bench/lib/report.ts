import { writeFileSync } from 'node:fs';

/** One measured figure: what it is, its floor and peer in the same run, and what the budget asks. */
export interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly floor?: number;
  readonly peer?: number;
  /** In words, for example `>= 8000`. */
  readonly budget?: string;
  /** Whether the budget is met; absent where there is none. */
  readonly ok?: boolean;
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
};

/** Prints rows as a table with right-aligned numbers. */
export function printTable(rows: readonly Row[]): void {
  const number = (value: number | undefined): string =>
    value === undefined
      ? ''
      : value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 2 : value < 100 ? 1 : 0 });
  const cells = rows.map((row) => [
    row.name,
    number(row.value),
    row.unit,
    number(row.floor),
    number(row.peer),
    row.budget ?? '',
    row.ok === undefined ? '' : row.ok ? 'ok' : 'MISSED',
  ]);
  const head = ['what', 'value', 'unit', 'floor', 'peer', 'budget', ''];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...cells.map((row) => (row[column] as string).length)),
  );
  const isNumeric = (column: number): boolean => [1, 3, 4].includes(column);
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        isNumeric(column) ? cell.padStart(widths[column] as number) : cell.padEnd(widths[column] as number),
      )
      .join('  ')
      .trimEnd();
  console.log(line(head));
  console.log(widths.map((width) => '-'.repeat(width)).join('  '));
  for (const row of cells) console.log(line(row));
}

export function writeJson(file: string, rows: readonly Row[]): void {
  writeFileSync(file, `${JSON.stringify(rows, null, 2)}\n`);
}
