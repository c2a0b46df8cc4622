import { describe, expect, it } from 'vitest';
import { aScore, aSpan, aTrace, at, spanId, traceId } from '../builders.ts';
import type { Suite, World } from './harness.ts';

const sendOf = (world: World, user_id: string | undefined, number: number, project = world.project) =>
  world.send(
    {
      traces: [aTrace({ trace_id: traceId(number), ...(user_id === undefined ? {} : { user_id }), input: 'secret' })],
      spans: [aSpan({ trace_id: traceId(number), span_id: spanId(number), tokens_input: 5, cost_usd: 1, model: 'm' })],
      scores: [aScore({ trace_id: traceId(number) })],
    },
    project,
  );

/** wire.md: "Deleting a user covers the traces whose user is known at that moment." */
export function userDeletion(suite: Suite): void {
  describe('deleting a user', () => {
    it('removes the traces of the user with all they own, and totals follow', async () => {
      const world = await suite.world();
      await sendOf(world, 'ada', 1);
      await sendOf(world, 'ada', 2);
      await sendOf(world, 'bob', 3);

      const count = await world.store.deleteUser(world.project, 'ada');

      expect(count).toBe(2);
      expect(await world.list()).toEqual([traceId(3)]);
      expect([await world.find(traceId(1)), await world.find(traceId(2))]).toEqual([undefined, undefined]);
      expect(await world.store.readSpan(world.project, spanId(1))).toBeUndefined();
      expect(await world.list({ score: { name: 'helpful' } })).toEqual([traceId(3)]);
      expect(await world.stats()).toMatchObject({ total_traces: 1, total_spans: 1, total_tokens: 5, total_cost: 1 });
      expect(await world.store.timeseries(world.project, {}, { bucket: 'day' })).toMatchObject({
        points: [{ span_count: 1 }],
      });
      expect((await world.store.recount({ repair: false })).differences).toEqual([]);
    });

    it('leaves tombstones, so that late retries bring nothing back', async () => {
      const world = await suite.world();
      await sendOf(world, 'ada', 1);
      await world.store.deleteUser(world.project, 'ada');

      const outcome = await sendOf(world, 'ada', 1);

      expect(outcome).toEqual({ traces: ['swallowed'], spans: ['swallowed'], scores: ['swallowed'] });
      expect(await world.store.traceState(world.project, traceId(1))).toBe('deleted');
    });

    it('leaves traces whose user is not known yet, or another by now', async () => {
      const world = await suite.world();
      await sendOf(world, undefined, 1);
      await sendOf(world, 'ada', 2);
      await world.send({ traces: [aTrace({ trace_id: traceId(2), user_id: 'bob', rev: 2 })] });

      const count = await world.store.deleteUser(world.project, 'ada');
      await world.send({ traces: [aTrace({ trace_id: traceId(1), user_id: 'ada', start_time: at(0) })] });

      expect(count).toBe(0);
      expect(await world.list()).toEqual([traceId(2), traceId(1)]);
    });

    it('leaves the user of the same id in another project', async () => {
      const world = await suite.world();
      await sendOf(world, 'ada', 1);
      await sendOf(world, 'ada', 1, 'other');

      await world.store.deleteUser('other', 'ada');

      expect(await world.list()).toEqual([traceId(1)]);
      expect(await world.list({}, 'other')).toEqual([]);
    });

    it('repeats harmlessly, and takes a user and a project that are not there', async () => {
      const world = await suite.world();
      await sendOf(world, 'ada', 1);

      const counts = [
        await world.store.deleteUser(world.project, 'ada'),
        await world.store.deleteUser(world.project, 'ada'),
        await world.store.deleteUser(world.project, 'nobody'),
        await world.store.deleteUser('nobody', 'ada'),
      ];

      expect(counts).toEqual([1, 0, 0, 0]);
    });

    it('finds hundreds of traces, more than a slice', async () => {
      const world = await suite.world();
      const numbers = Array.from({ length: 230 }, (_, n) => n);
      await world.send({
        traces: numbers.map((n) => aTrace({ trace_id: traceId(n), user_id: n === 7 ? 'bob' : 'ada' })),
      });

      expect(await world.store.deleteUser(world.project, 'ada')).toBe(229);
      expect(await world.list()).toEqual([traceId(7)]);
    });

    it.each(['\ud800', 'a\0b', "' OR 1=1 --", '%', '__proto__'])('called %j removes no other', async (user) => {
      const world = await suite.world();
      await sendOf(world, user, 1);
      await sendOf(world, 'ada', 2);

      expect(await world.store.deleteUser(world.project, user)).toBe(1);
      expect(await world.list()).toEqual([traceId(2)]);
    });
  });
}
