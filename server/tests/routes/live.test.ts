import { describe, expect, it, onTestFinished } from 'vitest';
import { aSpan, aTrace, startTestServer, type TestServer, type TestServerOptions } from './test-server.ts';

interface Event {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: { readonly trace_ids?: readonly string[] };
}

/** Reads server-sent events with `fetch`, as a page does. */
class LiveClient {
  readonly response: Response;
  readonly #reader: ReadableStreamDefaultReader<string>;
  readonly #abort: AbortController;
  #text = '';

  private constructor(response: Response, abort: AbortController) {
    this.response = response;
    this.#abort = abort;
    this.#reader = (response.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream()).getReader();
  }

  static async open(url: string, headers: Record<string, string> = {}): Promise<LiveClient> {
    const abort = new AbortController();
    const response = await fetch(`${url}/api/live`, {
      headers: { 'x-api-key': 'project-dev', ...headers },
      signal: abort.signal,
    });
    onTestFinished(() => abort.abort());
    return new LiveClient(response, abort);
  }

  /** The next event, or undefined at the end of the stream. */
  async next(): Promise<Event | undefined> {
    for (;;) {
      const end = this.#text.indexOf('\n\n');
      if (end !== -1) {
        const block = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 2);
        const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
        const event = field('event');
        if (event !== undefined) return { event, id: field('id'), data: JSON.parse(field('data') ?? '{}') };
      } else {
        const { done, value } = await this.#reader.read();
        if (done) return undefined;
        this.#text += value;
      }
    }
  }

  leave(): void {
    this.#abort.abort();
  }
}

async function startListening(options?: TestServerOptions): Promise<TestServer & { readonly url: string }> {
  const server = await startTestServer(options);
  return { ...server, url: await server.app.listen({ port: 0, host: '127.0.0.1' }) };
}

describe('GET /api/live', () => {
  it('tells which traces change: written, completed, scored, deleted', async () => {
    const server = await startListening();
    const client = await LiveClient.open(server.url);
    const told = async () => (await client.next())?.data.trace_ids;
    const ready = await client.next();

    await server.post('/api/ingest', {
      traces: [aTrace()],
      spans: [aSpan(), aSpan({ trace_id: 't2', span_id: 's2' })],
    });
    const written = await told();
    await server.patch('/api/spans/s2/complete', { output_data: 1 });
    const completed = await told();
    await server.post('/api/ingest', {
      scores: [{ score_id: 'c', trace_id: 't1', name: 'n', value: 1, created_at: '2026-03-04T05:00:00Z' }],
    });
    const scored = await told();
    await server.delete('/api/traces/t1');

    expect(client.response.headers.get('content-type')).toContain('text/event-stream');
    expect(ready?.event).toBe('ready');
    expect([written?.toSorted(), completed, scored, await told()]).toEqual([['t1', 't2'], ['t2'], ['t1'], ['t1']]);
  });

  it('says nothing of writes that change nothing, nor of other projects', async () => {
    const server = await startListening({ env: { API_KEYS: 'project-dev,project-other' } });
    await server.post('/api/ingest', { traces: [aTrace()] });
    const client = await LiveClient.open(server.url);
    await client.next();

    await server.post('/api/ingest', { traces: [aTrace()] });
    await server.post('/api/ingest', { traces: [aTrace({ trace_id: 'theirs' })] }, { key: 'project-other' });
    await server.post('/api/ingest', { traces: [aTrace({ trace_id: 't3' })] });

    expect((await client.next())?.data.trace_ids).toEqual(['t3']);
  });

  it('goes on where a client left off, by Last-Event-ID', async () => {
    const server = await startListening();
    const first = await LiveClient.open(server.url);
    await first.next();
    await server.post('/api/ingest', { traces: [aTrace()] });
    const { id = '' } = (await first.next()) ?? {};
    first.leave();
    await server.post('/api/ingest', { traces: [aTrace({ trace_id: 't2' })] });

    const second = await LiveClient.open(server.url, { 'last-event-id': id });

    expect(await second.next()).toMatchObject({ event: 'ready', id: undefined });
    expect(await second.next()).toMatchObject({ event: 'traces', data: { trace_ids: ['t2'] } });
  });

  it.each(['garbage', 'a.1', '', '9.9.9'])(
    'tells a client with a position that it does not know (%j) to list again',
    async (id) => {
      const server = await startListening();

      const client = await LiveClient.open(server.url, { 'last-event-id': id });
      await client.next();

      expect((await client.next())?.event).toBe('missed');
    },
  );

  it('tells a client that has fallen behind what it remembers to list again, and goes on from there', async () => {
    const server = await startListening();
    const first = await LiveClient.open(server.url);
    const { id = '' } = (await first.next()) ?? {};
    first.leave();
    for (let batch = 0; batch < 3; batch += 1) {
      const traces = Array.from({ length: 1000 }, (_, i) => aTrace({ trace_id: `t${batch}-${i}` }));
      await server.post('/api/ingest', { traces });
    }

    const client = await LiveClient.open(server.url, { 'last-event-id': id });
    await client.next();
    const missed = await client.next();
    await server.post('/api/ingest', { traces: [aTrace({ trace_id: 'later' })] });

    expect(missed?.event).toBe('missed');
    expect((await client.next())?.data.trace_ids).toEqual(['later']);
  });

  it('ends when the server closes, which does not wait for its clients', async () => {
    const server = await startListening();
    const client = await LiveClient.open(server.url);
    await client.next();

    const start = performance.now();
    await server.app.close();

    expect(performance.now() - start).toBeLessThan(2_000);
    expect(await client.next()).toBeUndefined();
  });
});
