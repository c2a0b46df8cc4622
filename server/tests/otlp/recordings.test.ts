import { gunzipSync } from 'node:zlib';
import { TraceAnswer } from 'llm-tracer/schema';
import { describe, expect, it } from 'vitest';
import { microsOf } from '../../src/domain/time.ts';
import { ExportRequest } from '../../src/otlp/schema.ts';
import { startTestServer, type TestServer } from '../routes/test-server.ts';
import { asCompared } from './as-compared.ts';
// biome-ignore lint/correctness/useImportExtensions: it proposes `compare.mjs.mts`, which does not exist
import { compare } from './compare.mjs';
import { expectedOf, type RecordedRequest, recordings, requestsOf } from './recordings.ts';

// A day after the recordings were made.
const clock = () => microsOf('2026-11-24T12:00:00.000000Z');

async function send(server: TestServer, { path, headers, body }: RecordedRequest): Promise<void> {
  const answer = await server.call('POST', path, { body, headers });
  expect([answer.status, answer.headers['content-type'], answer.text]).toEqual([
    200,
    headers['content-type'],
    headers['content-type'] === 'application/json' ? '{}' : '',
  ]);
}

async function stored(server: TestServer): Promise<TraceAnswer[]> {
  const { traces } = (await server.get('/api/traces')).body as { traces: { trace_id: string }[] };
  const answers = await Promise.all(traces.map(({ trace_id }) => server.get(`/api/traces/${trace_id}`)));
  return answers.map(({ body }) => TraceAnswer.parse(body));
}

/** The same export in the other encoding. */
function translated({ path, headers, body }: RecordedRequest): RecordedRequest {
  const plain = headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
  const { 'content-encoding': _, ...others } = headers;
  if (headers['content-type'] === 'application/json')
    return {
      path,
      headers: { ...others, 'content-type': 'application/x-protobuf' },
      body: Buffer.from(
        ExportRequest.encode(ExportRequest.fromObject(withBytes(JSON.parse(plain.toString())))).finish(),
      ),
    };
  const json = JSON.stringify(ExportRequest.toObject(ExportRequest.decode(plain), { longs: String }), (_key, value) =>
    value instanceof Uint8Array || value?.type === 'Buffer' ? Buffer.from(value.data ?? value).toString('hex') : value,
  );
  return { path, headers: { ...others, 'content-type': 'application/json' }, body: Buffer.from(json) };
}

/** Ids as bytes, which the encoder wants. */
const withBytes = (value: unknown): Record<string, unknown> =>
  JSON.parse(JSON.stringify(value), (key, member) =>
    ['traceId', 'spanId', 'parentSpanId'].includes(key) ? Buffer.from(member, 'hex') : member,
  );

describe('recordings of real clients', () => {
  it.each(recordings)('%s is stored as expected', async (recording) => {
    const server = await startTestServer({ clock });

    for (const request of requestsOf(recording)) await send(server, request);

    expect(compare(expectedOf(recording), asCompared(await stored(server)))).toEqual([]);
  });

  it.each(recordings)('%s is stored alike from the other encoding', async (recording) => {
    const [server, other] = [await startTestServer({ clock }), await startTestServer({ clock })];
    for (const request of requestsOf(recording)) await send(server, request);

    for (const request of requestsOf(recording)) await send(other, translated(request));

    expect(compare(expectedOf(recording), asCompared(await stored(other)))).toEqual([]);
    expect(await stored(other)).toEqual(await stored(server));
  });

  it.each(recordings)('%s, sent again, changes nothing', async (recording) => {
    const server = await startTestServer({ clock });
    for (const request of requestsOf(recording)) await send(server, request);
    const before = [await stored(server), (await server.get('/api/stats')).body];

    for (const request of requestsOf(recording)) await send(server, request);

    expect([await stored(server), (await server.get('/api/stats')).body]).toEqual(before);
  });
});
