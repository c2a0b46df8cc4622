import { describe, expect, it } from 'vitest';
import { InvalidCursor, type TraceFilter } from '../../../src/stores/store.ts';
import { aRunningTrace, aSpan, aTrace, at, spanId, traceId } from '../builders.ts';
import type { Suite, World } from './harness.ts';

const sessionIds = async (world: World, filter: TraceFilter = {}, limit = 100): Promise<string[]> => {
  const ids: string[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await world.store.listSessions(world.project, filter, { limit, cursor });
    ids.push(...page.sessions.map((session) => session.session_id));
    cursor = page.nextCursor;
  }
  return ids;
};

const users = async (world: World, filter: TraceFilter = {}) =>
  (await world.store.listUsers(world.project, filter, { limit: 100 })).users;

/** A trace of session and user, with a span that costs a dollar. */
const sendRun = (world: World, number: number, start: number, labels: { session_id?: string; user_id?: string }) =>
  world.send({
    traces: [aTrace({ trace_id: traceId(number), start_time: at(start), end_time: at(start + 2), ...labels })],
    spans: [
      aSpan({
        trace_id: traceId(number),
        span_id: spanId(number),
        start_time: at(start),
        end_time: at(start + 1),
        tokens_input: 3,
        cost_usd: 1,
        error: 'x',
      }),
    ],
  });

/** wire.md, Reading: sessions and users. */
export function groups(suite: Suite): void {
  describe('sessions', () => {
    it('come in the order of their newest traces', async () => {
      const world = await suite.world();
      await sendRun(world, 1, 10, { session_id: 'a' });
      await sendRun(world, 2, 20, { session_id: 'b' });
      await sendRun(world, 3, 30, { session_id: 'a' });
      await sendRun(world, 4, 25, { session_id: 'c' });
      await sendRun(world, 5, 40, {});

      expect(await sessionIds(world)).toEqual(['a', 'c', 'b']);
    });

    it('have the totals of their traces', async () => {
      const world = await suite.world();
      await sendRun(world, 1, 0, { session_id: 'a', user_id: 'bob' });
      await sendRun(world, 2, 60, { session_id: 'a', user_id: 'ada' });
      await world.send({ traces: [aRunningTrace({ trace_id: traceId(3), session_id: 'a', start_time: at(30) })] });

      const { sessions } = await world.store.listSessions(world.project, {}, { limit: 10 });

      expect(sessions).toEqual([
        {
          session_id: 'a',
          user_ids: ['ada', 'bob'],
          trace_count: 3,
          span_count: 2,
          error_count: 2,
          tokens_input: 6,
          tokens_output: 0,
          total_cost: 2,
          unpriced_count: 0,
          first_time: at(0),
          last_time: at(60),
          duration_ms: 62_000,
        },
      ]);
    });

    it('are of the traces that a filter takes, with totals over just those', async () => {
      const world = await suite.world();
      await sendRun(world, 1, 0, { session_id: 'a', user_id: 'ada' });
      await sendRun(world, 2, 10, { session_id: 'a', user_id: 'bob' });
      await sendRun(world, 3, 20, { session_id: 'b', user_id: 'bob' });

      const ofAda = await world.store.listSessions(world.project, { userId: 'ada' }, { limit: 10 });

      expect(ofAda.sessions).toMatchObject([{ session_id: 'a', user_ids: ['ada'], trace_count: 1, last_time: at(0) }]);
      expect(await sessionIds(world, { to: at(20) })).toEqual(['a']);
      expect(await sessionIds(world, { from: at(15) })).toEqual(['b']);
    });

    it('page without skipping or repeating, also where newest traces start together', async () => {
      const world = await suite.world();
      for (let n = 0; n < 12; n += 1) await sendRun(world, n, n < 6 ? 0 : n % 3, { session_id: `s${n % 5}` });

      const whole = await sessionIds(world);

      expect(new Set(whole)).toEqual(new Set(['s0', 's1', 's2', 's3', 's4']));
      expect(whole).toHaveLength(5);
      for (const limit of [1, 2, 3]) expect(await sessionIds(world, {}, limit)).toEqual(whole);
    });

    it('refuse a cursor of other filters, another project, and of users', async () => {
      const world = await suite.world();
      await sendRun(world, 1, 0, { session_id: 'a', user_id: 'ada' });
      await sendRun(world, 2, 1, { session_id: 'b', user_id: 'bob' });
      const { nextCursor } = await world.store.listSessions(world.project, {}, { limit: 1 });
      const page = { limit: 1, cursor: nextCursor ?? '' };

      await expect(world.store.listSessions(world.project, { userId: 'ada' }, page)).rejects.toThrow(InvalidCursor);
      await expect(world.store.listSessions('other', {}, page)).rejects.toThrow(InvalidCursor);
      await expect(world.store.listUsers(world.project, {}, page)).rejects.toThrow(InvalidCursor);
      await expect(world.page({}, page)).rejects.toThrow(InvalidCursor);
    });

    it('vanish with their last trace, by deletion and by retention', async () => {
      const world = await suite.world({ retentionDays: 2 });
      await sendRun(world, 1, 0, { session_id: 'a', user_id: 'ada' });
      await sendRun(world, 2, 0, { session_id: 'b' });
      await world.store.deleteTrace(world.project, traceId(2));
      const afterDeletion = await sessionIds(world);

      world.clock.advance({ days: 3 });

      expect(afterDeletion).toEqual(['a']);
      expect([await sessionIds(world), await users(world)]).toEqual([[], []]);
      expect(await world.store.readSession(world.project, 'a', { limit: 10 })).toBeUndefined();
    });

    it('move with a trace whose session becomes another', async () => {
      const world = await suite.world();
      await world.send({ traces: [aTrace({ session_id: 'a' })] });

      await world.send({ traces: [aTrace({ session_id: 'b', rev: 2 })] });

      expect(await sessionIds(world)).toEqual(['b']);
    });

    it.each(['\ud800', 'a\0b', "' OR 1=1 --", '__proto__', '%', 'a,b'])('may be called %j', async (session_id) => {
      const world = await suite.world();
      await sendRun(world, 1, 0, { session_id, user_id: session_id });
      await sendRun(world, 2, 1, { session_id: 'x', user_id: 'x' });

      const found = await world.store.readSession(world.project, session_id, { limit: 10 });

      expect(found?.session).toMatchObject({ session_id, user_ids: [session_id], trace_count: 1 });
      expect(await sessionIds(world)).toEqual(['x', session_id]);
      expect((await users(world)).map((user) => user.user_id)).toEqual(['x', session_id]);
    });
  });

  describe('a session', () => {
    it('has its traces oldest first, over pages, beside its totals', async () => {
      const world = await suite.world();
      for (const [n, start] of [3, 1, 2, 1].entries()) await sendRun(world, n, start, { session_id: 'a' });
      await sendRun(world, 9, 0, { session_id: 'b' });

      const first = await world.store.readSession(world.project, 'a', { limit: 3 });
      const cursor = first?.nextCursor ?? '';
      const second = await world.store.readSession(world.project, 'a', { limit: 3, cursor });

      expect(first?.traces.map((trace) => trace.trace_id)).toEqual([1, 3, 2].map(traceId));
      expect(second?.traces.map((trace) => trace.trace_id)).toEqual([traceId(0)]);
      expect([first?.session.trace_count, second?.session.trace_count]).toEqual([4, 4]);
      expect(second?.nextCursor).toBeNull();
    });

    it('shows its traces as lists do', async () => {
      const world = await suite.world();
      await sendRun(world, 1, 0, { session_id: 'a' });

      const found = await world.store.readSession(world.project, 'a', { limit: 3 });

      expect(found?.traces).toEqual(await world.listTraces());
    });

    it('is unknown to another project, and where no trace is of it', async () => {
      const world = await suite.world();
      await sendRun(world, 1, 0, { session_id: 'a' });

      expect(await world.store.readSession('other', 'a', { limit: 3 })).toBeUndefined();
      expect(await world.store.readSession(world.project, 'b', { limit: 3 })).toBeUndefined();
    });
  });

  describe('users', () => {
    it('come in the order of their newest traces, with totals and the number of their sessions', async () => {
      const world = await suite.world();
      await sendRun(world, 1, 0, { user_id: 'ada', session_id: 'a' });
      await sendRun(world, 2, 5, { user_id: 'bob', session_id: 'a' });
      await sendRun(world, 3, 9, { user_id: 'ada', session_id: 'b' });
      await sendRun(world, 4, 9.5, { user_id: 'ada' });

      expect(await users(world)).toMatchObject([
        { user_id: 'ada', session_count: 2, trace_count: 3, total_cost: 3, first_time: at(0), last_time: at(9.5) },
        { user_id: 'bob', session_count: 1, trace_count: 1, total_cost: 1, first_time: at(5), last_time: at(5) },
      ]);
    });

    it('are of the traces that a filter takes', async () => {
      const world = await suite.world();
      await sendRun(world, 1, 0, { user_id: 'ada' });
      await sendRun(world, 2, 5, { user_id: 'ada' });
      await sendRun(world, 3, 9, { user_id: 'bob' });

      expect(await users(world, { to: at(5) })).toMatchObject([{ user_id: 'ada', trace_count: 1, total_cost: 1 }]);
    });
  });
}
