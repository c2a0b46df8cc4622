import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type QueuedRecord, RecordQueue } from '../src/export/queue.ts';
import type { DropReason } from '../src/export/transport.ts';
import { aRecord, records } from './records.ts';

const wide = { maxRecords: 1000, maxBytes: 1_000_000 };

const aQueue = (bounds = wide) => {
  const drops: [string, DropReason][] = [];
  const queue = new RecordQueue(bounds, (record, reason) => drops.push([record.id, reason]));
  return { queue, drops };
};
const ids = (taken: readonly QueuedRecord[]): string[] => taken.map(({ id }) => id);

describe('the queue', () => {
  test('gives records in the order in which they came', () => {
    const { queue } = aQueue();
    for (const record of records(3)) queue.push(record);

    expect(ids(queue.take(wide))).toEqual(['r1', 'r2', 'r3']);
    expect(queue.length).toBe(0);
  });

  test('gives as many as fit a batch, by count and by bytes', () => {
    const { queue } = aQueue();
    for (const record of records(5)) queue.push({ ...record, bytes: 10 });

    expect(ids(queue.take({ maxRecords: 2, maxBytes: 1000 }))).toEqual(['r1', 'r2']);
    expect(ids(queue.take({ maxRecords: 9, maxBytes: 25 }))).toEqual(['r3', 'r4']);
  });

  test('gives a record that is larger than a batch alone', () => {
    const { queue } = aQueue();
    for (const record of records(2)) queue.push({ ...record, bytes: 100 });

    expect(ids(queue.take({ maxRecords: 9, maxBytes: 10 }))).toEqual(['r1']);
  });

  test('drops running updates first, then the oldest', () => {
    const { queue, drops } = aQueue({ maxRecords: 3, maxBytes: 1_000_000 });
    queue.push(aRecord({ id: 'old', sequence: 1 }));
    queue.push(aRecord({ id: 'running', sequence: 2, isRunning: true }));
    queue.push(aRecord({ id: 'new', sequence: 3 }));
    queue.push(aRecord({ id: 'newer', sequence: 4 }));
    queue.push(aRecord({ id: 'newest', sequence: 5 }));

    expect(drops).toEqual([
      ['running', 'running_update'],
      ['old', 'queue_full'],
    ]);
    expect(ids(queue.take(wide))).toEqual(['new', 'newer', 'newest']);
  });

  test('puts back what could not be sent in front, in order', () => {
    const { queue } = aQueue();
    for (const record of records(6)) queue.push(record);
    const first = queue.take({ maxRecords: 2, maxBytes: 1000 });
    const second = queue.take({ maxRecords: 2, maxBytes: 1000 });

    queue.restore(second);
    queue.restore(first);

    expect(queue.firstSequence).toBe(1);
    expect(ids(queue.take(wide))).toEqual(['r1', 'r2', 'r3', 'r4', 'r5', 'r6']);
  });

  test('keeps within its bounds, and accounts for every record', () => {
    const step = fc.oneof(
      fc.record({ push: fc.integer({ min: 1, max: 60 }), isRunning: fc.boolean() }),
      fc.record({ take: fc.integer({ min: 1, max: 10 }) }),
      fc.constant({ restore: true }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const bounds = { maxRecords: 20, maxBytes: 400 };
        const { queue, drops } = aQueue(bounds);
        let pushed = 0;
        let held: QueuedRecord[] = [];
        let delivered = 0;
        for (const action of steps) {
          if ('push' in action) {
            pushed += 1;
            queue.push(aRecord({ sequence: pushed, bytes: action.push, isRunning: action.isRunning }));
          } else if ('take' in action) {
            delivered += held.length;
            held = queue.take({ maxRecords: action.take, maxBytes: 100 });
            const order = held.map(({ sequence }) => sequence);
            expect(order).toEqual([...order].sort((a, b) => a - b));
          } else {
            queue.restore(held);
            held = [];
          }
          expect(queue.length).toBeLessThanOrEqual(bounds.maxRecords);
          expect(queue.bytes).toBeLessThanOrEqual(bounds.maxBytes);
          expect(queue.length + held.length + delivered + drops.length).toBe(pushed);
        }
      }),
    );
  });
});
