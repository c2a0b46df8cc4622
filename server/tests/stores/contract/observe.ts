import { expect } from 'vitest';
import type { CountsBucket } from '../../../src/domain/buckets.ts';
import type { SeriesQuery } from '../../../src/domain/series.ts';
import type { Store, TraceFilter, TraceSort } from '../../../src/stores/store.ts';
import { at } from '../builders.ts';
import { canonical } from '../model/canonical.ts';
import { labels, spanIds, traceIds } from './histories.ts';

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
  { score: { name: 'helpful' } },
  { score: { name: 'tone', operator: '=', operand: 'calm' } },
  { score: { name: 'helpful', operator: '=', operand: 'true' } },
  { score: { name: 'helpful', operator: '>=', operand: 0.5 }, status: 'ok' },
  { score: { name: 'tone', operator: '<', operand: 0.5 } },
];

const groupFilters: readonly TraceFilter[] = [{}, { userId: 'a' }, { tags: ['b'], from: at(-10) }];
const sorts = ['duration', 'cost'] as const;

const series: readonly (readonly [TraceFilter, SeriesQuery])[] = [
  [{}, { bucket: 'hour' }],
  [{ status: 'ok' }, { bucket: 'day', groupBy: 'model' }],
  [
    { from: at(-10), to: at(10) },
    { bucket: 'hour', groupBy: 'span_type' },
  ],
  [{}, { bucket: 'day', groupBy: 'name' }],
  [{}, { bucket: 'day', groupBy: 'user' }],
  [{ tags: ['a', 'a\0b'] }, { bucket: 'day', groupBy: 'tag' }],
];

const counts: readonly (readonly [TraceFilter, CountsBucket])[] = [
  [{}, 'minute'],
  [{ status: 'ok', from: at(-10) }, 'hour'],
  [{ tags: ['a', 'b'] }, 'day'],
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
  const sorted = await Promise.all(sorts.map(async (sort) => ({ sort, pages: await pages(store, project, {}, sort) })));
  const groups = await Promise.all(groupFilters.map((filter) => groupsOf(store, project, filter)));
  const sessions = await Promise.all(labels.map((id) => store.readSession(project, id, { limit: 1000 })));
  const timeseries = await Promise.all(
    series.map(async ([filter, query]) => ({ query, series: await store.timeseries(project, filter, query) })),
  );
  const counted = await Promise.all(counts.map(([filter, bucket]) => store.countTraces(project, filter, bucket)));
  // Through JSON, as every answer goes: what is undefined is absent there.
  return JSON.parse(
    JSON.stringify({
      traces,
      spans,
      lists,
      sorted,
      groups,
      sessions,
      timeseries,
      counted,
      stats: await store.stats(project),
    }),
  );
}

/** Sessions and users, over pages of one. */
async function groupsOf(store: Store, project: string, filter: TraceFilter): Promise<unknown> {
  const found: { sessions: unknown[]; users: unknown[] } = { sessions: [], users: [] };
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await store.listSessions(project, filter, { limit: 1, cursor });
    found.sessions.push(page.sessions);
    cursor = page.nextCursor;
  }
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await store.listUsers(project, filter, { limit: 1, cursor });
    found.users.push(page.users);
    cursor = page.nextCursor;
  }
  return { filter, ...found };
}

async function pages(store: Store, project: string, filter: TraceFilter, sort?: TraceSort): Promise<unknown[]> {
  const found: unknown[] = [];
  for (let cursor: string | undefined; ; ) {
    const { traces, nextCursor } = await store.listTraces(project, filter, { limit: 2, cursor, sort });
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
