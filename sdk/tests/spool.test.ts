import {
  appendFileSync,
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { decodeSegment, encodeRecord } from '../src/export/segment.ts';
import type { DropReason, SendOutcome, Transport } from '../src/index.ts';
import { type FlushReport, Tracer, type TracerOptions } from '../src/index.ts';
import { MemoryTransport } from '../src/testing.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'llm-tracer-spool-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const down: Transport = {
  send: async (): Promise<SendOutcome> => ({ kind: 'retry', detail: 'down' }),
  close: () => {},
};

const spooling = (transport: Transport, options: TracerOptions = {}) => {
  const warned: string[] = [];
  const logger = { warn: (message: string) => void warned.push(message), debug: () => {} };
  const tracer = new Tracer({ transport, spool: folder, logger, ...options });
  const record = (count: number, name = 'span') => {
    for (let index = 0; index < count; index += 1)
      tracer.score({ name, traceId: 't', value: index, id: `${name}-${index}` });
  };
  return { tracer, record, warned };
};

const segments = (): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.segment'))
    .map((name) => join(folder, name));

const total = ({ delivered, pending, dropped }: FlushReport): number => delivered + pending + dropped;

describe('the spool', () => {
  test('holds a record as soon as it has ended', () => {
    const { record } = spooling(down);

    record(3);

    const [segment] = segments() as [string];
    expect(decodeSegment(readFileSync(segment)).records).toHaveLength(3);
    expect(statSync(segment).mode & 0o777).toBe(0o600);
  });

  test('is empty once everything is delivered', async () => {
    const { tracer, record } = spooling(new MemoryTransport());
    record(3);

    expect(await tracer.flush()).toMatchObject({ delivered: 3, pending: 0 });
    expect(segments()).toEqual([]);
  });

  test('gives what could not be delivered to the next tracer, which counts it apart', async () => {
    const first = spooling(down);
    first.record(5);
    const left = await first.tracer.close(0);

    const transport = new MemoryTransport();
    const next = spooling(transport);
    next.record(2, 'new');
    const report = await next.tracer.flush();

    expect(left).toMatchObject({ delivered: 0, pending: 5, dropped: 0 });
    expect(report).toMatchObject({ delivered: 2, recovered: 5, pending: 0, dropped: 0 });
    expect(transport.scores).toHaveLength(7);
    expect(segments()).toEqual([]);
  });

  test('is not sent by two tracers that open it at the same time', async () => {
    const first = spooling(down);
    first.record(50);
    await first.tracer.close(0);

    const transport = new MemoryTransport();
    const both = [spooling(transport), spooling(transport)];
    const reports = await Promise.all(both.map(({ tracer }) => tracer.flush()));

    expect(reports.reduce((sum, { recovered }) => sum + recovered, 0)).toBe(50);
    expect(transport.scores).toHaveLength(50);
  });

  test('leaves what a living tracer holds to that', async () => {
    const first = spooling(down);
    first.record(5);

    const transport = new MemoryTransport();
    const report = await spooling(transport).tracer.flush();

    expect(report.recovered).toBe(0);
    expect(segments()).toHaveLength(1);
  });

  test('takes what memory has no room for, and delivers it when the server is back', async () => {
    let isDown = true;
    const inner = new MemoryTransport();
    const transport: Transport = {
      send: async (batch) => (isDown ? { kind: 'retry', detail: 'down' } : inner.send(batch)),
      close: () => {},
    };
    const { tracer, record } = spooling(transport, { maxQueueRecords: 80 });
    record(500);
    const during = await tracer.flush(1);
    isDown = false;

    const after = await tracer.flush(10_000);

    expect(during).toMatchObject({ pending: 500, dropped: 0 });
    expect(after).toMatchObject({ delivered: 500, recovered: 0, pending: 0, dropped: 0 });
    expect(new Set(inner.scores.map(({ score_id }) => score_id)).size).toBe(500);
  });

  test('loses its oldest records when it is full, and counts each of them', async () => {
    const told: [DropReason, number][] = [];
    const onDrop = (reason: DropReason, count: number) => void told.push([reason, count]);
    const { tracer, record } = spooling(down, { maxQueueRecords: 40, maxSpoolBytes: 20_000, onDrop });
    record(1000);

    const report = await tracer.close(0);

    const size = segments().reduce((sum, path) => sum + statSync(path).size, 0);
    expect(size).toBeLessThanOrEqual(20_000);
    expect(total(report)).toBe(1000);
    expect(report.dropReasons.spool_full).toBeGreaterThan(0);
    expect(told.reduce((sum, [, count]) => sum + count, 0)).toBe(report.dropped);
  });

  test('cuts a torn tail and delivers what stands before it', async () => {
    const first = spooling(down);
    first.record(4);
    await first.tracer.close(0);
    const [segment] = segments() as [string];
    appendFileSync(segment, encodeRecord('score', '{"score_id":"torn"}').subarray(0, 15));

    const transport = new MemoryTransport();
    const { tracer, warned } = spooling(transport);

    expect(await tracer.flush()).toMatchObject({ recovered: 4 });
    expect(warned).toEqual([expect.stringContaining('15 bytes')]);
  });

  test('that is garbage costs nothing but itself', async () => {
    const first = spooling(down);
    first.record(1);
    await first.tracer.close(0);
    const [segment] = segments() as [string];
    writeFileSync(segment, 'not a segment at all');

    const { tracer, record } = spooling(new MemoryTransport());
    record(1);

    expect(await tracer.flush()).toMatchObject({ delivered: 1, recovered: 0, pending: 0 });
    expect(segments()).toEqual([]);
  });

  test('whose folder cannot be made is told, and records wait in memory', async () => {
    writeFileSync(join(folder, 'file'), '');
    const { tracer, record, warned } = spooling(new MemoryTransport(), { spool: join(folder, 'file', 'below') });
    record(3);

    expect(await tracer.flush()).toMatchObject({ delivered: 3, pending: 0, dropped: 0 });
    expect(warned).toEqual([expect.stringContaining('cannot be used')]);
  });

  test('whose disk fails later is told, and what is lost then is counted', async () => {
    const { tracer, record } = spooling(down);
    record(2);
    rmSync(folder, { recursive: true });
    writeFileSync(folder, 'no folder any more');
    record(2000, 'later');

    const report = await tracer.close(0);

    expect(total(report)).toBe(2002);
    expect(report.dropped).toBeGreaterThan(0);
  });

  test.skipIf(process.getuid?.() === 0)(
    'in a folder that is read-only is told, and records wait in memory',
    async () => {
      chmodSync(folder, 0o500);
      const { tracer, record, warned } = spooling(new MemoryTransport());
      record(3);

      expect(await tracer.flush()).toMatchObject({ delivered: 3, dropped: 0 });
      expect(warned).toHaveLength(1);
    },
  );
});

describe('a segment', () => {
  const aRecordOf = fc.record({ kind: fc.constantFrom('trace', 'span', 'score'), json: fc.json() });

  test('reads as it was written', () => {
    fc.assert(
      fc.property(fc.array(aRecordOf, { maxLength: 20 }), (records) => {
        const bytes = Buffer.concat(records.map(({ kind, json }) => Buffer.from(encodeRecord(kind, json))));

        expect(decodeSegment(bytes)).toEqual({ records, tornBytes: 0 });
      }),
    );
  });

  test('that ends anywhere, or with anything, gives its whole records and nothing else', () => {
    fc.assert(
      fc.property(
        fc.array(aRecordOf, { minLength: 1, maxLength: 8 }),
        fc.nat(),
        fc.uint8Array({ maxLength: 30 }),
        (records, cut, tail) => {
          const bytes = Buffer.concat(records.map(({ kind, json }) => Buffer.from(encodeRecord(kind, json))));
          const torn = Buffer.concat([bytes.subarray(0, cut % bytes.length), tail]);

          const read = decodeSegment(torn).records;

          expect(records.slice(0, read.length)).toEqual(read);
        },
      ),
    );
  });
});
