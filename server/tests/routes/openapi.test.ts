import { expect, it } from 'vitest';
import { startTestServer } from './test-server.ts';

const document = async () => (await (await startTestServer()).get('/openapi.json', { key: null })).body;

it('the OpenAPI document names every route', async () => {
  const { paths } = await document();

  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods as object).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(routes.sort()).toEqual([
    'DELETE /api/traces/{trace_id}',
    'DELETE /api/users/{user_id}',
    'GET /api/export',
    'GET /api/live',
    'GET /api/me',
    'GET /api/sessions',
    'GET /api/sessions/{session_id}',
    'GET /api/spans/{span_id}',
    'GET /api/stats',
    'GET /api/stats/counts',
    'GET /api/stats/timeseries',
    'GET /api/traces',
    'GET /api/traces/{trace_id}',
    'GET /api/users',
    'GET /health',
    'GET /metrics',
    'PATCH /api/spans/{span_id}/complete',
    'PATCH /api/traces/{trace_id}/complete',
    'POST /api/ingest',
    'POST /api/public/otel/v1/traces',
    'POST /api/traces',
    'POST /api/traces/{trace_id}/scores',
    'POST /api/traces/{trace_id}/spans',
    'POST /otel/v1/traces',
    'POST /v1/traces',
  ]);
});

it('every reference in it leads to a schema that it holds', async () => {
  const text = JSON.stringify(await document());
  const { components } = JSON.parse(text);

  const references = [...text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);

  expect(references).toContain('TraceRecord');
  expect(Object.keys(components.schemas)).toEqual(expect.arrayContaining(references));
});

it('it documents a batch with its elements, which the server checks one by one', async () => {
  const { paths, components } = await document();

  const body = paths['/api/ingest'].post.requestBody.content['application/json'].schema;
  expect(JSON.stringify(body.properties.spans)).toContain('#/components/schemas/SpanUpsertInput');
  expect(components.schemas.SpanUpsertInput.required).toEqual(['trace_id', 'span_id', 'name', 'start_time']);
  expect(components.schemas.TraceUpsertInput.properties.tags.anyOf[0]).toMatchObject({ type: 'array', maxItems: 50 });
});

it('it says which errors a route answers, and that a key is needed', async () => {
  const { paths } = await document();

  const { responses, security } = paths['/api/traces/{trace_id}/spans'].post;
  expect(Object.keys(responses)).toEqual(['200', '400', '401', '403', '404', '409', '413', '415', '422', '429', '503']);
  expect(Object.keys(responses['404'].content)).toEqual(['application/problem+json']);
  expect(security).toEqual([{ key: [] }, { bearer: [] }]);
  expect(paths['/health'].get.security).toBeUndefined();
});
