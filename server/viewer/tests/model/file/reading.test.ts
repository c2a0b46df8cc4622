import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { linesOf } from '../../../src/file/engine/lines.ts';
import { openFile } from '../../../src/file/engine/opened-file.ts';

const trace = {
  kind: 'trace',
  trace_id: 'a'.repeat(32),
  name: 'run',
  start_time: '2026-01-02T03:04:05Z',
  end_time: '2026-01-02T03:04:06Z',
};
const span = (id: string, more = {}) => ({
  kind: 'span',
  trace_id: trace.trace_id,
  span_id: id.repeat(16),
  name: 'chat',
  span_type: 'llm',
  start_time: '2026-01-02T03:04:05.1Z',
  end_time: '2026-01-02T03:04:05.9Z',
  ...more,
});
const blob = (...lines: readonly unknown[]) =>
  new Blob([lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n')]);
const open = (...lines: readonly unknown[]) => openFile(blob(...lines), 'file:run', () => {});

describe('lines', () => {
  test('come out as they are, however the file is cut into chunks, and say where they stand', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('a', 'ø', '😀', '\n', '\r\n', ' ', '{"x":1}'), { maxLength: 40 }),
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 20 }),
        async (parts, sizes) => {
          const bytes = new TextEncoder().encode(parts.join(''));
          const lines = [];
          for await (const line of linesOf(chunks(bytes, sizes))) lines.push(line);
          const expected = parts
            .join('')
            .split('\n')
            .map((text, index) => ({ number: index + 1, text: text.trimEnd() }))
            .filter(({ text }) => text.trim() !== '');
          expect(lines.map(({ number, text }) => ({ number, text }))).toEqual(expected);
          for (const { text, start, end } of lines)
            expect(new TextDecoder().decode(bytes.subarray(start, end)).trimEnd()).toBe(text);
        },
      ),
    );
  });
});

describe('an opened file', () => {
  test('counts the lines that are no records and names them', async () => {
    const { report } = await open(trace, 'not json', { kind: 'span', trace_id: 'no id' }, span('b'), { kind: 'end' });
    expect(report).toMatchObject({ form: 'export', read: 5, valid: 3, traces: 1, isWhole: true });
    expect(report.faults.map(({ line }) => line)).toEqual([2, 3]);
    expect(report.faults[1]?.detail).toMatch(/^trace_id: /);
  });

  test('says that an export without its end was cut off', async () => {
    expect((await open(trace)).report.isWhole).toBe(false);
  });

  test('refuses a file without any record, in a sentence that says why', async () => {
    await expect(open('hello', 'world')).rejects.toThrow(/Line 1/);
    await expect(open()).rejects.toThrow('no trace');
    await expect(open('{"resourceSpans": []}')).rejects.toThrow('no trace');
  });

  test('leaves payloads in the file until they are asked for', async () => {
    const file = await open(trace, span('b', { input_data: { text: 'ø😀' }, output_data: null }));
    const { body } = (await file.ask(`/api/traces/${trace.trace_id}`, { payloads: 'false' })) as {
      body: { spans: object[] };
    };
    expect(body.spans[0]).not.toHaveProperty('input_data');
    expect((await file.ask(`/api/spans/${'b'.repeat(16)}`, {})).body).toMatchObject({
      input_data: { text: 'ø😀' },
      output_data: null,
    });
  });

  test('puts what two lines say of one record together', async () => {
    const file = await open(trace, span('b', { input_data: 'in' }), {
      ...span('b'),
      name: 'later',
      output_data: 'out',
    });
    expect((await file.ask(`/api/spans/${'b'.repeat(16)}`, {})).body).toMatchObject({
      name: 'later',
      input_data: 'in',
      output_data: 'out',
    });
  });

  test('names a trace without a record after its root', async () => {
    const file = await open(span('b', { status: 'error', error: 'no' }));
    expect((await file.ask('/api/traces', {})).body).toMatchObject({
      traces: [{ name: 'chat', status: 'error', error_count: 1 }],
    });
  });

  test('counts time back from its own end, and answers what is not there as the server does', async () => {
    const file = await open(trace);
    expect((await file.ask('/api/traces', { from: '-1h' })).body).toMatchObject({ count: 1 });
    expect((await file.ask('/api/traces/nope', {})).status).toBe(404);
    expect((await file.ask('/api/spans/nope', {})).status).toBe(404);
    expect((await file.ask('/api/sessions/nope', {})).status).toBe(404);
    expect((await file.ask('/api/traces', { status: 'odd' })).status).toBe(422);
    expect((await file.ask('/api/other', {})).status).toBe(404);
  });
});

async function* chunks(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}
