import { describe, expect, it } from 'vitest';
import { aRunningSpan, aRunningTrace, aScore, aSpan, aTrace, at, scoreId, spanId } from '../builders.ts';
import { canonical, sha256 } from '../model/canonical.ts';
import type { Suite } from './harness.ts';

/** wire.md, Records and Merging. */
export function merging(suite: Suite): void {
  describe('merging', () => {
    it('keeps what an earlier record said where a later one is silent', async () => {
      const world = await suite.world();
      await world.send({ spans: [aRunningSpan({ model: 'gpt-1', input_data: { q: 1 }, tokens_input: 5 })] });

      await world.send({ spans: [aSpan({ output_data: 'done' })] });

      expect(await world.span(spanId())).toMatchObject({
        model: 'gpt-1',
        input_data: { q: 1 },
        tokens_input: 5,
        output_data: 'done',
        status: 'ok',
      });
    });

    it('takes a field from the finished record, whichever of the two arrives last', async () => {
      const world = await suite.world();
      await world.send({ spans: [aSpan({ name: 'finished' }), aRunningSpan({ span_id: spanId(2), name: 'started' })] });

      await world.send({ spans: [aRunningSpan({ name: 'started' }), aSpan({ span_id: spanId(2), name: 'finished' })] });

      expect((await world.spans()).map((span) => span.name)).toEqual(['finished', 'finished']);
    });

    it('takes a field from the record of the greater rev among equally finished ones', async () => {
      const world = await suite.world();

      await world.send({
        traces: [aTrace({ name: 'third', rev: 3 }), aTrace({ name: 'second', rev: 2 }), aTrace({ name: 'first' })],
      });

      expect((await world.trace()).name).toBe('third');
    });

    it('counts a finished record without rev as rev 1 and a running one as rev 0', async () => {
      const world = await suite.world();

      await world.send({
        spans: [
          aSpan({ name: 'explicit 0', rev: 0 }),
          aSpan({ name: 'default' }),
          aRunningSpan({ span_id: spanId(2), name: 'explicit 1', rev: 1 }),
          aRunningSpan({ span_id: spanId(2), name: 'default' }),
        ],
      });

      expect((await world.spans()).map((span) => span.name)).toEqual(['default', 'explicit 1']);
    });

    it('takes the greater canonical JSON between equal ranks: as text, so 9 before 10', async () => {
      const world = await suite.world();

      await world.send({ spans: [aSpan({ tokens_input: 10, name: 'a' }), aSpan({ tokens_input: 9, name: 'b' })] });
      await world.send({ spans: [aSpan({ tokens_input: 10, name: 'a' })] });

      expect(await world.span(spanId())).toMatchObject({ tokens_input: 9, name: 'b' });
    });

    it('decides each field by itself', async () => {
      const world = await suite.world();

      await world.send({
        spans: [
          aSpan({ rev: 2, name: 'second', model: 'gpt-1' }),
          aSpan({ rev: 1, name: 'first', provider: 'acme' }),
          aRunningSpan({ rev: 9, finish_reason: 'stop' }),
        ],
      });

      expect(await world.span(spanId())).toMatchObject({
        name: 'second',
        model: 'gpt-1',
        provider: 'acme',
        finish_reason: 'stop',
      });
    });

    it('merges metadata key by key', async () => {
      const world = await suite.world();
      await world.send({ traces: [aTrace({ rev: 2, metadata: { a: 'new', b: null } })] });

      await world.send({ traces: [aTrace({ rev: 1, metadata: { a: 'old', c: [1] } })] });

      expect((await world.trace()).metadata).toEqual({ a: 'new', b: null, c: [1] });
    });

    it('compares payloads of equal rank by the SHA-256 of their canonical JSON', async () => {
      const world = await suite.world();
      const payloads = ['a', 'b', 'c', { x: 1 }, null, [1, 2]];
      const greatest = payloads.toSorted((a, b) => (sha256(a) < sha256(b) ? -1 : 1)).at(-1);

      for (const payload of payloads) await world.send({ spans: [aSpan({ output_data: payload })] });

      expect((await world.span(spanId())).output_data).toEqual(greatest);
    });

    it('takes a payload and what was cut out of it as one', async () => {
      const world = await suite.world();
      await world.send({
        spans: [aSpan({ rev: 1, input_data: 'cut', truncated: [{ path: 'input_data.text', original_bytes: 9 }] })],
      });

      await world.send({ spans: [aSpan({ rev: 2, input_data: 'whole' })] });

      expect(await world.span(spanId())).toMatchObject({ input_data: 'whole' });
      expect(await world.span(spanId())).not.toHaveProperty('truncated');
    });

    it('shows truncated entries as one list by path, wherever they were sent', async () => {
      const world = await suite.world();
      await world.send({
        spans: [aSpan({ output_data: 'o', truncated: [{ path: 'output_data', original_bytes: 3 }] })],
      });

      await world.send({
        spans: [
          aSpan({
            input_data: 'i',
            truncated: [
              { path: 'metadata.a', original_bytes: 2 },
              { path: 'input_data[0]', original_bytes: 1 },
            ],
          }),
        ],
      });

      expect((await world.span(spanId())).truncated).toEqual([
        { path: 'input_data[0]', original_bytes: 1 },
        { path: 'metadata.a', original_bytes: 2 },
        { path: 'output_data', original_bytes: 3 },
      ]);
    });

    // Found by the laws: entries of one path from two units stood in the order of arrival.
    it('shows two truncated entries of one path in the same order, whichever came first', async () => {
      const world = await suite.world();
      const alone = aRunningSpan({ truncated: [{ path: 'input_data.a', original_bytes: 20_000 }] });
      const withPayload = aRunningSpan({ input_data: 0, truncated: [{ path: 'input_data.a', original_bytes: 9 }] });
      await world.send({ spans: [alone, withPayload] }, 'one');

      await world.send({ spans: [withPayload, alone] }, 'other');

      const [one, other] = [await world.span(spanId(), 'one'), await world.span(spanId(), 'other')];
      expect(one.truncated).toHaveLength(2);
      expect(other.truncated).toEqual(one.truncated);
    });

    it('takes a cost and its source as one', async () => {
      const world = await suite.world();
      await world.send({ spans: [aSpan({ rev: 1, cost_usd: 5, cost_source: 'priced' })] });

      await world.send({ spans: [aSpan({ rev: 2, cost_usd: 1 })] });

      expect(await world.span(spanId())).toMatchObject({ cost_usd: 1, cost_source: 'reported' });
    });

    it('compares costs of equal rank before their sources', async () => {
      const world = await suite.world();

      await world.send({
        spans: [
          aSpan({ cost_usd: 1, cost_source: 'reported' }),
          aSpan({ cost_usd: 2, cost_source: 'priced' }),
          aSpan({ span_id: spanId(2), cost_usd: 2, cost_source: 'reported' }),
          aSpan({ span_id: spanId(2), cost_usd: 2, cost_source: 'priced' }),
          aSpan({ span_id: spanId(3), cost_usd: 2, cost_source: 'priced' }),
          aSpan({ span_id: spanId(3), cost_usd: 2, cost_source: 'reported' }),
        ],
      });

      expect(await world.span(spanId(1))).toMatchObject({ cost_usd: 2, cost_source: 'priced' });
      expect(await world.span(spanId(2))).toMatchObject({ cost_usd: 2, cost_source: 'reported' });
      expect(await world.span(spanId(3))).toMatchObject({ cost_usd: 2, cost_source: 'reported' });
    });

    it('has null mean absent outside payloads and metadata', async () => {
      const world = await suite.world();
      await world.send({ spans: [aSpan({ rev: 1, model: 'gpt-1', error: 'timeout' })] });

      await world.send({ spans: [aSpan({ rev: 2, model: null, error: null })] });

      expect(await world.span(spanId())).toMatchObject({ model: 'gpt-1', error: 'timeout' });
    });

    it('keeps null as a payload, where an absent one stays absent', async () => {
      const world = await suite.world();

      await world.send({ spans: [aSpan({ input_data: null }), aSpan({ span_id: spanId(2) })] });

      const [withNull, without] = await world.spans();
      expect(withNull).toHaveProperty('input_data', null);
      expect(without).not.toHaveProperty('input_data');
    });

    it('lets a null payload of greater rank replace another', async () => {
      const world = await suite.world();

      await world.send({ spans: [aRunningSpan({ input_data: 'sent early' }), aSpan({ input_data: null })] });

      expect(await world.span(spanId())).toHaveProperty('input_data', null);
    });

    it('merges the records of one batch like those of several', async () => {
      const world = await suite.world();
      const records = [aRunningTrace({ user_id: 'ada' }), aTrace({ metadata: { a: 1 } }), aTrace({ session_id: 's' })];

      await world.send({ traces: records }, 'one');
      for (const record of records) await world.send({ traces: [record] }, 'other');

      const [one, other] = [await world.trace(undefined, 'one'), await world.trace(undefined, 'other')];
      expect(one).toMatchObject({ user_id: 'ada', metadata: { a: 1 }, session_id: 's' });
      expect(canonical({ ...one, project_id: '' })).toBe(canonical({ ...other, project_id: '' }));
    });

    it('merges scores by rev, then canonical JSON', async () => {
      const world = await suite.world();
      await world.send({ traces: [aTrace()], scores: [aScore({ value: 0.5, rev: 1, comment: 'corrected' })] });

      await world.send({ scores: [aScore({ value: 0.9 }), aScore({ score_id: scoreId(2), value: 'calm' })] });

      expect(await world.scores()).toMatchObject([{ value: 0.5, comment: 'corrected' }, { value: 'calm' }]);
    });
  });

  describe('records on reading', () => {
    it('gives spans their defaults, which were never merged', async () => {
      const world = await suite.world();

      await world.send({ spans: [aRunningSpan()] });
      const before = await world.span(spanId());
      await world.send({ spans: [aRunningSpan({ span_type: 'agent', metadata: { a: 1 } })] });

      expect(before).toMatchObject({ span_type: 'other', metadata: {}, status: 'running', project_id: 'acme' });
      expect(await world.span(spanId())).toMatchObject({ span_type: 'agent', metadata: { a: 1 } });
    });

    it('gives traces and scores their defaults', async () => {
      const world = await suite.world();

      await world.send({ traces: [aRunningTrace()], scores: [aScore()] });

      expect(await world.trace()).toMatchObject({ tags: [], metadata: {}, models: [], total_cost: 0 });
      expect(await world.scores()).toMatchObject([{ source: 'code' }]);
    });

    it.each([
      { sent: { status: 'error' as const }, read: 'error' },
      { sent: { status: 'ok' as const, error: 'timeout' }, read: 'ok' },
      { sent: { error: 'timeout' }, read: 'error' },
      { sent: { error: '' }, read: 'error' },
      { sent: { status: 'running' as const }, read: 'ok' },
      { sent: {}, read: 'ok' },
    ])('reads the status of a finished span with $sent as $read', async ({ sent, read }) => {
      const world = await suite.world();

      await world.send({ spans: [aSpan(sent)] });

      expect((await world.span(spanId())).status).toBe(read);
    });

    it('ignores the status of a running record, also when the span finishes later', async () => {
      const world = await suite.world();

      await world.send({ spans: [aRunningSpan({ status: 'error' })] });
      const whileRunning = await world.span(spanId());
      await world.send({ spans: [aSpan()] });

      expect(whileRunning.status).toBe('running');
      expect((await world.span(spanId())).status).toBe('ok');
    });

    it('computes the duration in milliseconds with microseconds, and never below 0', async () => {
      const world = await suite.world();

      await world.send({
        spans: [
          aSpan({ end_time: at(1.234567) }),
          aSpan({ span_id: spanId(2), end_time: at(-3) }),
          aRunningSpan({ span_id: spanId(3) }),
        ],
      });

      const [exact, negative, running] = await world.spans();
      expect(exact).toMatchObject({ duration_ms: 1234.567 });
      expect(negative).toMatchObject({ duration_ms: 0, end_time: at(-3) });
      expect(running).not.toHaveProperty('duration_ms');
    });

    it.each(['0000-01-01T00:00:00.000001Z', '9999-12-31T23:59:59.999999Z'])(
      'gives back an end_time of %s as it came, on a trace without record too',
      async (end) => {
        const world = await suite.world();

        await world.send({ spans: [aSpan({ end_time: end })] });

        expect((await world.span(spanId())).end_time).toBe(end);
        expect((await world.trace()).end_time).toBe(end);
      },
    );

    it('hands out objects that are the caller’s to change', async () => {
      const world = await suite.world();
      await world.send({ traces: [aTrace({ tags: ['a'], input: { q: [1] } })], spans: [aSpan({ input_data: [1] })] });

      const { trace, spans } = await world.answer();
      trace.tags.push('b');
      Object.assign(trace.input as object, { q: [] });
      Object.assign(spans[0]?.input_data as object, [2]);

      expect(await world.trace()).toMatchObject({ tags: ['a'], input: { q: [1] } });
      expect(await world.span(spanId())).toMatchObject({ input_data: [1] });
    });
  });
}
