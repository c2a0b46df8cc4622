import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { zstdCompressSync } from 'node:zlib';
import type { SpanUpsert } from 'llm-tracer/schema';
import { describe, expect, it, onTestFinished } from 'vitest';
import { microsOf } from '../../src/domain/time.ts';
import { openSqliteStore, type SqliteStoreOptions } from '../../src/stores/sqlite/index.ts';
import type { Store } from '../../src/stores/store.ts';
import { aBatch, aSpan, aTrace, at, noon, spanId, traceId } from './builders.ts';

const project = 'acme';
const day = 86_400_000_000;

async function open(options: Partial<SqliteStoreOptions> = {}) {
  const dataDir = await mkdtemp(join(tmpdir(), 'llm-tracer-responsive-'));
  const store = await openSqliteStore({
    dataDir,
    clock: () => microsOf(noon),
    retentionDays: 90,
    synchronous: 'NORMAL',
    ...options,
  });
  let closing: Promise<void> | undefined;
  const close = () => (closing ??= store.close());
  onTestFinished(async () => {
    await close();
    await rm(dataDir, { recursive: true });
  });
  return { store, dataDir, close };
}

/** A trace of so many spans, sent as an SDK sends them: 1,000 a compressed body. */
async function sendLarge(store: Store, spans: number): Promise<void> {
  for (let first = 0; first < spans; first += 1_000) {
    const upserts: SpanUpsert[] = Array.from({ length: 1_000 }, (_, index) =>
      aSpan({ span_id: spanId(first + index + 1), output_data: `answer ${first + index}`, tokens_input: 1 }),
    );
    const text = JSON.stringify({ spans: upserts });
    const source = { encoding: 'zstd', body: zstdCompressSync(text), isWhole: true, characters: text.length } as const;
    await store.ingest(project, { ...aBatch({ spans: upserts }, 'zstd'), source });
  }
}

/** The longest that nothing else had a turn while the work ran, as a share of the time that it took. */
async function shareHeldDuring(work: () => Promise<unknown>): Promise<number> {
  let isDone = false;
  let longest = 0;
  const start = performance.now();
  const watch = (async () => {
    for (let last = start; !isDone; ) {
      await turn();
      const now = performance.now();
      longest = Math.max(longest, now - last);
      last = now;
    }
  })();
  await work();
  isDone = true;
  await watch;
  return longest / (performance.now() - start);
}

// Slices of some 10 ms in a second of work; work that is done at once holds others up for all of it. A share, since a busy
// machine stretches both.
const mostHeld = 0.15;

describe('a trace of 30,000 spans', () => {
  it('is deleted without holding up others, and is gone from the first moment on', { timeout: 60_000 }, async () => {
    const { store } = await open();
    await sendLarge(store, 30_000);
    await store.ingest(project, aBatch({ traces: [aTrace({ trace_id: traceId(2) })] }));

    const seen: unknown[] = [];
    const held = await shareHeldDuring(async () => {
      const deleting = store.deleteTrace(project, traceId());
      let isDeleted = false;
      void deleting.then(() => (isDeleted = true));
      await turn();
      await turn();
      while (!isDeleted) {
        seen.push(await store.readSpan(project, spanId(29_999)), await store.traceState(project, traceId()));
        await turn();
      }
    });

    expect(new Set(seen)).toEqual(new Set([undefined, 'deleted']));
    expect(held).toBeLessThan(mostHeld);
    expect(await store.stats(project)).toMatchObject({ total_traces: 1, total_spans: 0, total_tokens: 0 });
    expect((await store.recount({ repair: false })).differences).toEqual([]);
  });

  it('is left half deleted by a process that ends, and finished by the next', { timeout: 60_000 }, async () => {
    const { store, dataDir, close } = await open();
    await sendLarge(store, 30_000);
    const deleting = store.deleteTrace(project, traceId());
    await turn();
    await turn();
    await close();
    await deleting.catch(() => {});

    const next = await openSqliteStore({ dataDir, clock: () => microsOf(noon), retentionDays: 90 });
    onTestFinished(() => next.close());
    expect(await next.traceState(project, traceId())).toBe('deleted');
    await next.deleteTrace(project, traceId());

    expect(await next.stats(project)).toMatchObject({ total_spans: 0, total_tokens: 0 });
    expect((await next.ingest(project, aBatch({ spans: [aSpan({ trace_id: traceId(3) })] }))).spans).toEqual([
      'stored',
    ]);
    expect((await next.recount({ repair: false })).differences).toEqual([]);
  });
});

describe('pruning', () => {
  it('gives the space of what has expired back while serving, and holds up nobody', { timeout: 60_000 }, async () => {
    let now = microsOf(noon);
    const { store, dataDir } = await open({ clock: () => now, retentionDays: 3 });
    const payload = (n: number) => ({ text: `${n} `.repeat(4_000) });
    for (let batch = 0; batch < 40; batch += 1) {
      const numbers = Array.from({ length: 50 }, (_, index) => batch * 50 + index + 1);
      await store.ingest(
        project,
        aBatch({
          spans: numbers.map((n) => aSpan({ trace_id: traceId(n), span_id: spanId(n), output_data: payload(n) })),
        }),
      );
    }
    const file = join(dataDir, 'llm-tracer.db');
    const checkpointed = async (): Promise<number> => {
      const { DatabaseSync } = await import('node:sqlite');
      const db = new DatabaseSync(file);
      db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      db.close();
      return (await stat(file)).size;
    };
    const full = await checkpointed();
    now += 5 * day;

    const held = await shareHeldDuring(() => store.prune());

    expect(held).toBeLessThan(mostHeld);
    expect(await checkpointed()).toBeLessThan(full / 4);
    expect(
      (
        await store.ingest(
          project,
          aBatch({
            traces: [aTrace({ trace_id: traceId(9_999), start_time: at(5 * 86_400), end_time: at(5 * 86_400) })],
          }),
        )
      ).traces,
    ).toEqual(['stored']);
  });
});
