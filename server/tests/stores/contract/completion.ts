import { describe, expect, it } from 'vitest';
import { spanFieldsOf, traceFieldsOf } from '../../../src/domain/normalise.ts';
import { aRunningSpan, aRunningTrace, aSpan, aTrace, at, seconds, spanId, traceId } from '../builders.ts';
import type { Suite, World } from './harness.ts';

const completeSpan = (world: World, body: object, id = spanId()) =>
  world.store.completeSpan(world.project, id, spanFieldsOf(body));
const completeTrace = (world: World, body: object, id = traceId()) =>
  world.store.completeTrace(world.project, id, traceFieldsOf(body));

/** wire.md, Merging: "A `PATCH` is a compare-and-set on the merged record". */
export function completion(suite: Suite): void {
  describe('completion', () => {
    it('ends a running span now, with what it says', async () => {
      const world = await suite.world();
      await world.send({ spans: [aRunningSpan({ metadata: { a: 1 } })] });
      world.clock.advance({ seconds: 2.5 });

      const found = await completeSpan(world, { output_data: null, tokens_input: 3, metadata: { b: 2 } });

      expect(found).toBe(true);
      expect(await world.span(spanId())).toMatchObject({
        status: 'ok',
        end_time: at(2.5),
        duration_ms: 2500,
        output_data: null,
        tokens_input: 3,
        metadata: { a: 1, b: 2 },
      });
      expect(await world.stats()).toMatchObject({ total_spans: 1, total_tokens: 3 });
    });

    it('ends a running span without a word', async () => {
      const world = await suite.world();
      await world.send({ spans: [aRunningSpan()] });

      await completeSpan(world, {});

      expect(await world.span(spanId())).toMatchObject({ status: 'ok', end_time: at(0) });
    });

    it('ends a running trace now', async () => {
      const world = await suite.world();
      await world.send({ traces: [aRunningTrace()] });
      world.clock.advance({ seconds: 4 });

      const found = await completeTrace(world, { output: { answer: 42 } });

      expect(found).toBe(true);
      expect(await world.trace()).toMatchObject({ status: 'ok', end_time: at(4), output: { answer: 42 } });
    });

    it('gives a span the status of the error that it brings', async () => {
      const world = await suite.world();
      await world.send({ spans: [aRunningSpan()] });

      await completeSpan(world, { error: 'timeout', status: 'running' });

      expect(await world.span(spanId())).toMatchObject({ status: 'error', error: 'timeout' });
      expect(await world.stats()).toMatchObject({ total_errors: 1 });
    });

    it('takes the end that it is given', async () => {
      const world = await suite.world();
      await world.send({ spans: [aRunningSpan()] });

      await completeSpan(world, { end_time: '2026-01-15T13:00:03+01:00' });

      expect((await world.span(spanId())).end_time).toBe(at(3));
    });

    it('keeps the end that is stored', async () => {
      const world = await suite.world();
      await world.send({ spans: [aSpan()], traces: [aTrace()] });
      world.clock.advance({ hours: 1 });

      await completeSpan(world, { output_data: 'late' });
      await completeTrace(world, { output: 'late' });

      expect(await world.span(spanId())).toMatchObject({ end_time: at(0.5), output_data: 'late' });
      expect(await world.trace()).toMatchObject({ end_time: at(1), output: 'late' });
    });

    it('does not move the start', async () => {
      const world = await suite.world({ retentionDays: 3 });
      await world.send({ spans: [aSpan()], traces: [aTrace()] });

      await completeSpan(world, { start_time: at(-3 * seconds.day), output_data: 1 });
      await completeTrace(world, { start_time: at(-400 * seconds.day), output: 1 });
      world.clock.advance({ days: 1 });

      expect(await world.trace()).toMatchObject({ start_time: at(0), output: 1 });
      expect(await world.span(spanId())).toMatchObject({ start_time: at(0), output_data: 1 });
    });

    it('repeats harmlessly, at any time', async () => {
      const world = await suite.world();
      await world.send({ spans: [aRunningSpan()], traces: [aRunningTrace()] });
      await completeSpan(world, { output_data: { a: 1, b: 2 }, metadata: { k: 'v' } });
      await completeTrace(world, { output: 1 });
      const once = await world.answer();

      world.clock.advance({ hours: 1 });
      const again = [
        await completeSpan(world, { output_data: { b: 2, a: 1 }, metadata: { k: 'v' } }),
        await completeTrace(world, { output: 1 }),
      ];

      expect(again).toEqual([true, true]);
      expect(await world.answer()).toEqual(once);
    });

    it('wins over what is stored, in whatever rev that came', async () => {
      const world = await suite.world();
      await world.send({ spans: [aSpan({ rev: 7, model: 'z', metadata: { a: 'z' } })] });

      await completeSpan(world, { model: 'a', metadata: { a: 'a' } });

      expect(await world.span(spanId())).toMatchObject({ model: 'a', metadata: { a: 'a' } });
    });

    it('is not undone by a retry of what it corrected', async () => {
      const world = await suite.world();
      const sent = { spans: [aSpan({ rev: 7, model: 'z' })] };
      await world.send(sent);
      await completeSpan(world, { model: 'a' });

      await world.send(sent);

      expect(await world.span(spanId())).toMatchObject({ model: 'a' });
    });

    it('is overruled by a record of greater rev than it made', async () => {
      const world = await suite.world();
      await world.send({ spans: [aSpan({ rev: 7, model: 'z' })] });
      await completeSpan(world, { model: 'a' });

      await world.send({ spans: [aSpan({ rev: 9, model: 'nine' })] });

      expect(await world.span(spanId())).toMatchObject({ model: 'nine' });
    });

    it('raises only the fields that differ', async () => {
      const world = await suite.world();
      await world.send({ spans: [aSpan({ rev: 1, model: 'same', provider: 'old' })] });

      await completeSpan(world, { model: 'same', provider: 'new' });
      await world.send({ spans: [aSpan({ rev: 2, model: 'two', provider: 'a' })] });

      expect((await world.span(spanId())).model).toBe('two');
    });

    it('works beside the greatest rev that a client can send', async () => {
      const world = await suite.world();
      await world.send({ spans: [aSpan({ rev: 2 ** 31 - 1, model: 'z' })] });

      await completeSpan(world, { model: 'a' });
      await completeSpan(world, { model: 'b' });

      expect((await world.span(spanId())).model).toBe('b');
    });

    it('makes a record for a trace that only spans are known of, which keeps the root’s name and start', async () => {
      const world = await suite.world();
      await world.send({ spans: [aSpan({ name: 'root', start_time: at(-3) })] });
      world.clock.advance({ seconds: 1 });

      const found = await completeTrace(world, { output: 'done', user_id: 'ada' });

      expect(found).toBe(true);
      expect(await world.trace()).toMatchObject({
        name: 'root',
        start_time: at(-3),
        end_time: at(1),
        output: 'done',
        user_id: 'ada',
      });
      expect(await world.list({ name: 'root', userId: 'ada' })).toEqual([traceId()]);
    });

    it('says false for what is not there', async () => {
      const world = await suite.world();
      await world.send({ traces: [aTrace()], spans: [aSpan()] });

      const found = [
        await completeSpan(world, { error: 'x' }, spanId(2)),
        await completeTrace(world, { output: 1 }, traceId(2)),
        await world.store.completeSpan('other', spanId(), {}),
        await world.store.completeTrace('other', traceId(), {}),
      ];

      expect(found).toEqual([false, false, false, false]);
    });

    it('follows totals: a cost that is set to another', async () => {
      const world = await suite.world();
      await world.send({ spans: [aSpan({ cost_usd: 5, tokens_output: 1 })] });

      await completeSpan(world, { cost_usd: 0.25 });

      expect((await world.trace()).total_cost).toBe(0.25);
      expect((await world.stats()).total_cost).toBe(0.25);
      expect((await world.store.recount({ repair: false })).differences).toEqual([]);
    });

    it('stores whole what it brings, of several at once', async () => {
      const world = await suite.world();
      await world.send({ spans: [aRunningSpan()] });

      await Promise.all([
        completeSpan(world, { metadata: { a: 1 } }),
        completeSpan(world, { metadata: { b: 2 } }),
        completeSpan(world, { metadata: { c: 3 } }),
      ]);

      expect((await world.span(spanId())).metadata).toEqual({ a: 1, b: 2, c: 3 });
    });
  });
}
