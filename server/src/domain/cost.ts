const nanosPerDollar = 1_000_000_000;

/** Dollars as the integer nano-dollars in which every sum is made. At most 10^15 for one span, so it is exact. */
export const nanosOf = (dollars: number): number => Math.round(dollars * nanosPerDollar);

/** Nano-dollars as dollars, to the nearest double. */
export const dollarsOf = (nanos: number | bigint): number => Number(nanos) / nanosPerDollar;
