/** The colours of groups by their rank, and of what is no group. */
const ranked = ['llm', 'tool', 'function', 'embedding', 'retrieval', 'agent', 'chain'] as const;

export const groupColour = (rank: number): string => `--span-${ranked[rank] ?? 'other'}`;
export const otherColour = '--span-other';

/** Lines differ by their dashes too. */
export const percentileLooks = {
  p50: { colour: '--p50', dash: [] },
  p95: { colour: '--p95', dash: [7, 4] },
  p99: { colour: '--p99', dash: [7, 3, 2, 3] },
} as const;

const dashes: readonly (readonly number[])[] = [
  [],
  [7, 4],
  [2, 3],
  [7, 3, 2, 3],
  [12, 4],
  [4, 2],
  [10, 3, 2, 3, 2, 3],
  [1, 2],
];
export const rankDash = (rank: number): readonly number[] => dashes[rank % dashes.length] ?? [];
