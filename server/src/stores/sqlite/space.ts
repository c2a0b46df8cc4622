import type { Statements } from './statements.ts';

// Some milliseconds: each page that is given back is first filled with the file's last.
const pagesPerSlice = 200;
// Free pages are the next to be written; to give back and take again the same ones would be for nothing.
const keptShare = 0.05;

/** Gives a slice of the file's free pages back to the system, where there are many. False when there are not. */
export function giveBackSpace(sql: Statements): boolean {
  const [free = 0] = sql.get<[number]>('PRAGMA freelist_count') ?? [];
  const [pages = 0] = sql.get<[number]>('PRAGMA page_count') ?? [];
  if (free - pages * keptShare < pagesPerSlice) return false;
  sql.all(`PRAGMA incremental_vacuum(${pagesPerSlice})`);
  return true;
}
