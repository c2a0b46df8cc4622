import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import type {
  IngestAnswer,
  ScoreUpsert,
  SpanUpsert,
  StatsAnswer,
  TraceAnswer,
  TraceListAnswer,
  TraceUpsert,
} from 'llm-tracer/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aBatch, timeAt } from './builders.ts';
import { chunks, type Element, sendingOf } from './contract/histories.ts';
import { canonical } from './model/canonical.ts';
import { Model } from './model.ts';
import { ServerProcess } from './server-process.ts';

const project = 'dev';
const headers = { 'x-api-key': 'project-dev', 'content-type': 'application/json' };

const kills = 4;
const tracesPerRound = 15;
const elementsPerBatch = 7;
const sendersAtOnce = 4;

/** A small generator (mulberry32), so that what is sent is the same in every run; when the kill hits is not. */
const randomNumbers = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
};
const random = randomNumbers(20260115);
const randomBelow = (end: number) => Math.floor(random() * end);

const shuffled = <T>(items: readonly T[]): T[] =>
  items
    .map((item) => ({ item, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);

const startedMicros = Date.now() * 1000;

/** One run of an application as its SDK tells it: starts, ends, usage that the agent repeats, a correction, feedback. */
function runOf(number: number): Element[] {
  const trace_id = `trace-${number}`;
  const time = (millis: number) => timeAt(startedMicros - 60_000_000 + number * 1000 + millis * 1000);
  const trace: TraceUpsert = { trace_id, name: 'answer', start_time: time(0), user_id: `user-${number % 3}` };
  const span = (name: string, fields: Partial<SpanUpsert> = {}): SpanUpsert => ({
    trace_id,
    span_id: `${name}-${number}`,
    name,
    start_time: time(1),
    ...(name === 'agent' ? {} : { parent_span_id: `agent-${number}` }),
    ...fields,
  });
  const usage = { tokens_input: number, tokens_output: 7, cost_usd: (number + 1) / 1000 };
  const score: ScoreUpsert = { score_id: 's', trace_id, name: 'helpful', value: true, created_at: time(99) };
  return [
    { kind: 'trace', upsert: trace },
    { kind: 'trace', upsert: { ...trace, end_time: time(50), output: { text: `answer ${number}` } } },
    ...['agent', 'one', 'two'].map((name): Element => ({ kind: 'span', upsert: span(name) })),
    ...['agent', 'one', 'two'].map(
      (name): Element => ({
        kind: 'span',
        upsert: span(name, { ...usage, end_time: time(40), output_data: `${name} of ${number}`.repeat(20) }),
      }),
    ),
    { kind: 'span', upsert: span('one', { ...usage, end_time: time(41), rev: 2, error: 'corrected' }) },
    { kind: 'score', upsert: score },
  ];
}

const send = async (url: string, elements: readonly Element[], batchId: string): Promise<IngestAnswer> => {
  const body = JSON.stringify({ batch_id: batchId, ...sendingOf(elements) });
  const answer = await fetch(
    `${url}/api/ingest`,
    // Compressed and plain in turn: stores keep the two in different ways.
    randomBelow(3) > 0
      ? { method: 'POST', headers: { ...headers, 'content-encoding': 'zstd' }, body: zstdCompressSync(body) }
      : { method: 'POST', headers, body },
  );
  expect(answer.status).toBe(200);
  return (await answer.json()) as IngestAnswer;
};

const read = async <T>(url: string, path: string): Promise<T | undefined> => {
  const answer = await fetch(`${url}${path}`, { headers });
  if (answer.status === 404) return undefined;
  expect(answer.status).toBe(200);
  return (await answer.json()) as T;
};

describe('a server that is killed under load', () => {
  const runs = Array.from({ length: kills * tracesPerRound }, (_, number) => runOf(number));
  const acknowledged: Element[] = [];
  let dataDir: string;
  let server: ServerProcess;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'llm-tracer-kill-'));
    server = await ServerProcess.start(dataDir);
  });
  afterAll(async () => {
    await server.kill();
    await rm(dataDir, { recursive: true });
  });

  /** Sends batches until the server dies, which it does once it has acknowledged so many. */
  const sendUntilKilled = async (batches: Element[][], acknowledgements: number, round: number) => {
    let count = 0;
    let killed: Promise<void> | undefined;
    const sender = async (): Promise<void> => {
      for (let batch = batches.pop(); batch !== undefined; batch = batches.pop()) {
        const answer = await send(server.url, batch, `${round}-${batches.length}`).catch((error: unknown) => {
          // Not acknowledged: the connection broke. Anything else is a failure of the test.
          if (killed === undefined || !(error instanceof TypeError)) throw error;
        });
        if (answer === undefined) return;
        expect(answer).toEqual({ accepted: batch.length, rejected: [] });
        acknowledged.push(...batch);
        count += 1;
        // The other senders have requests under way at this moment.
        if (count >= acknowledgements) killed ??= server.kill();
      }
    };
    await Promise.all(Array.from({ length: sendersAtOnce }, sender));
    await (killed ?? server.kill());
  };

  it('has every acknowledged record once when it is started again', { timeout: 60_000 }, async () => {
    for (let round = 0; round < kills; round += 1) {
      const elements = shuffled(runs.slice(round * tracesPerRound, (round + 1) * tracesPerRound).flat());
      const batches = chunks(elements, elementsPerBatch);
      await sendUntilKilled(batches, 1 + randomBelow(batches.length - sendersAtOnce), round);

      server = await ServerProcess.start(dataDir);
      await expectAllAcknowledged(server.url, acknowledged);
    }

    expect(acknowledged.length).toBeGreaterThan(kills);
  });

  it('has exact totals after everything was sent again in other batches', { timeout: 60_000 }, async () => {
    const model = new Model({ clock: () => Date.now() * 1000, retentionDays: 90 });
    for (const elements of runs) model.ingest(project, aBatch(sendingOf(elements)));

    for (const batch of chunks(shuffled([...runs.flat(), ...acknowledged]), 50)) {
      await send(server.url, batch, `again-${randomBelow(1e9)}`);
    }

    for (let number = 0; number < runs.length; number += 1) {
      const answer = await read<TraceAnswer>(server.url, `/api/traces/trace-${number}`);
      expect(answer).toEqual(model.readTrace(project, `trace-${number}`));
    }
    expect(await read<StatsAnswer>(server.url, '/api/stats')).toEqual(model.stats(project));
    const list = await read<TraceListAnswer>(server.url, '/api/traces?limit=1000');
    expect(canonical(list?.traces)).toBe(canonical(model.listTraces(project, {})));
  });
});

/** Each acknowledged record is in the trace that it belongs to, once, with what it said. */
async function expectAllAcknowledged(url: string, acknowledged: readonly Element[]): Promise<void> {
  const traceIds = new Set(acknowledged.map(({ upsert }) => upsert.trace_id));
  const listed = await read<TraceListAnswer>(url, '/api/traces?limit=1000');
  expect(new Set(listed?.traces.map((trace) => trace.trace_id)).size).toBe(listed?.traces.length);

  for (const traceId of traceIds) {
    const elements = acknowledged.filter(({ upsert }) => upsert.trace_id === traceId);
    // Feedback alone does not make a trace.
    if (elements.every(({ kind }) => kind === 'score')) continue;
    const answer = await read<TraceAnswer>(url, `/api/traces/${traceId}`);
    if (answer === undefined) throw new Error(`acknowledged trace ${traceId} is lost`);

    const spanIds = answer.spans.map((span) => span.span_id);
    expect(new Set(spanIds).size).toBe(spanIds.length);
    for (const { kind, upsert } of elements) {
      if (kind === 'span') {
        const span = answer.spans.find(({ span_id }) => span_id === upsert.span_id);
        expect(span).toMatchObject(saidBy(upsert));
      } else if (kind === 'trace') {
        expect(answer.trace).toMatchObject(saidBy(upsert));
      } else {
        expect(answer.scores).toMatchObject([{ score_id: upsert.score_id, value: upsert.value }]);
      }
    }
  }
}

/** What must be read of a record whatever else was stored: all but what the correction may have replaced. */
const saidBy = ({ rev: _, end_time, ...fields }: SpanUpsert | TraceUpsert) => ({
  ...fields,
  ...(end_time === undefined ? {} : { end_time: expect.any(String) }),
});
