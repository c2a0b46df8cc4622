import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Block } from '../src/export/block.ts';
import { BlockQueue, type Bounds } from '../src/export/queue.ts';
import type { DropReason } from '../src/export/transport.ts';
import { anOpenBlock, sender } from './records.ts';

const wide: Bounds = { maxRecords: 1000, maxBytes: 1_000_000 };

const aQueue = (bounds = wide, batch: Bounds = { maxRecords: 2, maxBytes: 1_000_000 }) => {
  const drops: [DropReason, number][] = [];
  const queue = new BlockQueue({
    bounds,
    batch,
    createBlock: anOpenBlock,
    complete: (block) => block.complete(sender, {}),
    onDrop: (reason, count) => void drops.push([reason, count]),
  });
  let sequence = 0;
  const add = (...ids: string[]) => {
    for (const id of ids) {
      sequence += 1;
      queue.add('span', id, JSON.stringify({ span_id: id }), sequence);
    }
  };
  const announce = (id: string) => {
    sequence += 1;
    queue.announce('span', id, JSON.stringify({ span_id: id }), sequence);
  };
  return { queue, drops, add, announce };
};
const idsIn = (block: Block | undefined): string[] => (block?.records ?? []).map(({ id }) => id);
const waiting = (queue: BlockQueue): string[][] => queue.waiting.map(idsIn);

describe('the queue', () => {
  test('fills blocks in the order in which records came', () => {
    const { queue, add } = aQueue();
    add('a', 'b', 'c', 'd', 'e');
    queue.completeOpen(false);

    expect(waiting(queue)).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
    expect(queue.length).toBe(5);
  });

  test('begins another block where the bytes of a batch would be too many', () => {
    const { queue, add } = aQueue(wide, { maxRecords: 100, maxBytes: 360 });
    add('a'.repeat(20), 'b'.repeat(20), 'c'.repeat(20));
    queue.completeOpen(false);

    expect(queue.waiting.length).toBeGreaterThan(1);
  });

  test('gives a record that is larger than a batch a block of its own', () => {
    const { queue, add } = aQueue(wide, { maxRecords: 100, maxBytes: 400 });
    add('a', 'b'.repeat(2000), 'c');
    queue.completeOpen(false);

    expect(waiting(queue)).toEqual([['a'], ['b'.repeat(2000)], ['c']]);
  });

  test('drops announcements first, then the oldest block', () => {
    const { queue, drops, add, announce } = aQueue({ maxRecords: 16, maxBytes: 1_000_000 });
    add('1', '2', '3', '4', '5', '6', '7');
    announce('running');
    add(...Array.from({ length: 10 }, (_, index) => `new ${index}`));

    expect(drops).toEqual([
      ['running_update', 1],
      ['queue_full', 2],
    ]);
    expect(idsIn(queue.waiting[0])).toEqual(['3', '4']);
  });

  test('does not drop what travels', () => {
    const { queue, drops, add } = aQueue({ maxRecords: 4, maxBytes: 1_000_000 });
    add('a', 'b');
    const [first] = queue.waiting as [Block];
    queue.take(first);
    add('c', 'd', 'e', 'f', 'g');

    expect(queue.blocks[0]).toBe(first);
    expect(drops.every(([reason]) => reason === 'queue_full')).toBe(true);
  });

  test('puts back what could not be sent in its place', () => {
    const { queue, add } = aQueue();
    add('a', 'b', 'c', 'd', 'e', 'f', 'g');
    const [first, second] = queue.waiting as [Block, Block];
    queue.take(first);
    queue.take(second);

    queue.putBack(second);
    queue.putBack(first);

    expect(queue.firstSequence).toBe(1);
    expect(waiting(queue)).toEqual([
      ['a', 'b'],
      ['c', 'd'],
      ['e', 'f'],
    ]);
  });

  test('sends an announcement along with the records of its time, behind them', () => {
    const { queue, add, announce } = aQueue();
    announce('running');
    add('a');
    queue.completeOpen(true);

    expect(waiting(queue)).toEqual([['a', 'running']]);
    expect(queue.waiting[0]).toMatchObject({ size: 2, finalSize: 1 });
  });

  test('forgets an announcement whose end has come before it was sent', () => {
    const { queue, add, announce } = aQueue();
    announce('a');
    add('a');
    queue.completeOpen(true);

    expect(waiting(queue)).toEqual([['a']]);
  });

  test('holds what is compressed with the bytes that are left of it', async () => {
    const { queue, add } = aQueue();
    add('a', 'b', 'c');
    const [block] = queue.waiting as [Block];
    const before = queue.bytes;

    const blockBefore = block.bytes;
    await block.compress({ encoding: 'gzip', compress: async () => new Uint8Array(10), expand: async (body) => body });
    queue.resized(block, blockBefore);

    expect(queue.bytes).toBe(before - blockBefore + 10);
  });

  test('keeps within its bounds, and accounts for every record', () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ add: fc.integer({ min: 1, max: 600 }) }) },
      { weight: 2, arbitrary: fc.record({ announce: fc.integer({ min: 1, max: 5 }) }) },
      fc.record({ take: fc.constant(true) }),
      fc.record({ putBack: fc.boolean() }),
      fc.record({ complete: fc.boolean() }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const bounds = { maxRecords: 40, maxBytes: 12_000 };
        const { queue, drops, add, announce } = aQueue(bounds, { maxRecords: 3, maxBytes: 1500 });
        let ended = 0;
        let delivered = 0;
        const travelling: Block[] = [];
        for (const action of steps) {
          if ('add' in action) {
            ended += 1;
            add(`${ended}-${'x'.repeat(action.add)}`);
          } else if ('announce' in action) announce(`r${action.announce}`);
          else if ('complete' in action) queue.completeOpen(action.complete);
          else if ('take' in action) {
            const [oldest] = queue.waiting;
            if (oldest === undefined || travelling.length === 4) continue;
            queue.take(oldest);
            travelling.push(oldest);
          } else {
            const block = travelling.shift();
            if (block === undefined) continue;
            if (action.putBack) queue.putBack(block);
            else {
              queue.settle(block);
              delivered += block.finalSize;
            }
          }
          const held = queue.blocks.reduce((sum, block) => sum + block.finalSize, 0);
          const lost = drops.reduce((sum, [reason, count]) => sum + (reason === 'queue_full' ? count : 0), 0);
          expect(held + delivered + lost).toBe(ended);
          expect(queue.length).toBeLessThanOrEqual(bounds.maxRecords);
          expect(queue.bytes).toBeLessThanOrEqual(bounds.maxBytes);
          const order = queue.waiting.map(({ firstSequence }) => firstSequence);
          expect(order).toEqual([...order].sort((a, b) => a - b));
        }
      }),
    );
  });
});
