/** Microseconds since 1970. Not `performance.now()`, which does not follow when the system's clock is set. */
export const systemClock = (): number => Date.now() * 1000;
