import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { now, startTestServer, type TestServer } from '../../../../tests/routes/test-server.ts';
import { type OpenedFile, openFile } from '../../../src/file/engine/opened-file.ts';
import { realisticTraces } from '../../data/realistic.ts';

const nowMs = Date.parse(now);
const range = `from=${new Date(nowMs - 30 * 86_400_000).toISOString()}&to=${now}`;

/** What a page may ask, and what both must answer alike. */
const questions = [
  '/api/traces?limit=200',
  '/api/traces?limit=10',
  '/api/traces?sort=duration&limit=20',
  '/api/traces?sort=cost&limit=20',
  '/api/traces?status=running',
  '/api/traces?model=claude-sonnet-4-5&min_duration_ms=2000',
  '/api/traces?tags=web,rag&min_cost=0.0004',
  '/api/traces?score=helpful%3Dtrue',
  '/api/traces?score=accuracy%3E%3D0.8',
  '/api/traces?user_id=ada&environment=production&release=2026.11.2',
  '/api/traces?q=refund*',
  '/api/traces?q=%22declared%20lost%22',
  '/api/sessions?limit=200',
  '/api/users?limit=200&name=support-agent',
  ...['minute', 'hour', 'day'].map((bucket) => `/api/stats/counts?bucket=${bucket}`),
  '/api/stats/counts?status=error&name=support-agent',
  '/api/stats/timeseries?bucket=hour',
  ...['model', 'span_type', 'name', 'user', 'tag'].map((by) => `/api/stats/timeseries?bucket=day&group_by=${by}`),
];

describe('an export that is opened as a file', () => {
  test('answers as the server does that it is from', async () => {
    const server = await startTestServer({ env: { SEARCH_INDEX: 'full' } });
    await fill(server);
    // The index follows what was stored.
    await vi.waitFor(async () => {
      expect((await server.get('/health')).body.search).toMatchObject({ is_complete: true, lag_ms: 0 });
    }, 10_000);
    const file = await opened((await server.get(`/api/export?${range}`)).text);

    for (const question of questions) {
      const [path = '', query = ''] = question.split('?');
      const there = await server.get(`${question}&${range}`);
      const here = await file.ask(path, Object.fromEntries(new URLSearchParams(`${query}&${range}`)));
      expect(withoutCursors(here.body), question).toEqual(withoutCursors(there.body));
    }
    const { traces } = (await server.get(`/api/traces?${range}&limit=30`)).body;
    for (const { trace_id, session_id } of traces) {
      const there = await server.get(`/api/traces/${trace_id}`);
      const here = await file.ask(`/api/traces/${trace_id}`, {});
      expect(ofFile(here.body)).toEqual(ofFile(there.body));
      for (const { span_id } of there.body.spans)
        expect((await file.ask(`/api/spans/${span_id}`, {})).body).toEqual(
          ofFile((await server.get(`/api/spans/${span_id}`)).body),
        );
      if (session_id === undefined) continue;
      expect((await file.ask(`/api/sessions/${session_id}`, {})).body).toMatchObject({
        session: (await server.get(`/api/sessions/${session_id}`)).body.session,
      });
    }
  });

  test('reads OTLP as the server maps it, a request a line or one document', async () => {
    const folder = join(import.meta.dirname, '../../../../tests/otlp/fixtures/ai-sdk7-generate');
    const request = JSON.parse(await readFile(join(folder, 'request.json'), 'utf8'));
    const recordedAtMs = Number(request.resourceSpans[0].scopeSpans[0].spans[0].startTimeUnixNano) / 1e6;
    const server = await startTestServer({ clock: () => (recordedAtMs + 60_000) * 1000 });
    expect((await server.post('/v1/traces', request)).status).toBe(200);
    const listed = (await server.get('/api/traces?limit=5')).body.traces;
    expect(listed.length).toBeGreaterThan(0);

    for (const text of [
      `${JSON.stringify(request)}\n`,
      JSON.stringify(request, undefined, 2),
      JSON.stringify([request]),
    ]) {
      const file = await opened(text);
      expect(file.report.form).toBe('otlp');
      for (const { trace_id } of listed) {
        const there = (await server.get(`/api/traces/${trace_id}`)).body;
        const here = (await file.ask(`/api/traces/${trace_id}`, {})).body as typeof there;
        // A file has no prices: a cost that nobody reported is not known.
        const priceless = ({ cost_usd: _, cost_source: __, cost_price: ___, ...span }: Record<string, unknown>) => span;
        expect(here.spans.map(priceless)).toEqual(there.spans.map(priceless).map(ofFile));
        expect({ ...here.trace, total_cost: 0, unpriced_count: 0 }).toEqual(
          ofFile({ ...there.trace, total_cost: 0, unpriced_count: 0 }),
        );
      }
    }
  });
});

async function fill(server: TestServer): Promise<void> {
  for (const records of realisticTraces({ count: 60, nowMs, spanMs: 5 * 86_400_000 })) {
    const reply = await server.post('/api/ingest', {
      sdk: { name: 'test', version: '1', instance: 'one' },
      ...records,
    });
    expect(reply.body.rejected).toEqual([]);
  }
}

const opened = (text: string): Promise<OpenedFile> => openFile(new Blob([text]), 'dev', () => {});

/** Cursors are each one's own; whether there are more is not. */
function withoutCursors(body: unknown): unknown {
  const { next_cursor, scanned_until: _, ...rest } = body as Record<string, unknown>;
  return { ...rest, has_next: next_cursor !== null && next_cursor !== undefined };
}

/** The order of fields says nothing. */
const ofFile = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
