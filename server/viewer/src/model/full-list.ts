import { formatExact } from './format.ts';

/** Browsers stop at about 16.7 million pixels of height; a little less is safe everywhere. */
const mostPixels = 15_000_000;

/** How many rows of a height a list can have, in whole thousands. */
export const mostRows = (rowHeight: number): number => Math.floor(mostPixels / rowHeight / 1_000) * 1_000;

/** What a list says that has as many. */
export const fullList = (most: number): string =>
  `Showing the newest ${formatExact(most)}. Choose an earlier time range to go further.`;
