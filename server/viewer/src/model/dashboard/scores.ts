import type { TraceRecord } from 'llm-tracer/schema';
import type { Layer } from './series.ts';

type ScoredTrace = Pick<TraceRecord, 'start_time' | 'scores'>;

/** The names of the scores that traces have, the most frequent first. */
export function scoreNames(traces: readonly ScoredTrace[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { scores } of traces) for (const { name } of scores) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1)).map(([name]) => name);
}

/** A score over time: of numbers the mean, of yes and no and of words how many of each. */
export type ScoreSeries =
  | { readonly kind: 'mean'; readonly layers: readonly Layer[]; readonly mean: number; readonly count: number }
  | { readonly kind: 'counts'; readonly layers: readonly Layer[]; readonly count: number };

const mostWords = 8;

/** The scores of one name, put into the bucket in which their trace started. Undefined where there are none. */
export function scoreSeries(
  traces: readonly ScoredTrace[],
  name: string,
  starts: readonly number[],
  widthMs: number,
): ScoreSeries | undefined {
  const firstMs = starts[0] ?? 0;
  const given = traces.flatMap(({ start_time, scores }) =>
    scores
      .filter((score) => score.name === name)
      .map(({ value }) => ({ value, index: Math.floor((Date.parse(start_time) - firstMs) / widthMs) })),
  );
  if (given.length === 0) return undefined;

  const numbers = given.filter((score): score is { value: number; index: number } => typeof score.value === 'number');
  if (numbers.length === given.length) {
    const sums = starts.map(() => ({ sum: 0, count: 0 }));
    for (const { value, index } of numbers) {
      const cell = sums[index];
      if (cell === undefined) continue;
      cell.sum += value;
      cell.count += 1;
    }
    return {
      kind: 'mean',
      layers: [
        { group: undefined, label: 'mean', values: sums.map(({ sum, count }) => (count === 0 ? null : sum / count)) },
      ],
      mean: numbers.reduce((sum, { value }) => sum + value, 0) / numbers.length,
      count: given.length,
    };
  }

  const layers = new Map<string, number[]>();
  for (const { value, index } of given) {
    const word = String(value);
    const label = layers.has(word) || layers.size < mostWords - 1 ? word : 'Other';
    const values = layers.get(label) ?? starts.map(() => 0);
    if (values[index] !== undefined) values[index] += 1;
    layers.set(label, values);
  }
  // Yes before no, words by name: the order, and so the colour, does not depend on what came first.
  const order = ([a]: [string, number[]], [b]: [string, number[]]) =>
    a === 'Other' ? 1 : b === 'Other' ? -1 : a === 'true' ? -1 : b === 'true' ? 1 : a < b ? -1 : 1;
  return {
    kind: 'counts',
    layers: [...layers]
      .sort(order)
      .map(([label, values]) => ({ group: label === 'Other' ? undefined : label, label, values })),
    count: given.length,
  };
}
