import type { TraceRecord } from 'llm-tracer/schema';

/** A score in a few letters: `helpful 👍`, `accuracy 0.82`, `tone formal`. */
export function scoreText({ name, value }: TraceRecord['scores'][number]): string {
  if (typeof value === 'boolean') return `${name} ${value ? '👍' : '👎'}`;
  return `${name} ${typeof value === 'number' ? Number(value.toPrecision(3)) : value}`;
}
