import { beforeAll, describe, expect, it, vi } from 'vitest';
import { aSpan, aTrace, aUserOfItsOwn, call, get, ingest, newTraceId, post, secondsAgo } from './client.ts';

const user_id = aUserOfItsOwn();
const session_id = `session-of-${user_id}`;

/** Lists, search and series may lag by 5 s. */
const eventually = <T>(check: () => Promise<T>): Promise<T> => vi.waitFor(check, { timeout: 15_000, interval: 500 });

const traces = [30, 20, 10].map((seconds, i) =>
  aTrace({
    user_id,
    session_id,
    name: `reading-${i}`,
    environment: 'deployment-test',
    start_time: secondsAgo(seconds),
    end_time: secondsAgo(seconds - i - 1),
  }),
);
const [oldest, , newest] = traces.map(({ trace_id }) => trace_id);

beforeAll(async () => {
  await ingest({
    traces,
    spans: traces.map(({ trace_id }, i) =>
      aSpan({ trace_id, model: 'gpt-4.1-mini', tokens_input: 10 * (i + 1), tokens_output: i + 1, cost_usd: 0.5 }),
    ),
  });
  await eventually(async () => expect((await get(`/api/traces?user_id=${user_id}`)).body.count).toBe(3));
});

describe('lists', () => {
  it('are newest first, and carry no more than what they are asked for', async () => {
    const { body } = await get(`/api/traces?user_id=${user_id}`);

    expect(body.traces.map((trace: { trace_id: string }) => trace.trace_id)).toEqual(
      traces.map((t) => t.trace_id).reverse(),
    );
    expect(body).toMatchObject({ count: 3, has_more: false, next_cursor: null });
  });

  it('are paged without skipping or repeating', async () => {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: { traces: { trace_id: string }[]; next_cursor: string | null } = (
        await get(
          `/api/traces?user_id=${user_id}&limit=1${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
        )
      ).body;
      seen.push(...page.traces.map(({ trace_id }) => trace_id));
      cursor = page.next_cursor;
    } while (cursor !== null && seen.length < 10);

    expect(seen).toEqual(traces.map((t) => t.trace_id).reverse());
  });

  it.each([
    ['session_id', session_id, 3],
    ['name', 'reading-1', 1],
    ['environment', 'deployment-test', 3],
    ['status', 'ok', 3],
    ['status', 'error', 0],
    ['model', 'gpt-4.1-mini', 3],
    ['tags', 'deployment-test', 3],
    ['min_duration_ms', '2500', 1],
    ['min_cost', '0.4', 3],
    ['from', '-1h', 3],
  ])('filter by %s=%s', async (filter, value, count) => {
    const { body } = await get(`/api/traces?user_id=${user_id}&${filter}=${encodeURIComponent(value)}`);

    expect(body.traces).toHaveLength(count);
  });

  it('group by session and by user, with totals', async () => {
    const sessions = (await get(`/api/sessions?user_id=${user_id}`)).body.sessions;
    const users = (await get(`/api/users?session_id=${session_id}`)).body.users;

    const totals = { trace_count: 3, span_count: 3, tokens_input: 60, tokens_output: 6, total_cost: 1.5 };
    expect(sessions).toEqual([expect.objectContaining({ session_id, ...totals })]);
    expect(users).toEqual([expect.objectContaining({ user_id, ...totals })]);
  });

  it('hold a session’s traces in order', async () => {
    const { session, traces: found } = (await get(`/api/sessions/${session_id}`)).body;

    expect(session.trace_count).toBe(3);
    expect(found.map((trace: { trace_id: string }) => trace.trace_id)).toEqual(traces.map((t) => t.trace_id));
  });
});

describe('sums', () => {
  it('of the project count these spans', async () => {
    const { body } = await get('/api/stats');

    expect(body.total_spans).toBeGreaterThanOrEqual(3);
    expect(body.total_tokens).toBeGreaterThanOrEqual(66);
  });

  it('by the hour add up to the list', async () => {
    const { points } = (await get(`/api/stats/timeseries?user_id=${user_id}&from=-2h&bucket=hour`)).body;

    const sum = (field: string) =>
      points.reduce((total: number, point: Record<string, number>) => total + (point[field] ?? 0), 0);
    expect({ traces: sum('trace_count'), spans: sum('span_count'), tokens: sum('tokens_input') }).toEqual({
      traces: 3,
      spans: 3,
      tokens: 60,
    });
  });
});

describe('an export', () => {
  it('is whole: every record, and a last line that counts them', async () => {
    const { text, headers } = await get(`/api/export?user_id=${user_id}`);

    expect(headers.get('content-type')).toContain('application/x-ndjson');
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.filter(({ kind }) => kind === 'trace')).toHaveLength(3);
    expect(lines.filter(({ kind }) => kind === 'span')).toHaveLength(3);
    expect(lines.at(-1)).toMatchObject({ kind: 'end' });
  });
});

describe('feedback', () => {
  it('shows on its trace', async () => {
    const { body } = await post(`/api/traces/${newest}/scores`, { name: 'helpful', value: 1, comment: 'yes' });
    expect(body).toEqual({ score_id: expect.any(String), status: 'created' });

    const { trace, scores } = (await get(`/api/traces/${newest}`)).body;

    expect(scores).toEqual([expect.objectContaining({ score_id: body.score_id, name: 'helpful', value: 1 })]);
    expect(trace.scores).toEqual([{ name: 'helpful', value: 1 }]);
  });
});

describe('deletion', () => {
  it('removes a trace with its spans for good: from reads, from lists, and against late spans', async () => {
    const trace = aTrace({ user_id, name: 'to be deleted' });
    const span = aSpan({ trace_id: trace.trace_id });
    await ingest({ traces: [trace], spans: [span] });

    expect((await call('DELETE', `/api/traces/${trace.trace_id}`)).status).toBe(204);

    expect((await get(`/api/traces/${trace.trace_id}`)).status).toBe(404);
    expect((await get(`/api/spans/${span.span_id}`)).status).toBe(404);
    await ingest({ spans: [aSpan({ trace_id: trace.trace_id })] });
    expect((await get(`/api/traces/${trace.trace_id}`)).status).toBe(404);
    expect((await post('/api/traces', { name: 'again', trace_id: trace.trace_id })).status).toBe(409);
    await eventually(async () => {
      const { body } = await get(`/api/traces?user_id=${user_id}&name=${encodeURIComponent('to be deleted')}`);
      expect(body.traces).toEqual([]);
    });
  });

  it('of a user removes this user’s traces, and nobody else’s', async () => {
    const other = `${user_id}-${newTraceId().slice(0, 8)}`;
    const theirs = aTrace({ user_id: other });
    await ingest({ traces: [theirs] });

    // A user's traces are found by an index, which may lag.
    await eventually(async () => {
      expect((await call('DELETE', `/api/users/${other}`)).status).toBe(204);
      expect((await get(`/api/traces/${theirs.trace_id}`)).status).toBe(404);
    });
    expect((await get(`/api/traces/${oldest}`)).status).toBe(200);
  });
});
