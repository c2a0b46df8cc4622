import { type IncomingMessage, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { expect, test } from 'vitest';
import { startTestServer } from './test-server.ts';

const spans = 150; // more than are read in the thread that ingests
const traces = ['a', 'b', 'c'].map((letter, index) => ({
  id: letter.repeat(32),
  // More than sockets hold, of different lengths, with characters of one to four bytes.
  text: `${letter}é€😀`.repeat(2_000 + 500 * index),
}));

interface Received {
  readonly text: string;
  readonly isWhole: boolean;
}

/** Reads an answer, a slow reader with a pause before each piece; one that leaves does so after the first. */
function read(url: string, how: 'fast' | 'slow' | 'leaves'): Promise<Received> {
  return new Promise((resolve, reject) => {
    const call = request(url, { headers: { 'x-api-key': 'project-dev' } }, (answer) => {
      void received(answer, how).then(resolve, reject);
    });
    call.on('error', reject).end();
  });
}

async function received(answer: IncomingMessage, how: 'fast' | 'slow' | 'leaves'): Promise<Received> {
  const pieces: Buffer[] = [];
  for await (const piece of answer) {
    pieces.push(piece as Buffer);
    if (how === 'slow') await sleep(2);
    if (how === 'leaves') return { text: '', isWhole: false };
  }
  return { text: Buffer.concat(pieces).toString(), isWhole: true };
}

test('answers in memory that is used again are whole, whoever reads slowly or leaves', async () => {
  const { app, store, post } = await startTestServer();
  for (const { id, text } of traces) {
    const at = '2026-03-04T05:06:07Z';
    const of = Array.from({ length: spans }, (_, n) => ({
      trace_id: id,
      span_id: `${id}-${n}`,
      name: 'step',
      start_time: at,
      end_time: at,
      input_data: text,
    }));
    const { status } = await post('/api/ingest', { batch_id: id, spans: of });
    expect(status).toBe(200);
  }
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as { port: number };
  const expected = new Map<string, unknown>();
  for (const { id } of traces)
    expected.set(id, await store.readTrace('dev', id, { payloads: true, limit: Number.MAX_SAFE_INTEGER }));

  const hows = ['fast', 'slow', 'fast', 'leaves'] as const;
  let whole = 0;
  // Six readers at a time, each one answer after another.
  const reader = async (first: number): Promise<void> => {
    for (let n = first; n < first + 8; n += 1) {
      const { id } = traces[n % traces.length] as { id: string };
      const answer = await read(`http://127.0.0.1:${port}/api/traces/${id}`, hows[n % hows.length] ?? 'fast');
      if (!answer.isWhole) continue;
      // Not the two themselves: the report of a difference would be megabytes.
      expect(isDeepStrictEqual(JSON.parse(answer.text), expected.get(id))).toBe(true);
      whole += 1;
    }
  };
  await Promise.all(Array.from({ length: 6 }, (_, first) => reader(first)));

  expect(whole).toBe(6 * 6);
});
