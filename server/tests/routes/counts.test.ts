import { CountsAnswer } from 'llm-tracer/schema';
import { describe, expect, it } from 'vitest';
import { maxSeriesPoints } from '../../src/domain/series.ts';
import { TraceCounts } from '../../src/domain/trace-counts.ts';
import { startTestServer, type TestServer } from './test-server.ts';

/** A trace that ended well, one that failed in the minute before, and one that still runs. */
const sendTraces = (server: TestServer) =>
  server.call('POST', '/api/ingest', {
    body: {
      traces: [
        { trace_id: 'a1', name: 'answer', start_time: '2026-03-04T04:59:01Z', end_time: '2026-03-04T04:59:02Z' },
        {
          trace_id: 'b2',
          name: 'answer',
          status: 'error',
          start_time: '2026-03-04T04:58:59Z',
          end_time: '2026-03-04T04:59:30Z',
        },
        { trace_id: 'c3', name: 'other', start_time: '2026-03-04T04:59:59.999999Z' },
      ],
    },
  });

describe('GET /api/stats/counts', () => {
  it('counts by the minute of the start', async () => {
    const server = await startTestServer();
    await sendTraces(server);

    const { body } = await server.get('/api/stats/counts?bucket=minute&from=-1h');

    expect(CountsAnswer.parse(body)).toEqual({
      bucket: 'minute',
      points: [
        { bucket: '2026-03-04T04:58:00.000000Z', trace_count: 1, trace_running_count: 0, trace_error_count: 1 },
        { bucket: '2026-03-04T04:59:00.000000Z', trace_count: 2, trace_running_count: 1, trace_error_count: 0 },
      ],
    });
  });

  it('counts by the hour where no bucket is given, and only what passes the filters', async () => {
    const server = await startTestServer();
    await sendTraces(server);

    const { body } = await server.get('/api/stats/counts?name=answer&status=ok');

    expect(body).toEqual({
      bucket: 'hour',
      points: [{ bucket: '2026-03-04T04:00:00.000000Z', trace_count: 1, trace_running_count: 0, trace_error_count: 0 }],
    });
  });

  it('is empty for a project without traces', async () => {
    const server = await startTestServer();

    expect((await server.get('/api/stats/counts?bucket=day')).body).toEqual({ bucket: 'day', points: [] });
  });

  it('says how to ask for less where it has more points than one answer holds', async () => {
    const server = await startTestServer({ store: { countTraces: async () => 'too long' } });

    const reply = await server.get('/api/stats/counts?bucket=minute');

    expect(reply.status).toBe(422);
    expect(reply.body).toMatchObject({ errors: [{ path: 'bucket' }], detail: expect.stringContaining('wider bucket') });
  });

  it.each(['bucket=second', 'group_by=model', 'from=now', 'status=bad', 'limit=5'])(
    'answers 422 to ?%s',
    async (query) => {
      const server = await startTestServer();

      const reply = await server.get(`/api/stats/counts?${query}`);

      expect(reply.status).toBe(422);
      expect(reply.body.detail).toContain(query.split('=')[0]);
    },
  );
});

describe('counts of traces', () => {
  it('are in order of time before 1970 and after it, and too long beyond what one answer holds', () => {
    const counts = new TraceCounts('minute');
    const minute = 60_000_000;
    for (const start of [0, -1, -minute, minute - 1, minute]) counts.add(start, 'ok');

    expect(counts.points().map(({ bucket, trace_count }) => [bucket, trace_count])).toEqual([
      ['1969-12-31T23:59:00.000000Z', 2],
      ['1970-01-01T00:00:00.000000Z', 2],
      ['1970-01-01T00:01:00.000000Z', 1],
    ]);
    for (let n = 0; n < maxSeriesPoints - 1; n += 1) counts.add(n * minute, 'ok');
    expect(counts.isTooLong).toBe(false);
    counts.add(maxSeriesPoints * minute, 'ok');
    expect(counts.isTooLong).toBe(true);
  });
});
