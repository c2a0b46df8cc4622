import { expect } from 'vitest';
import type { Store, TraceFilter } from '../../../src/stores/store.ts';
import { at } from '../builders.ts';
import { canonical } from '../model/canonical.ts';
import { spanIds, traceIds } from './histories.ts';

/** Filters over the values that histories use. */
const filters: readonly TraceFilter[] = [
  {},
  { status: 'running' },
  { status: 'error', from: at(-10) },
  { from: at(0), to: at(10) },
  { userId: '\ud800' },
  { sessionId: 'a', environment: 'prod' },
  { tags: ['a\0b', '\ud800'] },
  { name: '\udfff' },
  { model: 'gpt-2' },
  { release: '1', minDurationMs: 1000 },
  { minCost: 0.2 },
];

/** Everything that can be read of a project, as plain data: what two stores must agree on. */
export async function observe(store: Store, project: string): Promise<unknown> {
  const traces = await Promise.all(
    traceIds.map(async (id) => ({
      id,
      state: await store.traceState(project, id),
      whole: await store.readTrace(project, id, { payloads: true, limit: 5000 }),
      bare: await store.readTrace(project, id, { payloads: false, limit: 5000 }),
    })),
  );
  const spans = await Promise.all(spanIds.map(async (id) => ({ id, span: await store.readSpan(project, id) })));
  const lists = await Promise.all(
    filters.map(async (filter) => ({ filter, pages: await pages(store, project, filter) })),
  );
  // Through JSON, as every answer goes: what is undefined is absent there.
  return JSON.parse(JSON.stringify({ traces, spans, lists, stats: await store.stats(project) }));
}

async function pages(store: Store, project: string, filter: TraceFilter): Promise<unknown[]> {
  const found: unknown[] = [];
  for (let cursor: string | undefined; ; ) {
    const { traces, nextCursor } = await store.listTraces(project, filter, { limit: 2, cursor });
    found.push(traces);
    if (nextCursor === null) return found;
    cursor = nextCursor;
  }
}

/** Fails with a readable difference. Compared as canonical text first: strict about every key, and quick where all is well. */
export function expectSame(actual: unknown, expected: unknown, message: string): void {
  if (canonical(actual) === canonical(expected)) return;
  expect(actual, message).toEqual(expected);
  expect(canonical(actual), message).toBe(canonical(expected));
}
