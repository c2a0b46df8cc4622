import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TraceFilter } from '../../../src/stores/store.ts';
import { aRunningSpan, aSpan, aTrace, at, noon, spanId, traceId } from '../builders.ts';
import { ModelStore } from '../model-store.ts';
import { type StoreFactory, suiteOf, World } from './harness.ts';
import { aHistory, aHistoryWithCompletions, retentionDays, type Step } from './histories.ts';
import { follow } from './laws.ts';
import { expectSame } from './observe.ts';

/** Waits for the index: search may lag by some seconds. */
async function settled({ store }: World): Promise<void> {
  while (store.searchStatus()?.isComplete === false) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** What `q` promises, on stores that are opened with an index of heads. */
export function describeSearchContract(name: string, factory: StoreFactory): void {
  const suite = suiteOf(factory);

  describe(`${name} store, search`, () => {
    /** Which of the traces match, by number, newest first. */
    const found = async (world: World, q: string, filter: TraceFilter = {}): Promise<number[]> => {
      await settled(world);
      return (await world.list({ ...filter, q })).map((id) => Number.parseInt(id, 16));
    };

    describe('finds a trace', () => {
      const parts = {
        'its name': { traces: [aTrace({ name: 'the needle' })] },
        'its error': { traces: [aTrace({ error: 'no needle' })] },
        'its input': { traces: [aTrace({ input: { messages: [{ role: 'user', content: 'a needle?' }] } })] },
        'its output': { traces: [aTrace({ output: ['x', { deep: 'needle' }] })] },
        "a span's name": { spans: [aSpan({ name: 'needle' })] },
        "a span's error": { spans: [aSpan({ error: 'Needle: lost' })] },
        "a span's input": { spans: [aSpan({ input_data: 'needle' })] },
        "a span's output": { spans: [aSpan({ output_data: { text: 'NEEDLE' } })] },
        "a running span's input": { spans: [aRunningSpan({ input_data: 'needle' })] },
      };
      for (const [part, sending] of Object.entries(parts))
        it(`by a word of ${part}`, async () => {
          const world = await suite.world();
          await world.send(sending);
          await world.send({ traces: [aTrace({ trace_id: traceId(2), name: 'hay' })] });

          expect(await found(world, 'needle')).toEqual([1]);
        });

      it('by text that merging brought, and no longer by what it replaced', async () => {
        const world = await suite.world();
        await world.send({ spans: [aRunningSpan({ name: 'old' })] });
        await settled(world);
        await world.send({ spans: [aSpan({ name: 'new' })] });

        expect(await found(world, 'new')).toEqual([1]);
        expect(await found(world, 'old')).toEqual([]);
      });

      it('by what a completion said', async () => {
        const world = await suite.world();
        await world.send({ traces: [aTrace()] });
        await world.store.completeTrace(world.project, traceId(), { output: 'late words' });

        expect(await found(world, 'late')).toEqual([1]);
      });

      it('by a word within the first 500 characters of an output, and not by one after them', async () => {
        const world = await suite.world();
        await world.send({ spans: [aSpan({ output_data: `${'x '.repeat(240)}inside ${'y '.repeat(20)}outside` })] });

        expect(await found(world, 'inside')).toEqual([1]);
        expect(await found(world, 'outside')).toEqual([]);
      });
    });

    describe('takes', () => {
      const cases: [title: string, q: string, numbers: number[]][] = [
        ['words in any case and without accents', 'JOSE zurich', [1]],
        ['words of which all are in one record', 'jose refund', []],
        ['words in quotes as a phrase', '"refund policy"', [2]],
        ['a phrase in its order only', '"policy refund"', []],
        ['a word with a star as a beginning', 'pol*', [2]],
        ['part of a text that has no spaces', '退款', [3]],
        ['such a part in its order only', '款退', []],
        ['a word with punctuation as a phrase', 'no-way', [3]],
        ['a quote that is never closed up to the end', '"refund pol', []],
        ['nothing where there is no word', '"*" () -', []],
        ['operators as words', 'refund OR jose', []],
        ['a column as a word', 'name:refund', []],
        ['NUL and lone surrogates as no part of a word', 'refund\0policy \ud800', [2]],
        ['names of members as no text', 'content', []],
        ['a hundred and fifty words', Array(150).fill('refund').join(' '), [2]],
      ];
      for (const [title, q, numbers] of cases)
        it(title, async () => {
          const world = await suite.world();
          await world.send({
            traces: [
              aTrace({ trace_id: traceId(1), name: 'José in Zürich' }),
              aTrace({ trace_id: traceId(2), input: [{ content: 'what is the refund policy' }] }),
              aTrace({ trace_id: traceId(3), output: '我们的退款政策 no way' }),
            ],
          });

          expect(await found(world, q)).toEqual(numbers);
        });
    });

    it('combines with other filters, and pages without gap or repetition', async () => {
      const world = await suite.world();
      const numbers = Array.from({ length: 25 }, (_, index) => index + 1);
      await world.send({
        traces: numbers.map((number) =>
          aTrace({
            trace_id: traceId(number),
            name: number % 2 === 0 ? 'even number' : 'odd number',
            start_time: at(Math.floor(number / 3)),
            end_time: at(20),
            user_id: `u${number % 3}`,
          }),
        ),
      });
      await settled(world);

      const pages = await world.listTraces({ q: 'even', userId: 'u1' }, world.project, 2);

      expect(pages.map((trace) => Number.parseInt(trace.trace_id, 16))).toEqual([22, 16, 10, 4]);
    });

    it('finds only what the project itself stored', async () => {
      const world = await suite.world();
      await world.send({ traces: [aTrace({ name: 'secret' })] }, 'other');
      await world.send({ traces: [aTrace({ name: 'public' })] });

      expect(await found(world, 'secret')).toEqual([]);
    });

    it('finds nothing of what was deleted', async () => {
      const world = await suite.world();
      await world.send({ traces: [aTrace({ name: 'gone' })], spans: [aSpan({ name: 'gone' })] });
      await settled(world);
      await world.store.deleteTrace(world.project, traceId());

      expect(await world.list({ q: 'gone' })).toEqual([]);
      expect(await found(world, 'gone')).toEqual([]);
    });

    it('goes on from where it was when the store is opened again', async () => {
      const world = await suite.world();
      await world.send({ traces: [aTrace({ name: 'before' })] });
      await world.reopen();
      await world.send({ traces: [aTrace({ trace_id: traceId(2), name: 'before and after' })] });

      expect(await found(world, 'before')).toEqual([2, 1]);
    });

    it('finds every span of a large trace', async () => {
      const world = await suite.world();
      const spans = Array.from({ length: 1_500 }, (_, n) => aSpan({ span_id: spanId(n + 1), name: `call n${n}` }));
      for (const part of [spans.slice(0, 700), spans.slice(700)]) await world.send({ spans: part });

      for (const n of [0, 699, 700, 1_499]) expect(await found(world, `n${n}`)).toEqual([1]);
    });

    describe('law', () => {
      let world: World;
      let number = 0;
      beforeAll(async () => {
        world = await World.open(factory, { retentionDays });
      });
      afterAll(() => world.close());

      const queries = ['answer', 'b', 'timeout', 'text', 'x y', 'answer 2', '"y', 'ti*', '1', 'timeout answer'];
      const agreesWithModel = async (steps: readonly Step[]) => {
        number += 1;
        const projects = [`s${number}a`, `s${number}b`] as const;
        world.clock.set(Date.parse(noon) * 1000);
        const model = new ModelStore({ clock: world.clock.now, retentionDays });
        try {
          await follow(steps, projects, world, model);
          await settled(world);
          for (const project of projects)
            for (const q of queries) {
              const list = (store: typeof model | typeof world.store) =>
                store.listTraces(project, { q }, { limit: 100 });
              const [actual, expected] = await Promise.all([list(world.store), list(model)]);
              expectSame(actual.traces, JSON.parse(JSON.stringify(expected.traces)), `${project} ${q}`);
            }
        } finally {
          // Pruning counts over all projects, so the next history must find no remains of this one, even if it failed.
          world.clock.advance({ days: 10 });
          await world.store.prune();
        }
      };
      const numRuns = Math.ceil(20 * Number(process.env['TEST_SCALE'] ?? 1) * (factory.histories ?? 1));

      it('equals a plain look through the texts after any history', { timeout: 60_000 }, async () => {
        await fc.assert(fc.asyncProperty(aHistory, agreesWithModel), { numRuns });
      });

      it('equals it after any history with PATCHes', { timeout: 60_000 }, async () => {
        await fc.assert(fc.asyncProperty(aHistoryWithCompletions, agreesWithModel), { numRuns });
      });
    });
  });
}
