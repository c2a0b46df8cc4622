// A test of your own tracing: nothing leaves the process, the clock stands still, ids count up.
//
//   pnpm example 06
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Tracer } from 'llm-tracer';
import { testTracer } from 'llm-tracer/testing';

/** The code under test takes its tracer from outside. */
const answer = (tracer: Tracer, question: string) =>
  tracer.trace('answer', { input: question }, async () => {
    const documents = await tracer.span('search', { kind: 'retrieval', input: question }, async (span) => {
      span.setMetadata({ cached: false });
      return ['green', 'black'];
    });
    return tracer.span('choose', { kind: 'llm', model: 'gpt-4o-mini' }, () => documents[0]);
  });

test('an answer is a search and a model call', async () => {
  const { tracer, records } = testTracer();

  await answer(tracer, 'tea');
  await tracer.flush();

  assert.equal(records.outline(), 'answer\n  search [retrieval]\n  choose [llm]');
  assert.deepEqual(records.span('search').metadata, { cached: false });
  assert.equal(records.trace('answer').output, 'green');
});

test('durations are exact', async () => {
  const { tracer, records, clock } = testTracer();

  const span = tracer.startSpan('slow');
  clock.advance(1500);
  span.end();
  await tracer.flush();

  const { start_time, end_time } = records.span('slow');
  assert.equal(Date.parse(String(end_time)) - Date.parse(start_time), 1500);
});
