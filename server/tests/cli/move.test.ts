import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { movePage } from '../../src/cli/move-page.ts';
import { microsOf } from '../../src/domain/time.ts';
import { openDynamodbStore } from '../../src/stores/dynamodb/index.ts';
import { openSqliteStore } from '../../src/stores/sqlite/index.ts';
import type { Store } from '../../src/stores/store.ts';
import {
  aBatch,
  aRunningSpan,
  aRunningTrace,
  aScore,
  aSpan,
  aTrace,
  at,
  noon,
  spanId,
  traceId,
} from '../stores/builders.ts';
import { MemoryAws } from '../stores/cloud/memory-aws.ts';
import { expectSame, observe } from '../stores/contract/observe.ts';

const project = 'acme';
const options = { clock: () => microsOf(noon), retentionDays: 90 };

const sqlite = async (): Promise<Store> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'llm-tracer-move-'));
  const store = await openSqliteStore({ ...options, dataDir, synchronous: 'NORMAL' });
  onTestFinished(async () => {
    await store.close();
    await rm(dataDir, { recursive: true });
  });
  return store;
};
const dynamodb = async (): Promise<Store> =>
  openDynamodbStore({
    ...options,
    aws: new MemoryAws(),
    tables: { traces: 'traces', spans: 'spans' },
    payloadBucket: 'b',
  });

async function moveAll(
  from: Store,
  to: Store,
): Promise<{ readonly pages: number; readonly traces: number; readonly spans: number }> {
  let [pages, traces, spans] = [0, 0, 0];
  for (let cursor: string | null = null; pages === 0 || cursor !== null; pages += 1) {
    const page = await movePage(project, from, to, cursor);
    cursor = page.nextCursor;
    traces += page.traces;
    spans += page.spans;
    expect(page.refused).toBe(0);
  }
  return { pages, traces, spans };
}

describe('moving', () => {
  const stores = { sqlite, dynamodb };
  it.each([
    ['sqlite', 'dynamodb'],
    ['dynamodb', 'sqlite'],
  ] as const)('from %s to %s leaves the same to be read, also when it is done twice', async (one, other) => {
    const [from, to] = [await stores[one](), await stores[other]()];
    await from.ingest(
      project,
      aBatch({
        traces: [
          aTrace({ input: { a: [1, '\ud800'] }, tags: ['a'], user_id: 'a', session_id: 'b', metadata: { 10: null } }),
          aRunningTrace({ trace_id: traceId(2), start_time: at(-5) }),
        ],
        spans: [
          aSpan({ tokens_input: 5, cost_usd: 0.1, model: 'gpt-1', output_data: 'x'.repeat(50_000), rev: 4 }),
          aRunningSpan({ span_id: spanId(2), parent_span_id: spanId(1) }),
          // Of a trace without a record.
          aSpan({ trace_id: traceId(3), span_id: spanId(3), error: 'x' }),
        ],
        scores: [aScore(), aScore({ score_id: 'other', trace_id: traceId(3), value: 0.5 })],
      }),
    );

    const moved = await moveAll(from, to);
    await moveAll(from, to);

    expect(moved).toEqual({ pages: 1, traces: 3, spans: 3 });
    expectSame(await observe(to, project), await observe(from, project), 'after the move');
    expect((await to.recount({ repair: false })).differences).toEqual([]);
  });

  it('goes on at the page where it was cut short', async () => {
    const [from, to] = [await sqlite(), await dynamodb()];
    const numbers = Array.from({ length: 250 }, (_, n) => n + 1);
    await from.ingest(
      project,
      aBatch({
        traces: numbers.map((n) => aTrace({ trace_id: traceId(n), start_time: at(n / 10), end_time: at(100) })),
      }),
    );

    const first = await movePage(project, from, to, null);
    const listed = await to.listTraces(project, {}, { limit: 1_000 });
    const second = await movePage(project, from, to, first.nextCursor);
    const third = await movePage(project, from, to, second.nextCursor);

    expect(listed.traces.map(({ trace_id }) => trace_id)).toEqual(numbers.toReversed().slice(0, 100).map(traceId));
    expect([first.traces, second.traces, third.traces, third.nextCursor]).toEqual([100, 100, 50, null]);
    expect((await to.listTraces(project, {}, { limit: 1_000 })).traces).toHaveLength(250);
  });
});
