const nanosPerDollar = 1_000_000_000;

/** Dollars as the integer nano-dollars in which every sum is made. At most 10^15 for one span, so it is exact. */
export const nanosOf = (dollars: number): number => Math.round(dollars * nanosPerDollar);

/** Nano-dollars as dollars, to the nearest double. */
export function dollarsOf(nanos: number | bigint): number {
  // Up to 2^53 both operands are exact, so one division rounds once. Beyond, the decimal text is what rounds once.
  if (nanos <= Number.MAX_SAFE_INTEGER && nanos >= Number.MIN_SAFE_INTEGER) return Number(nanos) / nanosPerDollar;
  const digits = String(nanos);
  return Number(`${digits.slice(0, -9)}.${digits.slice(-9)}`);
}
