import { describe, expect, it } from 'vitest';
import { aScore, aSpan, aTrace, spanId, traceId } from '../builders.ts';
import { canonical } from '../model/canonical.ts';
import type { Suite, World } from './harness.ts';

const ours = {
  traces: [aTrace({ name: 'ours', user_id: 'ada', session_id: 'chat', tags: ['a'], input: 'secret' })],
  spans: [aSpan({ name: 'ours', tokens_input: 1, cost_usd: 1, model: 'gpt-1' })],
  scores: [aScore({ value: 'ours' })],
  dropped: { instance: 'one', counts: { queue_full: 1 } },
};
const theirs = {
  traces: [aTrace({ name: 'theirs', user_id: 'ada', session_id: 'chat', tags: ['a'], rev: 9 })],
  spans: [aSpan({ name: 'theirs', tokens_input: 2, cost_usd: 2, model: 'gpt-1', rev: 9 })],
  scores: [aScore({ value: 'theirs', rev: 9 })],
  dropped: { instance: 'one', counts: { queue_full: 9 } },
};

const everythingOf = async (world: World, project: string) => ({
  answer: await world.find(traceId(), project),
  span: await world.store.readSpan(project, spanId()),
  listed: await world.listTraces({ userId: 'ada', tags: ['a'], model: 'gpt-1' }, project),
  sessions: await world.store.listSessions(project, {}, { limit: 9 }),
  session: await world.store.readSession(project, 'chat', { limit: 9 }),
  users: await world.store.listUsers(project, {}, { limit: 9 }),
  series: await world.store.timeseries(project, {}, { bucket: 'day', groupBy: 'user' }),
  stats: await world.stats(project),
  state: await world.store.traceState(project, traceId()),
});

/** wire.md, Project: no request reads, changes, overwrites, counts or deletes another project's records. */
export function isolation(suite: Suite): void {
  describe('isolation', () => {
    it('shows another project nothing, by whatever ids it asks', async () => {
      const world = await suite.world();
      await world.send(ours);

      const seen = await everythingOf(world, 'other');

      expect(seen).toMatchObject({ answer: undefined, span: undefined, listed: [], state: 'unknown' });
      expect(seen).toMatchObject({
        sessions: { sessions: [] },
        session: undefined,
        users: { users: [] },
        series: { points: [] },
      });
      expect(seen.stats).toMatchObject({ total_traces: 0, total_spans: 0, total_cost: 0, dropped: {} });
    });

    it('keeps records of the same ids apart: each project has its own', async () => {
      const world = await suite.world();
      await world.send(ours);
      const before = canonical(await everythingOf(world, world.project));

      const outcome = await world.send(theirs, 'other');

      expect(outcome).toEqual({ traces: ['stored'], spans: ['stored'], scores: ['stored'] });
      expect(canonical(await everythingOf(world, world.project))).toBe(before);
      expect(await everythingOf(world, 'other')).toMatchObject({
        answer: { trace: { name: 'theirs', project_id: 'other' }, scores: [{ value: 'theirs' }] },
        span: { name: 'theirs', project_id: 'other' },
        stats: { total_tokens: 2, total_cost: 2, dropped: { queue_full: 9 } },
      });
    });

    it('lets no call of another project change anything', async () => {
      const world = await suite.world();
      await world.send(ours);
      const before = canonical(await everythingOf(world, world.project));

      const found = [
        await world.store.completeSpan('other', spanId(), { name: 'theirs', error: 'x' }),
        await world.store.completeTrace('other', traceId(), { name: 'theirs' }),
        await world.store.deleteTrace('other', traceId()),
        await world.store.deleteUser('other', 'ada'),
      ];

      expect(found).toEqual([false, false, false, 0]);
      expect(canonical(await everythingOf(world, world.project))).toBe(before);
    });

    it('deletes in one project only, also what both have', async () => {
      const world = await suite.world();
      await world.send(ours);
      await world.send(theirs, 'other');
      const before = canonical(await everythingOf(world, world.project));

      await world.store.deleteTrace('other', traceId());
      const { spans } = await world.send({ spans: [aSpan()] }, 'other');

      expect(spans).toEqual(['swallowed']);
      expect(canonical(await everythingOf(world, world.project))).toBe(before);
      expect((await world.send({ spans: [aSpan()] })).spans).toEqual(['stored']);
    });

    it.each([
      ['acme', 'Acme'],
      ['acme', 'acme '],
      ['a', 'a#b'],
      ['a', '__proto__'],
      ['é', 'e\u0301'],
    ])('tells %j from %j', async (one, other) => {
      const world = await suite.world();

      await world.send({ spans: [aSpan({ name: 'one' })] }, one);
      await world.send({ spans: [aSpan({ name: 'other' })] }, other);

      expect([(await world.span(spanId(), one)).name, (await world.span(spanId(), other)).name]).toEqual([
        'one',
        'other',
      ]);
      expect([await world.stats(one), await world.stats(other)]).toMatchObject([
        { total_spans: 1 },
        { total_spans: 1 },
      ]);
    });
  });
}
