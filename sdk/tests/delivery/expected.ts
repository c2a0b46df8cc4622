import { expect } from 'vitest';
import type { StatsAnswer } from '../../src/schema/index.ts';
import type { Backend } from './rig.ts';

const spanNames = ['agent', 'call', 'search'];

/** Records that `programs/work.ts` makes of that many traces: each of them, and its spans. */
export const recordsOf = (traces: number): number => traces * (1 + spanNames.length);

/** What a report says when all of them are stored. */
export const allDelivered = (traces: number): object => ({ delivered: recordsOf(traces), pending: 0, dropped: 0 });

/** The project's sums when the first `traces` traces of `programs/work.ts` have arrived, each record once. */
export const sumsOf = (traces: number): StatsAnswer => ({
  total_traces: traces,
  total_spans: traces * spanNames.length,
  total_tokens: traces * 110 + (traces * (traces - 1)) / 2,
  // Exact: sums are of whole nano-dollars.
  total_cost: (traces * 1_000_000) / 1e9,
  total_errors: 0,
  dropped: {},
});

/** Each record of the first `traces` traces is stored, once, and nothing else is. */
export async function expectEverything(backend: Backend, project: string, traces: number): Promise<void> {
  expect(await backend.stats(project)).toEqual(sumsOf(traces));
  const stored = await backend.spanNames(project);
  const names = Array.from({ length: traces }, (_, index) => `trace ${index}`);
  // A trace that is stored twice has its spans twice as well: `spanNames` gathers them by the trace's name.
  const unlike = names.filter((name) => stored.get(name)?.join() !== spanNames.join());
  expect(unlike).toEqual([]);
  expect(stored.size).toBe(traces);
}
