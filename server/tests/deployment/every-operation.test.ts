import { describe, expect, it } from 'vitest';
import { type Answer, aSpan, aTrace, aUserOfItsOwn, call, deployment, get, ingest, patch, post } from './client.ts';

const user_id = aUserOfItsOwn();
const document = (await get('/openapi.json', { key: null })).body;

/** A stored trace with a span, in a session, for one operation to work on. */
async function stored() {
  const trace = aTrace({ user_id, session_id: `session-of-${user_id}` });
  const span = aSpan({ trace_id: trace.trace_id });
  await ingest({ traces: [trace], spans: [span] });
  return { trace, span };
}

/** A request of each operation that is well formed, allowed, and about something that exists. */
const requests: Readonly<Record<string, () => Promise<Answer>>> = {
  'GET /health': () => get('/health', { key: null }),
  'GET /api/me': () => get('/api/me'),
  'POST /api/ingest': () => post('/api/ingest', { traces: [aTrace({ user_id })] }),
  'POST /api/traces': () => post('/api/traces', { name: 'one', user_id }),
  'GET /api/traces': () => get('/api/traces?limit=5'),
  'GET /api/traces/{trace_id}': async () => get(`/api/traces/${(await stored()).trace.trace_id}?payloads=false`),
  'DELETE /api/traces/{trace_id}': async () => call('DELETE', `/api/traces/${(await stored()).trace.trace_id}`),
  'PATCH /api/traces/{trace_id}/complete': async () =>
    patch(`/api/traces/${(await stored()).trace.trace_id}/complete`, { output: 1 }),
  'POST /api/traces/{trace_id}/spans': async () =>
    post(`/api/traces/${(await stored()).trace.trace_id}/spans`, { name: 'tool', span_type: 'tool' }),
  'POST /api/traces/{trace_id}/scores': async () =>
    post(`/api/traces/${(await stored()).trace.trace_id}/scores`, { name: 'tone', value: 'calm' }),
  'GET /api/spans/{span_id}': async () => get(`/api/spans/${(await stored()).span.span_id}`),
  'PATCH /api/spans/{span_id}/complete': async () =>
    patch(`/api/spans/${(await stored()).span.span_id}/complete`, { output_data: 1 }),
  'GET /api/sessions': () => get('/api/sessions?limit=5'),
  'GET /api/sessions/{session_id}': async () => {
    const { trace } = await stored();
    return eventuallyFound(`/api/sessions/${trace.session_id}`);
  },
  'GET /api/users': () => get('/api/users?limit=5'),
  'DELETE /api/users/{user_id}': () => call('DELETE', `/api/users/${user_id}-who-never-was`),
  'GET /api/stats': () => get('/api/stats'),
  'GET /api/stats/counts': () => get('/api/stats/counts?from=-1h&bucket=minute'),
  'GET /api/stats/timeseries': () => get('/api/stats/timeseries?from=-1h&bucket=hour&group_by=model'),
  'GET /api/export': () => get(`/api/export?user_id=${user_id}`),
  'POST /v1/traces': () => post('/v1/traces', { resourceSpans: [] }),
  'POST /otel/v1/traces': () => post('/otel/v1/traces', { resourceSpans: [] }),
  'POST /api/public/otel/v1/traces': () =>
    post('/api/public/otel/v1/traces', { resourceSpans: [] }, { key: null, headers: { authorization: basic() } }),
};

/** Operations that are tested elsewhere, as they have no answer that ends, or none for a project's key. */
const elsewhere = ['GET /api/live', 'GET /metrics'];

const basic = (): string => `Basic ${Buffer.from(`any:${deployment.key}`).toString('base64')}`;

/** Reads what an index finds, which may lag by 5 s. */
async function eventuallyFound(path: string): Promise<Answer> {
  const deadline = Date.now() + 15_000;
  for (;;) {
    const answer = await get(path);
    if (answer.status !== 404 || Date.now() > deadline) return answer;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

const operations = Object.entries(document.paths as Record<string, Record<string, { responses: object }>>).flatMap(
  ([path, methods]) =>
    Object.entries(methods).map(([method, { responses }]) => ({
      name: `${method.toUpperCase()} ${path}`,
      responses: Object.keys(responses),
    })),
);

describe('every operation of /openapi.json answers as documented', () => {
  it.each(operations.filter(({ name }) => !elsewhere.includes(name)))('$name', async ({ name, responses }) => {
    const request = requests[name];
    if (request === undefined) throw new Error(`${name} has no request here: add one`);

    const { status, text } = await request();

    expect(status, text).toBeLessThan(300);
    expect(responses).toContain(String(status));
  });
});

describe('pages for people', () => {
  it.each(['/', '/docs'])('%s', async (path) => {
    const { status, headers } = await get(path, { key: null });

    expect(status).toBe(200);
    expect(headers.get('content-type')).toContain('text/html');
  });

  it('the first is the viewer, and the script that it loads is there', async () => {
    const page = await get('/', { key: null });
    const [, script] = /<script type="module"[^>]* src="\.?(\/assets\/[^"]+)"/.exec(page.text) ?? [];

    expect(script, page.text).toBeDefined();
    const { status, headers } = await get(script as string, { key: null });

    expect(status).toBe(200);
    expect(headers.get('content-type')).toContain('javascript');
  });
});

describe('GET /api/live', () => {
  it('streams what changes, or is not there: then clients poll', async () => {
    const abort = new AbortController();
    const response = await fetch(`${deployment.url}/api/live`, {
      headers: { 'x-api-key': deployment.key },
      signal: abort.signal,
    });
    abort.abort();

    if (response.status === 200) expect(response.headers.get('content-type')).toContain('text/event-stream');
    else expect(response.status).toBe(404);
  });
});
