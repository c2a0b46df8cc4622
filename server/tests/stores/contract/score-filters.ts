import type { ScoreCondition, ScoreUpsert } from 'llm-tracer/schema';
import { describe, expect, it } from 'vitest';
import { aScore, aTrace, scoreId, spanId, traceId } from '../builders.ts';
import type { Suite, World } from './harness.ts';

/** Sends traces 1, 2, 3, …, each with these scores. */
const sendScored = (world: World, ...scores: (readonly Partial<ScoreUpsert>[])[]) =>
  world.send({
    traces: scores.map((_, n) => aTrace({ trace_id: traceId(n + 1) })),
    scores: scores.flatMap((of, n) =>
      of.map((score, index) => aScore({ trace_id: traceId(n + 1), score_id: scoreId(index), ...score })),
    ),
  });

/** The numbers of the traces that a condition takes, oldest first. */
const numbersOf = async (world: World, score: ScoreCondition): Promise<number[]> =>
  (await world.list({ score })).map((id) => Number.parseInt(id, 16)).reverse();

/** wire.md, Reading: `score=name`, `score=name>=0.5`. */
export function scoreFilters(suite: Suite): void {
  describe('lists by score', () => {
    it('take traces that have one of this name, on themselves or on a span', async () => {
      const world = await suite.world();
      await sendScored(world, [{ name: 'good' }], [{ name: 'good', span_id: spanId() }], [{ name: 'goo' }], []);

      expect(await numbersOf(world, { name: 'good' })).toEqual([1, 2]);
    });

    it('compare numbers as numbers', async () => {
      const world = await suite.world();
      await sendScored(world, ...[0.5, 10, 9, -1, 0.49999].map((value) => [{ value }]));
      const at = (operator: '>=' | '<=' | '>' | '<', operand: number) =>
        numbersOf(world, { name: 'helpful', operator, operand });

      expect(await at('>=', 0.5)).toEqual([1, 2, 3]);
      expect(await at('>', 0.5)).toEqual([2, 3]);
      expect(await at('<=', 0.5)).toEqual([1, 4, 5]);
      expect(await at('<', 0.5)).toEqual([4, 5]);
      expect(await at('>', 9)).toEqual([2]);
    });

    it('find what equals: a number, a yes or no, a category', async () => {
      const world = await suite.world();
      await sendScored(
        world,
        [{ value: 1 }],
        [{ value: true }],
        [{ value: 'calm' }],
        [{ value: '1.0' }],
        [{ value: 'true' }],
      );
      const equal = (operand: string) => numbersOf(world, { name: 'helpful', operator: '=', operand });

      expect(await equal('1')).toEqual([1]);
      expect(await equal('1.0')).toEqual([1, 4]);
      expect(await equal('true')).toEqual([2, 5]);
      expect(await equal('calm')).toEqual([3]);
      expect([await equal('Calm'), await equal(''), await equal(' 1'), await equal('0x1')]).toEqual([[], [], [], []]);
    });

    it('order only numbers', async () => {
      const world = await suite.world();
      await sendScored(world, [{ value: true }], [{ value: '5' }], [{ value: 5 }]);

      expect(await numbersOf(world, { name: 'helpful', operator: '>=', operand: 0 })).toEqual([3]);
    });

    it('need one score that meets the condition, not two that do so together', async () => {
      const world = await suite.world();
      await sendScored(
        world,
        [
          { name: 'a', value: 1 },
          { name: 'b', value: 0 },
        ],
        [{ name: 'b', value: 1 }],
      );

      expect(await numbersOf(world, { name: 'b', operator: '>', operand: 0.5 })).toEqual([2]);
    });

    it('follow a score that is corrected or comes before its trace', async () => {
      const world = await suite.world();
      await world.send({ scores: [aScore({ value: 0 })] });
      const before = await numbersOf(world, { name: 'helpful' });
      await sendScored(world, [{ score_id: scoreId(), value: 0.1 }]);
      await world.send({ scores: [aScore({ value: 0.9, rev: 2 })] });

      expect(before).toEqual([]);
      expect(await numbersOf(world, { name: 'helpful', operator: '>', operand: 0.5 })).toEqual([1]);
      expect(await numbersOf(world, { name: 'helpful', operator: '<', operand: 0.5 })).toEqual([]);
    });

    it('leave other projects out', async () => {
      const world = await suite.world();
      await world.send({ traces: [aTrace()], scores: [aScore()] }, 'other');
      await world.send({ traces: [aTrace()] });

      expect(await numbersOf(world, { name: 'helpful' })).toEqual([]);
    });

    it.each(['\ud800', 'a\0b', '\u0001"x"', "' OR 1=1 --", '__proto__'])(
      'find %j, as name and as value',
      async (text) => {
        const world = await suite.world();
        await sendScored(
          world,
          [{ name: text, value: text }],
          [{ name: 'x', value: text }],
          [{ name: text, value: 'x' }],
        );

        expect(await numbersOf(world, { name: text })).toEqual([1, 3]);
        expect(await numbersOf(world, { name: text, operator: '=', operand: text })).toEqual([1]);
      },
    );

    it('are the same where thousands meet it and where few do', async () => {
      const world = await suite.world();
      const numbers = Array.from({ length: 2_100 }, (_, n) => n + 1);
      for (let start = 0; start < numbers.length; start += 700) {
        const part = numbers.slice(start, start + 700);
        await world.send({
          traces: part.map((n) => aTrace({ trace_id: traceId(n), tags: ['all', ...(n % 700 === 0 ? ['few'] : [])] })),
          scores: part.map((n) => aScore({ trace_id: traceId(n), value: n })),
        });
      }

      expect(await world.list({ score: { name: 'helpful' }, tags: ['all'] })).toHaveLength(2_100);
      expect(await world.list({ score: { name: 'helpful' }, tags: ['few'] })).toHaveLength(3);
      expect(await numbersOf(world, { name: 'helpful', operator: '>', operand: 2_098 })).toEqual([2_099, 2_100]);
    });
  });
}
