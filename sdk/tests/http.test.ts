import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { HttpResponse, http } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Block } from '../src/export/block.ts';
import { availableCompressions, type Compression } from '../src/export/compression.ts';
import { HttpTransport, type HttpTransportOptions } from '../src/export/http.ts';
import { IngestBody } from '../src/schema/index.ts';
import { aBlock, aRecord, records, sender } from './records.ts';

const server = setupServer();
beforeAll(() => server.listen({ onUnhandledFrame: 'error' }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

const elapsed = () => performance.now();
const address = 'http://tracer.test/api/ingest';

const send = (batch: Block, options: Partial<HttpTransportOptions> = {}) => {
  const transport = new HttpTransport({
    url: 'http://tracer.test',
    apiKey: 'key-1',
    requestTimeoutMs: 1000,
    elapsed,
    ...options,
  });
  return transport.send(batch, elapsed() + 5000);
};

const decoded = async (request: Request): Promise<unknown> => {
  const bytes = Buffer.from(await request.arrayBuffer());
  const encoding = request.headers.get('content-encoding');
  const plain = encoding === 'zstd' ? zstdDecompressSync(bytes) : encoding === 'gzip' ? gunzipSync(bytes) : bytes;
  return JSON.parse(plain.toString());
};

/** A server that takes everything, and what it was sent. */
const accepting = () => {
  const bodies: IngestBody[] = [];
  const headers: Headers[] = [];
  server.use(
    http.post(address, async ({ request }) => {
      headers.push(request.headers);
      const body = IngestBody.parse(await decoded(request));
      bodies.push(body);
      const count = [body.traces, body.spans, body.scores].reduce((sum, list) => sum + (list?.length ?? 0), 0);
      return HttpResponse.json({ accepted: count, rejected: [] });
    }),
  );
  return { bodies, headers };
};

const answering = (status: number, body: object | string = {}, headers: Record<string, string> = {}) =>
  server.use(
    http.post(address, () =>
      typeof body === 'string'
        ? new HttpResponse(body, { status, headers })
        : HttpResponse.json(body, { status, headers }),
    ),
  );

const time = '2026-01-02T03:04:05.678901Z';
const whole = () =>
  aBlock(
    [
      aRecord({ kind: 'span', json: JSON.stringify({ trace_id: 't', span_id: 's', name: 'ü😀', start_time: time }) }),
      aRecord({ kind: 'trace', json: JSON.stringify({ trace_id: 't', name: 'run', start_time: time }) }),
      aRecord({
        kind: 'score',
        json: JSON.stringify({ score_id: 'c', trace_id: 't', name: 'n', value: 1, created_at: time }),
      }),
    ],
    { queue_full: 2 },
  );

describe('a request', () => {
  test('has the key, the sender, the name of the batch, the records by kind and the drops', async () => {
    const { bodies, headers } = accepting();

    const outcome = await send(whole());

    expect(outcome).toEqual({ kind: 'accepted', rejected: [] });
    expect(headers[0]?.get('x-api-key')).toBe('key-1');
    expect(bodies[0]).toEqual({
      batch_id: 'b',
      sdk: sender,
      traces: [{ trace_id: 't', name: 'run', start_time: time }],
      spans: [{ trace_id: 't', span_id: 's', name: 'ü😀', start_time: time }],
      scores: [{ score_id: 'c', trace_id: 't', name: 'n', value: 1, created_at: time }],
      dropped: { queue_full: 2 },
    });
  });

  test('is compressed with zstd, which this runtime has', async () => {
    const { headers } = accepting();

    await send(big());

    expect(headers[0]?.get('content-encoding')).toBe('zstd');
  });

  test('is not compressed where it is small', async () => {
    const { headers } = accepting();

    await send(whole());

    expect(headers[0]?.get('content-encoding')).toBeNull();
  });

  test('falls back to gzip, then to none, where the server does not know the encoding, and remembers', async () => {
    const seen: (string | null)[] = [];
    server.use(
      http.post(address, ({ request }) => {
        const encoding = request.headers.get('content-encoding');
        seen.push(encoding);
        return encoding === null
          ? HttpResponse.json({ accepted: 20, rejected: [] })
          : new HttpResponse(null, { status: 415 });
      }),
    );
    const transport = new HttpTransport({
      url: 'http://tracer.test',
      apiKey: 'k',
      requestTimeoutMs: 1000,
      elapsed,
    });

    const first = await transport.send(big(), elapsed() + 5000);
    await transport.send(big(), elapsed() + 5000);

    expect(first.kind).toBe('accepted');
    expect(seen).toEqual(['zstd', 'gzip', null, null]);
  });

  test('is made by the fetch that was given', async () => {
    let isUsed = false;
    const own: typeof fetch = async () => {
      isUsed = true;
      return Response.json({ accepted: 3, rejected: [] });
    };

    expect((await send(whole(), { fetch: own })).kind).toBe('accepted');
    expect(isUsed).toBe(true);
  });
});

const big = (): Block =>
  aBlock(
    records(20).map(({ id }) =>
      aRecord({
        id,
        json: JSON.stringify({ trace_id: 't', span_id: id, name: 'x'.repeat(200), start_time: time }),
      }),
    ),
  );

describe('the outcome', () => {
  test('names the records that the server rejected, and only them', async () => {
    answering(200, { accepted: 19, rejected: [{ index: 1, kind: 'span', detail: 'the name is empty' }] });

    expect(await send(big())).toEqual({
      kind: 'accepted',
      rejected: [{ kind: 'span', index: 1, id: 'r2', detail: 'the name is empty' }],
    });
  });

  test.each([408, 425, 429, 500, 502, 503, 504])('of a %i is to try again', async (status) => {
    answering(status, { detail: 'busy' });

    expect(await send(aBlock())).toMatchObject({ kind: 'retry', detail: `the server answered ${status}: busy` });
  });

  test('carries the Retry-After of the server, in seconds or as a date', async () => {
    answering(429, {}, { 'retry-after': '7' });
    expect(await send(aBlock())).toMatchObject({ kind: 'retry', retryAfterMs: 7000 });

    answering(503, {}, { date: 'Wed, 21 Oct 2026 07:28:00 GMT', 'retry-after': 'Wed, 21 Oct 2026 07:28:09 GMT' });
    expect(await send(aBlock())).toMatchObject({ kind: 'retry', retryAfterMs: 9000 });
  });

  test.each([401, 403])('of a %i is to keep the records until the key is accepted', async (status) => {
    answering(status, { detail: 'no such key' });

    expect(await send(aBlock())).toMatchObject({
      kind: 'retry',
      isBlocked: true,
      detail: expect.stringContaining('no such key'),
    });
  });

  test.each([400, 404, 422])('of a %i is a refusal', async (status) => {
    answering(status, { detail: 'not this' });

    expect(await send(aBlock())).toEqual({
      kind: 'refused',
      isTooLarge: false,
      detail: `the server answered ${status}: not this`,
    });
  });

  test('of a 413 is a refusal for its size', async () => {
    answering(413);

    expect(await send(aBlock())).toMatchObject({ kind: 'refused', isTooLarge: true });
  });

  test.each<[string, object | string]>([
    ['a page of a portal', '<html>Welcome</html>'],
    ['other JSON', { ok: true }],
    ['a count that does not add up', { accepted: 1, rejected: [] }],
  ])('of a 200 with %s is not delivery', async (_name, body) => {
    answering(200, body);

    expect(await send(aBlock(records(2)))).toMatchObject({
      kind: 'retry',
      detail: expect.stringContaining('not that of an LLM Tracer'),
    });
  });

  test('of a redirect is never to follow it with the key', async () => {
    let isFollowed = false;
    server.use(
      http.post(
        address,
        () => new HttpResponse(null, { status: 307, headers: { location: 'http://other.test/api/ingest' } }),
      ),
      http.post('http://other.test/api/ingest', () => {
        isFollowed = true;
        return HttpResponse.json({ accepted: 2, rejected: [] });
      }),
    );

    expect((await send(aBlock())).kind).toBe('refused');
    expect(isFollowed).toBe(false);
  });

  test('of a connection that fails is to try again', async () => {
    server.use(http.post(address, () => HttpResponse.error()));

    expect((await send(aBlock())).kind).toBe('retry');
  });

  test('of a fetch that throws at once is to try again', async () => {
    const broken = (() => {
      throw new Error('no network here');
    }) as unknown as typeof fetch;

    expect(await send(aBlock(), { fetch: broken })).toMatchObject({
      kind: 'retry',
      detail: expect.stringContaining('no network here'),
    });
  });

  test('of a server that does not answer in time is to try again', async () => {
    server.use(http.post(address, () => new Promise<HttpResponse<null>>(() => {})));

    expect(await send(aBlock(), { requestTimeoutMs: 20 })).toMatchObject({
      kind: 'retry',
      detail: expect.stringContaining('20 ms'),
    });
  });

  test('of a transport that is closed meanwhile is to stop', async () => {
    server.use(http.post(address, () => new Promise<HttpResponse<null>>(() => {})));
    const transport = new HttpTransport({
      url: 'http://tracer.test',
      apiKey: 'k',
      requestTimeoutMs: 60_000,
      elapsed,
    });

    const sending = transport.send(aBlock(), elapsed() + 60_000);
    await new Promise((resolve) => setImmediate(resolve));
    transport.close();

    expect(await sending).toMatchObject({ kind: 'retry', isBlocked: true });
  });
});

test('a body is the JSON of its parts, to the byte', () => {
  const json = JSON.stringify({ trace_id: 't', span_id: 's', name: 'ü😀\ud800'.repeat(3000), start_time: time });
  const { body } = aBlock([aRecord({ json }), aRecord({ json: '{}' })]);

  expect(new TextDecoder().decode(body?.bytes)).toBe(
    `{"spans":[${json},{}],"batch_id":"b","sdk":${JSON.stringify(sender)}}`,
  );
});

test.each(['zstd', 'gzip'])('a block is the same after %s and back', async (encoding) => {
  const compression = availableCompressions().find((candidate) => candidate.encoding === encoding) as Compression;
  const block = big();
  const { records: before } = block;

  await block.compress(compression);
  const compressed = block.bytes;
  await block.expand([compression]);

  expect(compressed).toBeLessThan(block.bytes);
  expect(block.records).toEqual(before);
});
