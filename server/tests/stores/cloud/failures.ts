import { describe, expect, it } from 'vitest';
import type { Aws } from '../../../src/stores/dynamodb/aws.ts';
import { openDynamodbStore } from '../../../src/stores/dynamodb/index.ts';
import type { TableNames } from '../../../src/stores/dynamodb/tables.ts';
import type { Store } from '../../../src/stores/store.ts';
import {
  aBatch,
  aRunningSpan,
  aRunningTrace,
  aScore,
  aSpan,
  aTrace,
  at,
  noon,
  type Sending,
  spanId,
  traceId,
} from '../builders.ts';
import { chunks, elementsOf, sendingOf } from '../contract/histories.ts';
import { expectSame } from '../contract/observe.ts';
import { FailingAws, type Failure, ThrottlingAws } from './failing-aws.ts';

const project = 'acme';
// A store that answers for real may take longer than one in memory.
const healthyMs = 20_000;
const range = (length: number) => Array.from({ length }, (_, index) => index);

/** Tables and a bucket, empty, of AWS or of what stands for it. */
export interface Cloud {
  readonly aws: Aws;
  readonly tables: TableNames;
  readonly payloadBucket: string;
  /** Everything that is kept, for tests that look for what should be gone. */
  items(table: keyof TableNames): Promise<Record<string, unknown>[]>;
  objectKeys(): Promise<string[]>;
}

export interface FailureOptions {
  readonly create: () => Promise<Cloud>;
  /** Which of so many calls are tried as the last. @default each */
  readonly lastCalls?: (calls: number) => readonly number[];
  /** How often what is left to chance is repeated. */
  readonly rounds: number;
}

const open = ({ tables, payloadBucket }: Cloud, aws: Aws, deadlineMs = 50): Store =>
  openDynamodbStore({
    aws,
    tables,
    payloadBucket,
    clock: () => Date.parse(noon) * 1000,
    retentionDays: 90,
    deadlineMs,
  });

/** What a client of some kind does: first what succeeds, then the requests of which a call fails. */
interface Case {
  readonly before?: readonly Sending[];
  readonly during: readonly Sending[];
  /** A deletion, between `before` and `during`, that fails as they do. */
  readonly deletes?: string;
}

const usage = { tokens_input: 10, tokens_output: 3, cost_usd: 0.25, model: 'gpt-1' };
/** With names so long that some twenty fill what a head holds of a ledger. */
const long = (from: number, count: number) =>
  range(count).map((n) =>
    aSpan({
      span_id: spanId(from + n),
      name: `call ${from + n} ${'of many '.repeat(25)}`,
      start_time: at(n / 10),
      ...usage,
    }),
  );
const large = Array.from({ length: 4_000 }, (_, n) => `word${(n * 7919) % 10_007}`).join(' ');

const cases: Readonly<Record<string, Case>> = {
  'a new trace': { during: [{ traces: [aTrace({ input: 'a question' })], spans: [aSpan(usage)] }] },
  'two new traces in a batch': {
    during: [
      {
        traces: [aTrace(), aTrace({ trace_id: traceId(2) })],
        spans: [aSpan(usage), aSpan({ trace_id: traceId(2), span_id: spanId(2), ...usage })],
      },
    ],
  },
  'a span that runs, then is finished': {
    before: [{ traces: [aRunningTrace()], spans: [aRunningSpan({ input_data: 'x' })] }],
    during: [{ traces: [aTrace()], spans: [aSpan({ output_data: 'y', ...usage })] }],
  },
  'running and finished, one after the other': {
    during: [{ spans: [aRunningSpan()] }, { traces: [aTrace()], spans: [aSpan(usage)] }],
  },
  'overlapping batches': {
    during: [
      { spans: [aSpan(usage), aSpan({ span_id: spanId(2), ...usage })] },
      { spans: [aSpan({ span_id: spanId(2), ...usage }), aSpan({ span_id: spanId(3), error: 'x', ...usage })] },
    ],
  },
  'a late child': {
    before: [{ traces: [aTrace()], spans: [aSpan({ name: 'agent', ...usage })] }],
    during: [{ spans: [aSpan({ span_id: spanId(2), parent_span_id: spanId(1), ...usage })] }],
  },
  'a correction of one field': {
    before: [{ spans: [aSpan(usage)] }],
    during: [{ spans: [aSpan({ rev: 2, tokens_input: 99 })] }],
  },
  'an earlier start, with nothing else new': {
    before: [{ traces: [aTrace()], spans: [aSpan(usage)] }],
    during: [{ traces: [aRunningTrace({ start_time: at(-86_400) })] }],
  },
  'a payload in an object': {
    before: [{ spans: [aRunningSpan({ input_data: 'x' })] }],
    during: [{ traces: [aTrace({ output: large })], spans: [aSpan({ output_data: large, ...usage })] }],
  },
  'a long trace with pages': {
    before: [{ traces: [aTrace()], spans: long(1, 25) }],
    during: [{ spans: long(20, 25) }],
  },
  scores: {
    before: [{ scores: [aScore()] }],
    during: [{ traces: [aTrace()], scores: [aScore({ score_id: 'other', value: 0.5 })] }],
  },
  'a deletion': {
    before: [{ traces: [aTrace({ output: large })], spans: long(1, 25), scores: [aScore()] }],
    deletes: traceId(),
    during: [],
  },
  'a deletion, and a retry of what was deleted': {
    before: [{ traces: [aTrace()], spans: [aSpan(usage)] }],
    deletes: traceId(),
    during: [{ spans: [aSpan(usage), aSpan({ span_id: spanId(2), output_data: large, ...usage })] }],
  },
};

/** Everything that can be read, as plain data. */
async function stateOf(store: Store) {
  const ids = [1, 2].map(traceId);
  return JSON.parse(
    JSON.stringify({
      traces: await Promise.all(ids.map((id) => store.readTrace(project, id, { payloads: true, limit: 5_000 }))),
      states: await Promise.all(ids.map((id) => store.traceState(project, id))),
      list: await store.listTraces(project, {}, { limit: 100 }),
      stats: await store.stats(project),
      series: await store.timeseries(project, {}, { bucket: 'day', groupBy: 'model' }),
    }),
  );
}

/** Sends all, in the order given; what is refused for now is what a crash is. */
async function perform(store: Store, { deletes, during }: Case): Promise<void> {
  if (deletes !== undefined) await store.deleteTrace(project, deletes);
  for (const sending of during) await store.ingest(project, aBatch(sending));
}

/** The same records under other batch ids: in another order, and otherwise split. */
async function resend(store: Store, { before = [], during, deletes }: Case, size: number): Promise<void> {
  if (deletes !== undefined) await store.deleteTrace(project, deletes);
  const elements = [...before, ...during].flatMap(elementsOf).toReversed();
  for (const part of chunks(elements, size)) await store.ingest(project, aBatch(sendingOf(part)));
}

/** The rules that hold whatever call fails, of AWS or of what stands for it. */
export function describeFailures({
  create,
  lastCalls = (calls) => range(calls).map((n) => n + 1),
  rounds,
}: FailureOptions): void {
  async function prepared({ before = [] }: Case) {
    const cloud = await create();
    const healthy = open(cloud, cloud.aws, healthyMs);
    for (const sending of before) await healthy.ingest(project, aBatch(sending));
    return { cloud, healthy };
  }

  /** How many calls it takes when none fails. */
  async function callsOf(given: Case): Promise<number> {
    const { cloud } = await prepared(given);
    const counting = new FailingAws(cloud.aws);
    await perform(open(cloud, counting, healthyMs), given);
    return counting.calls;
  }

  async function crashAt(n: number, failure: Failure, cloud: Cloud, given: Case): Promise<void> {
    const failing = new FailingAws(cloud.aws);
    failing.arm(n, failure);
    await perform(open(cloud, failing), given).catch(() => {});
  }

  /** wire.md, laws 1 to 4, with every call to AWS failing in turn. */
  describe('whichever call to AWS is the last that a process makes', () => {
    for (const [name, given] of Object.entries(cases))
      for (const failure of ['refused', 'cut off'] satisfies Failure[])
        it(`${name}: reads and recount agree, and the same records make it exact (${failure})`, {
          timeout: 60_000,
        }, async () => {
          const reference = await prepared(given);
          await perform(reference.healthy, given);
          await resend(reference.healthy, given, 1_000);
          const expected = await stateOf(reference.healthy);
          const calls = await callsOf(given);

          for (const n of lastCalls(calls)) {
            const { cloud, healthy } = await prepared(given);
            await crashAt(n, failure, cloud, given);

            // Without any resend: whatever is read agrees with a recount, before it and after.
            const what = `${name}, call ${n} of ${calls} ${failure}`;
            const seen = await stateOf(healthy);
            const { differences } = await healthy.recount({ repair: false });
            expect(differences, what).toEqual([]);
            expectSame(await stateOf(healthy), seen, `${what}: recount changes nothing that is read`);

            await resend(healthy, given, 1 + (n % 3));
            expectSame(await stateOf(healthy), expected, `${what}, and sent again`);
            expect((await healthy.recount({ repair: false })).differences, what).toEqual([]);
          }
        });
  });

  describe('a deletion that was cut short', () => {
    it('leaves nothing once it is asked for again, whichever call was the last', async () => {
      const given = cases['a deletion'] as Case;

      for (const n of lastCalls(await callsOf(given))) {
        const { cloud, healthy } = await prepared(given);
        await crashAt(n, 'refused', cloud, given);

        await healthy.deleteTrace(project, traceId());

        expect(await cloud.items('spans'), `call ${n}`).toEqual([]);
        expect(await cloud.objectKeys(), `call ${n}`).toEqual([]);
        const traces = await cloud.items('traces');
        const kept = traces.filter(({ trace_id }) => String(trace_id).startsWith(`${project}#${traceId()}`));
        expect(kept.map(({ trace_id }) => trace_id)).toEqual([`${project}#${traceId()}`]);
      }
    });
  });

  describe('a writer that died while its trace was deleted', () => {
    it('leaves nothing that can be found once the deletion is asked for again, whichever call was its last', async () => {
      const given = { ...(cases['a deletion'] as Case), during: [] };
      const late: Sending = { traces: [aTrace({ output: `late ${large}` })], spans: long(20, 25) };
      const calls = await callsOf({ before: given.before ?? [], during: [late] });

      for (const n of lastCalls(calls)) {
        const { cloud, healthy } = await prepared(given);
        // Its calls so far are made; the trace is deleted; then it makes the rest of them, and dies at the nth.
        const dying = new FailingAws(cloud.aws);
        const deletion = dying.before(n, () => healthy.deleteTrace(project, traceId()));
        dying.arm(n, 'cut off');
        await open(cloud, dying)
          .ingest(project, aBatch(late))
          .catch(() => {});
        await deletion;

        await healthy.deleteTrace(project, traceId());

        expect(await cloud.objectKeys(), `call ${n}`).toEqual([]);
        const spans = await cloud.items('spans');
        // Only the table's key finds a span's own item: it is unreadable, and goes at its date.
        expect(
          spans.filter((item) => item['trace_id'] !== undefined || item['expires_at'] === undefined),
          `call ${n}`,
        ).toEqual([]);
        expect((await stateOf(healthy)).traces[0], `call ${n}`).toBeNull();
      }
    });
  });

  describe('several processes', () => {
    const elements = elementsOf({
      traces: [aTrace(), aTrace({ trace_id: traceId(2) }), aRunningTrace({ start_time: at(-5) })],
      spans: range(24).flatMap((n) => {
        const fields = { trace_id: traceId(1 + (n % 2)), span_id: spanId(n + 1), ...usage };
        const parent = n < 2 ? {} : { parent_span_id: spanId(n - 1) };
        return [aRunningSpan({ ...fields, ...parent }), aSpan({ ...fields, ...parent, rev: 1 + (n % 3) })];
      }),
      scores: range(4).map((n) => aScore({ score_id: `s${n}` })),
    });

    it.each([
      { title: 'that write the same traces at once', share: 0 },
      { title: 'that are throttled at random while they do', share: 0.08 },
    ])('$title leave what one alone would', async ({ share }) => {
      const one = await create();
      const alone = open(one, one.aws, healthyMs);
      await alone.ingest(project, aBatch(sendingOf(elements)));
      const expected = await stateOf(alone);

      for (let round = 1; round <= rounds; round += 1) {
        const cloud = await create();
        let seed = round;
        const random = () => {
          seed = (seed * 48_271) % 2_147_483_647;
          return seed / 2_147_483_647;
        };
        const processes = range(3).map(() => open(cloud, new ThrottlingAws(cloud.aws, share, random), 20_000));
        const sends = processes.flatMap((store, index) =>
          chunks(
            elements.toSorted(() => random() - 0.5),
            3 + index,
          ).map((part) => sendPersistently(store, sendingOf(part))),
        );
        await Promise.all(sends);

        const healthy = open(cloud, cloud.aws, healthyMs);
        expectSame(await stateOf(healthy), expected, `round ${round}`);
        expect((await healthy.recount({ repair: false })).differences).toEqual([]);
      }
    });

    it('that write a trace while another deletes it leave nothing of it', async () => {
      for (let round = 0; round < rounds * 1.5; round += 1) {
        const cloud = await create();
        const [writer, remover] = [open(cloud, cloud.aws, 5_000), open(cloud, cloud.aws, 5_000)];
        await writer.ingest(project, aBatch({ traces: [aTrace()], spans: long(1, 5) }));

        const writing = chunks(long(3, 12), 2).map((spans) =>
          writer.ingest(project, aBatch({ spans: spans.map((span) => ({ ...span, output_data: large })) })),
        );
        for (let turn = 0; turn < round; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        await Promise.all([...writing, remover.deleteTrace(project, traceId())]);

        const left = await cloud.items('spans');
        expect(
          left.map(({ span_id }) => span_id),
          `round ${round}`,
        ).toEqual([]);
        expect(await stateOf(writer)).toMatchObject({ list: { traces: [] }, stats: { total_spans: 0, total_cost: 0 } });
        expect((await remover.recount({ repair: false })).differences).toEqual([]);
      }
    });

    /** As an SDK does: what is answered with 503 is sent again. */
    async function sendPersistently(store: Store, sending: Sending): Promise<void> {
      for (let attempt = 0; ; attempt += 1) {
        try {
          await store.ingest(project, aBatch(sending));
          return;
        } catch (error) {
          if ((error as Error).name !== 'StoreUnavailable' || attempt > 20) throw error;
        }
      }
    }
  });
}
