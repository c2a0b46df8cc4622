import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { microsOf } from '../../src/domain/time.ts';
import { openSqliteStore } from '../../src/stores/sqlite/index.ts';
import type { StoreOptions } from '../../src/stores/store.ts';
import { aBatch, aRunningSpan, aScore, aSpan, aTrace, noon, spanId, traceId } from './builders.ts';
import { describeStoreContract } from './contract.ts';

describeStoreContract('SQLite', {
  async create() {
    const dataDir = await mkdtemp(join(tmpdir(), 'llm-tracer-'));
    return {
      // Power cuts are not tested here, so the disk need not be waited for.
      open: (options) => openSqliteStore({ ...options, dataDir, synchronous: 'NORMAL' }),
      remove: () => rm(dataDir, { recursive: true }),
    };
  },
});

describe('SQLite store', () => {
  const open = async (options: Pick<StoreOptions, 'pricerOf'> = {}) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'llm-tracer-'));
    const store = await openSqliteStore({ clock: () => microsOf(noon), retentionDays: 90, dataDir, ...options });
    let closing: Promise<void> | undefined;
    const close = () => (closing ??= store.close());
    onTestFinished(async () => {
      await close();
      await rm(dataDir, { recursive: true });
    });
    return { store, dataDir, close };
  };

  /** Everything that stands in the files of the store. */
  const filesOf = async (dataDir: string): Promise<Buffer> =>
    Buffer.concat(await Promise.all((await readdir(dataDir)).map((name) => readFile(join(dataDir, name)))));

  // `DELETE` marks pages as free and leaves what stood in them; "removes for good" is more than that.
  it('leaves nothing of a deleted trace in its files once it is closed', async () => {
    const { store, dataDir, close } = await open();
    const secret = 'the-secret-of-ada';
    const secrets = {
      traces: [aTrace({ input: secret, user_id: secret, tags: [secret] })],
      spans: [aSpan({ input_data: { text: secret }, name: secret, error: secret })],
      scores: [aScore({ comment: secret })],
    };
    await store.ingest('acme', aBatch(secrets));
    const before = await filesOf(dataDir);

    await store.deleteTrace('acme', traceId());
    await close();

    expect(before.includes(secret)).toBe(true);
    expect((await filesOf(dataDir)).includes(secret)).toBe(false);
  });

  describe('prices', () => {
    const price = { dollars: 0.25, source: { table: 't', version: '1', provider: 'p', model: 'm' } };

    it('a finished span whose cost the client did not report, and names the price', async () => {
      const { store } = await open({
        pricerOf:
          () =>
          ({ model }) =>
            model === 'known' ? price : undefined,
      });

      await store.ingest(
        'acme',
        aBatch({
          spans: [
            aSpan({ span_id: spanId(1), model: 'known', tokens_input: 1 }),
            aSpan({ span_id: spanId(2), model: 'known', tokens_input: 1, cost_usd: 0.5 }),
            aSpan({ span_id: spanId(3), model: 'unknown', tokens_input: 1 }),
            aRunningSpan({ span_id: spanId(4), model: 'known', tokens_input: 1 }),
          ],
        }),
      );

      const answer = await store.readTrace('acme', traceId(), { payloads: true, limit: 10 });
      expect(answer?.trace).toMatchObject({ total_cost: 0.75, unpriced_count: 1 });
      const [priced, reported, unknown, running] = answer?.spans ?? [];
      expect(priced).toMatchObject({ cost_usd: 0.25, cost_source: 'priced', cost_price: price.source });
      expect(reported).toMatchObject({ cost_usd: 0.5, cost_source: 'reported' });
      expect(reported).not.toHaveProperty('cost_price');
      for (const span of [unknown, running]) expect(span).not.toHaveProperty('cost_usd');
    });

    it('the merged record: a price follows its tokens and gives way to a cost that is reported', async () => {
      const { store } = await open({
        pricerOf:
          () =>
          ({ tokens_input }) => ({ ...price, dollars: Number(tokens_input ?? 0) / 10 }),
      });
      const cost = async () => (await store.stats('acme')).total_cost;

      await store.ingest('acme', aBatch({ spans: [aRunningSpan({ tokens_input: 9 })] }, 'zstd'));
      await store.ingest('acme', aBatch({ spans: [aSpan()] }, 'zstd'));
      const first = await cost();
      await store.ingest('acme', aBatch({ spans: [aSpan({ rev: 2, tokens_input: 3 })] }, 'zstd'));
      const corrected = await cost();
      await store.ingest('acme', aBatch({ spans: [aSpan({ cost_usd: 7 })] }, 'zstd'));

      expect([first, corrected, await cost()]).toEqual([0.9, 0.3, 7]);
      expect((await store.recount({ repair: false })).differences).toEqual([]);
    });
  });
});
