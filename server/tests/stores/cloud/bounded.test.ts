import { describe, expect, it } from 'vitest';
import { microsOf } from '../../../src/domain/time.ts';
import type { Aws } from '../../../src/stores/dynamodb/aws.ts';
import { openDynamodbStore } from '../../../src/stores/dynamodb/index.ts';
import { Abandoned, type ListRequest, type Store, type TraceFilter } from '../../../src/stores/store.ts';
import { aBatch, aSpan, aTrace, at, noon, spanId, traceId } from '../builders.ts';
import { MemoryAws } from './memory-aws.ts';

const project = 'acme';
const count = 450;

/** A store that reads 100 traces a call, with 450 in it; only the very first is of the user `rare` and costs anything. */
async function aBoundedStore(aws: Aws = new MemoryAws()): Promise<Store> {
  const store = openDynamodbStore({
    aws,
    tables: { traces: 'traces', spans: 'spans' },
    payloadBucket: 'payloads',
    clock: () => microsOf(noon),
    retentionDays: 90,
    scanLimit: 100,
  });
  const numbers = Array.from({ length: count }, (_, n) => n + 1);
  await store.ingest(
    project,
    aBatch({
      traces: numbers.map((n) =>
        aTrace({
          trace_id: traceId(n),
          name: n === 1 ? 'needle' : 'hay',
          start_time: at(n),
          end_time: at(n + (n % 7)),
          session_id: n === 1 ? 'first' : `s${n % 5}`,
          environment: n === 1 ? 'rare' : 'prod',
        }),
      ),
      spans: [aSpan({ trace_id: traceId(1), span_id: spanId(1), start_time: at(1), end_time: at(1), cost_usd: 3 })],
    }),
  );
  return store;
}

async function pagesOf(store: Store, filter: TraceFilter, request: Omit<ListRequest, 'cursor'>) {
  const pages = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await store.listTraces(project, filter, { ...request, cursor });
    pages.push({
      ids: page.traces.map(({ trace_id }) => trace_id),
      scannedUntil: page.scannedUntil,
      hasMore: page.nextCursor !== null,
    });
    cursor = page.nextCursor;
  }
  return pages;
}

/** "a bounded scan over the asked time range with `scanned_until` and a cursor, never a wrong empty result" */
describe('what one call may not read to its end', () => {
  it.each([
    ['a filter that matches little', { environment: 'rare' }],
    ['words', { q: 'needle' }],
    ['a cost', { minCost: 1 }],
  ])('goes on where it was: %s', async (_title, filter) => {
    const pages = await pagesOf(await aBoundedStore(), filter, { limit: 10 });

    expect(pages.flatMap(({ ids }) => ids)).toEqual([traceId(1)]);
    expect(pages.length).toBeGreaterThan(3);
    for (const page of pages.slice(0, -1)) {
      expect(page.hasMore).toBe(true);
      expect(page.scannedUntil).toMatch(/^2026-01-15T12:/);
    }
    expect(pages.at(-1)).toMatchObject({ ids: [traceId(1)], scannedUntil: undefined });
  });

  it('is full where enough is near', async () => {
    const [first] = await pagesOf(await aBoundedStore(), {}, { limit: 50 });

    expect([first?.ids.length, first?.scannedUntil]).toEqual([50, undefined]);
  });

  it('is sorted as far as it says, and each trace is listed once', async () => {
    const pages = await pagesOf(await aBoundedStore(), {}, { limit: 60, sort: 'cost' });
    const ids = pages.flatMap((page) => page.ids);

    expect(ids.toSorted()).toEqual(Array.from({ length: count }, (_, n) => traceId(n + 1)).toSorted());
    expect(pages[0]?.scannedUntil).toBeDefined();
    // The dearest of all is the first of the window that holds it, which is the last one.
    expect(ids.indexOf(traceId(1))).toBeGreaterThanOrEqual(400);
  });

  it('says how far a series and a list of groups have come', async () => {
    const store = await aBoundedStore();

    const series = await store.timeseries(project, {}, { bucket: 'day' });
    const sessions: string[] = [];
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page = await store.listSessions(project, {}, { limit: 10, cursor });
      sessions.push(...page.sessions.map(({ session_id, trace_count }) => `${session_id}: ${trace_count}`));
      cursor = page.nextCursor;
    }

    expect(series).toMatchObject({ points: [{ trace_count: 100 }], scannedUntil: expect.any(String) });
    expect(sessions.toSorted()).toEqual(['first: 1', 's0: 90', 's1: 89', 's2: 90', 's3: 90', 's4: 90']);
  });
});

it('reads no further once nobody waits', async () => {
  const memory = new MemoryAws();
  const leaving = new AbortController();
  let reads = 0;
  const store = await aBoundedStore({
    call: (name, input) => {
      if (name === 'batchGet') reads += 1;
      if (name === 'query') leaving.abort();
      return memory.call(name, input);
    },
    close: () => memory.close(),
  });
  const before = reads;

  const sessions = store.listSessions(project, {}, { limit: 100 }, leaving.signal);

  await expect(sessions).rejects.toBeInstanceOf(Abandoned);
  expect(reads - before).toBe(0);
});
