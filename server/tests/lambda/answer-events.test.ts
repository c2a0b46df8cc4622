import { Readable, Writable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { type FastifyInstance, fastify } from 'fastify';
import { describe, expect, it, onTestFinished } from 'vitest';
import { answerEvents } from '../../src/lambda/answer-events.ts';

/** An event of a Function URL, payload 2.0. */
const anEvent = (method: string, path: string, more: object = {}) => ({
  version: '2.0',
  rawPath: path,
  rawQueryString: '',
  headers: { host: 'x.lambda-url.eu-central-1.on.aws', 'content-type': 'application/octet-stream' },
  requestContext: { http: { method, path, sourceIp: '203.0.113.9' }, requestId: 'r1' },
  ...more,
});

const anApp = (): FastifyInstance => {
  const app = fastify();
  app.addContentTypeParser(
    'application/octet-stream',
    { parseAs: 'buffer' },
    async (_request: unknown, body: Buffer) => body,
  );
  app.get('/query', async ({ query }) => query);
  app.get('/nothing', async (_request, reply) => reply.code(204).send());
  app.get('/bytes', async (_request, reply) => reply.type('application/x-protobuf').send(Buffer.from([0, 255, 128])));
  app.get<{ Querystring: { bytes: string } }>('/large', async ({ query }, reply) => {
    async function* parts() {
      for (let sent = 0; sent < Number(query.bytes); sent += 65_536) {
        // Nothing is there at once, as with an export.
        await new Promise((resolve) => setTimeout(resolve, 1));
        yield 'x'.repeat(65_536);
      }
    }
    return reply.type('text/plain').send(Readable.from(parts()));
  });
  app.get('/patient', async ({ signal }) => {
    await new Promise((resolve) => setTimeout(resolve, 100));
    return { isGivenUp: signal.aborted };
  });
  app.post('/echo', async ({ body }, reply) => reply.type('application/octet-stream').send(body));
  onTestFinished(() => app.close());
  return app;
};

interface Buffered {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

describe('events of a Function URL, answered in one piece', () => {
  const call = (event: object) => answerEvents(anApp())(event, {}) as Promise<Buffered>;

  it('take a query as it was sent: a comma is no list', async () => {
    const { statusCode, body } = await call(
      anEvent('GET', '/query', { queryStringParameters: { tags: 'a,b', q: 'x y&z' } }),
    );

    expect([statusCode, JSON.parse(body)]).toEqual([200, { tags: 'a,b', q: 'x y&z' }]);
  });

  it('bring binary and compressed bodies whole', async () => {
    const sent = gzipSync(Buffer.from(Array.from({ length: 1_000 }, (_, n) => n % 256)));

    const answer = await call(anEvent('POST', '/echo', { body: sent.toString('base64'), isBase64Encoded: true }));

    expect(Buffer.from(answer.body, 'base64').equals(sent)).toBe(true);
    expect(answer.isBase64Encoded).toBe(true);
  });

  it('get bytes as base64 and text as text', async () => {
    const [bytes, text] = [await call(anEvent('GET', '/bytes')), await call(anEvent('GET', '/query'))];

    expect([bytes.body, bytes.isBase64Encoded]).toEqual(['AP+A', true]);
    expect([text.body, text.isBase64Encoded]).toEqual(['{}', false]);
  });

  it('get an answer without a body', async () => {
    expect(await call(anEvent('GET', '/nothing'))).toMatchObject({ statusCode: 204, body: '' });
  });

  it('wait for what takes long: nobody has left', async () => {
    expect(JSON.parse((await call(anEvent('GET', '/patient'))).body)).toEqual({ isGivenUp: false });
  });

  it('get a stream that has not begun when its head is there, whole', async () => {
    const { body } = await call(anEvent('GET', '/large', { queryStringParameters: { bytes: '300000' } }));

    expect(body.length).toBe(327_680);
  });

  it('are told, not cut, where an answer is larger than the platform takes', async () => {
    const answer = await call(anEvent('GET', '/large', { queryStringParameters: { bytes: '7000000' } }));

    expect(answer.statusCode).toBe(413);
    expect(JSON.parse(answer.body).detail).toContain('RESPONSE_STREAM');
  });

  it('get an unknown address as a problem, and no header that is between hops', async () => {
    const { statusCode, headers } = await call(anEvent('GET', '/elsewhere'));

    expect(statusCode).toBe(404);
    expect(Object.keys(headers)).not.toEqual(expect.arrayContaining(['connection']));
  });
});

describe('events of a Function URL, answered in a stream', () => {
  it('get more than 6 MB, after status and headers', async () => {
    const metas: { statusCode: number }[] = [];
    // What the runtime offers, as far as it is documented.
    const runtime = {
      streamifyResponse: (handler: unknown) => handler,
      HttpResponseStream: {
        from: (out: Writable, meta: { statusCode: number }) => {
          metas.push(meta);
          return out;
        },
      },
    };
    Object.assign(globalThis, { awslambda: runtime });
    onTestFinished(() => void Reflect.deleteProperty(globalThis, 'awslambda'));
    const handler = answerEvents(anApp()) as unknown as (
      event: object,
      out: Writable,
      context: object,
    ) => Promise<void>;
    let received = 0;
    const out = new Writable({
      write(part: Buffer, _encoding, done) {
        received += part.length;
        done();
      },
    });

    await handler(anEvent('GET', '/large', { queryStringParameters: { bytes: '8000000' } }), out, {});

    expect(metas).toMatchObject([{ statusCode: 200 }]);
    expect(received).toBeGreaterThanOrEqual(8_000_000);
  });
});
