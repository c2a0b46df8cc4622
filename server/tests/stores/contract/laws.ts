import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '../../../src/stores/store.ts';
import { aBatch, noon, type Sending } from '../builders.ts';
import { ModelStore } from '../model-store.ts';
import { type Suite, World } from './harness.ts';
import {
  aDelivery,
  aHistory,
  aHistoryWithCompletions,
  aHistoryWithReopening,
  batchesOf,
  chunks,
  type Delivery,
  elementsOf,
  retentionDays,
  type Step,
  sendingOf,
  spanPatch,
  storableElements,
  tracePatch,
} from './histories.ts';
import { expectSame, observe } from './observe.ts';

/** `TEST_SCALE=100` tries the laws on a hundred times the histories. */
const scale = Number(process.env['TEST_SCALE'] ?? 1);
const timeout = 180_000 * scale;

/**
 * wire.md, "What must hold", over random histories. One store serves all histories of a law, each in projects of its own:
 * that projects do not touch is itself one of the laws.
 */
export function laws(suite: Suite): void {
  describe('laws', () => {
    let world: World;
    let number = 0;
    const histories = (count: number) => ({ numRuns: Math.ceil(count * scale * (suite.factory.histories ?? 1)) });

    beforeAll(async () => {
      world = await World.open(suite.factory, { retentionDays });
    });
    afterAll(() => world.close());

    /** Runs a history on the store and on the model, comparing each answer, and everything at the end. */
    const agreesWithModel = async (steps: readonly Step[]) => {
      number += 1;
      const projects = [`p${number}a`, `p${number}b`] as const;
      world.clock.set(Date.parse(noon) * 1000);
      const model = new ModelStore({ clock: world.clock.now, retentionDays });
      try {
        await follow(steps, projects, world, model);
        await compareAll(projects, world.store, model);
        expect((await world.store.recount({ repair: false })).differences).toEqual([]);

        world.clock.advance({ days: retentionDays + 2 });
        await compareAll(projects, world.store, model);
        expect(await world.store.prune()).toBe(await model.prune());
        await compareAll(projects, world.store, model);
      } finally {
        // The next history starts at noon again and must find no remains of this one, even if it failed.
        world.clock.advance({ days: 10 });
        await world.store.prune();
      }
    };

    it('equals the model after any history, and totals equal a recount', { timeout }, async () => {
      await fc.assert(fc.asyncProperty(aHistory, agreesWithModel), histories(500));
    });

    it('equals the model after any history with PATCHes', { timeout }, async () => {
      await fc.assert(fc.asyncProperty(aHistoryWithCompletions, agreesWithModel), histories(220));
    });

    it('equals the model after any history in which it is closed and opened again', { timeout }, async (context) => {
      suite.requires('reopen', context);

      await fc.assert(fc.asyncProperty(aHistoryWithReopening, agreesWithModel), histories(60));
    });

    it('ends in the same state in whatever order, batches, repetition and concurrency records come', {
      timeout,
    }, async () => {
      world.clock.set(Date.parse(noon) * 1000);

      await fc.assert(
        fc.asyncProperty(storableElements, aDelivery, aDelivery, async (elements, one, other) => {
          number += 1;
          const [first, second] = [`p${number}a`, `p${number}b`] as const;
          const model = new ModelStore({ clock: world.clock.now, retentionDays });
          await model.ingest(first, aBatch(sendingOf(elements)));

          await deliver(world.store, first, batchesOf(elements, one), one);
          await deliver(world.store, second, batchesOf(elements, other), other);

          const state = await observe(world.store, first);
          expectSame(state, renamed(await observe(world.store, second), second, first), 'two deliveries');
          expectSame(state, await observe(model, first), 'store and model');
        }),
        histories(220),
      );

      expect((await world.store.recount({ repair: false })).differences).toEqual([]);
    });
  });
}

export async function follow(
  steps: readonly Step[],
  projects: readonly string[],
  world: World,
  model: Store,
): Promise<void> {
  const sent: { project: string; elements: ReturnType<typeof elementsOf> }[] = [];
  const both = async <T>(what: string, call: (store: Store) => Promise<T>): Promise<void> => {
    expectSame(await call(world.store), await call(model), what);
  };

  for (const [index, step] of steps.entries()) {
    const what = `step ${index}, ${step.kind}`;
    // Time passes between any two steps, so that no two moments coincide by accident.
    world.clock.advance({ micros: 1 });
    const project = projects['project' in step ? step.project : 0] as string;
    switch (step.kind) {
      case 'send':
        sent.push({ project, elements: elementsOf(step.sending) });
        await both(what, (store) => store.ingest(project, aBatch(step.sending, step.encoding)));
        break;
      case 'resend': {
        const earlier = sent[step.earlier % Math.max(1, sent.length)];
        if (earlier === undefined) break;
        const elements = step.reversed ? earlier.elements.toReversed() : earlier.elements;
        const encoding = step.cuts % 2 === 0 ? 'zstd' : undefined;
        for (const chunk of chunks(elements, 1 + (step.cuts % 4))) {
          await both(what, (store) => store.ingest(earlier.project, aBatch(sendingOf(chunk), encoding)));
        }
        break;
      }
      case 'complete span':
        await both(what, (store) => store.completeSpan(project, step.id, spanPatch(step.body)));
        break;
      case 'complete trace':
        await both(what, (store) => store.completeTrace(project, step.id, tracePatch(step.body)));
        break;
      case 'delete':
        await both(what, (store) => store.deleteTrace(project, step.id));
        break;
      case 'delete user':
        await both(what, (store) => store.deleteUser(project, step.user));
        break;
      case 'advance':
        world.clock.advance({ hours: step.hours });
        break;
      case 'prune':
        await both(what, (store) => store.prune());
        break;
      case 'reopen':
        await world.reopen();
        break;
      case 'look':
        await compareAll(projects, world.store, model);
        break;
    }
  }
}

async function compareAll(projects: readonly string[], store: Store, model: Store): Promise<void> {
  for (const project of projects) {
    const [actual, expected] = [await observe(store, project), await observe(model, project)];
    expectSame(actual, expected, `what is read of ${project}`);
  }
}

async function deliver(
  store: Store,
  project: string,
  batches: readonly Sending[],
  { concurrent, encoding }: Delivery,
): Promise<void> {
  const calls = batches.map((batch) => () => store.ingest(project, aBatch(batch, encoding)));
  const outcomes = concurrent ? await Promise.all(calls.map((call) => call())) : await inTurn(calls);
  for (const { traces, spans, scores } of outcomes) {
    expect([...traces, ...spans, ...scores].every((outcome) => outcome === 'stored')).toBe(true);
  }
}

async function inTurn<T>(calls: readonly (() => Promise<T>)[]): Promise<T[]> {
  const results: T[] = [];
  for (const call of calls) results.push(await call());
  return results;
}

const renamed = (state: unknown, from: string, to: string): unknown =>
  JSON.parse(JSON.stringify(state).replaceAll(`"project_id":"${from}"`, `"project_id":"${to}"`));
