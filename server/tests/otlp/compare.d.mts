/** Differences between what a server made of a recording and what it should have; see `fixtures/README.md`. */
export function compare(expected: unknown, actual: unknown): string[];
