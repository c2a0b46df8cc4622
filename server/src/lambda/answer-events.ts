import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { awsLambdaFastify } from '@fastify/aws-lambda';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';

/** What an answer begins with, as a Function URL takes it. */
interface Meta {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
}

/** The runtime's own means to answer in a stream; there only where the function runs on AWS. */
interface Runtime {
  streamifyResponse(handler: (event: unknown, out: Writable, context: unknown) => Promise<void>): Handler;
  HttpResponseStream: { from(out: Writable, meta: Meta): Writable };
}

type Handler = (event: unknown, context: unknown) => Promise<unknown>;

/** The most that a buffered answer may have, as text or base64. */
const mostBuffered = 6 * 1024 * 1024;

/**
 * Answers events of a Function URL (payload 2.0) by the app: in a stream where the runtime can, which lifts the limit of 6 MB;
 * elsewhere, as in an emulator, in one piece.
 */
export function answerEvents(app: FastifyInstance): Handler {
  const answer = awsLambdaFastify(withBodyAtHand(app), {
    payloadAsStream: true,
    decorateRequest: false,
    // `tags=a,b` is one value.
    parseCommaSeparatedQueryParams: false,
  }) as (event: unknown, context: unknown) => Promise<{ readonly meta: Meta; readonly stream: Readable }>;
  const { awslambda: runtime } = globalThis as { readonly awslambda?: Runtime };

  if (runtime !== undefined)
    return runtime.streamifyResponse(async (event, out, context) => {
      const { meta, stream } = await answer(event, context);
      await pipeline(stream, runtime.HttpResponseStream.from(out, endToEnd(meta)));
    });
  return async (event, context) => {
    const { meta, stream } = await answer(event, context);
    return buffered(endToEnd(meta), await bytesOf(stream));
  };
}

/**
 * The app, whose answers are handed over once their bodies have begun. The adapter takes a body of which nothing is there yet
 * for an empty one: an export, say, would be cut to nothing.
 */
function withBodyAtHand(app: FastifyInstance): FastifyInstance {
  const inject = (request: never, done: (error: Error | null, response: LightMyRequestResponse) => void): void => {
    app.inject(request, (error, response) => {
      const answered = response as LightMyRequestResponse;
      if (error) return done(error, answered);
      const stream = answered.stream();
      const ready = stream.readableLength > 0 || stream.readableEnded ? Promise.resolve() : once(stream, 'readable');
      ready.then(
        () =>
          done(null, { ...answered, headers: answered.headers, statusCode: answered.statusCode, stream: () => stream }),
        (failure: Error) => done(failure, answered),
      );
    });
  };
  return { inject } as unknown as FastifyInstance;
}

const betweenHops = new Set(['connection', 'keep-alive', 'transfer-encoding']);

/** Without the headers that are between two hops: what comes next has its own. */
const endToEnd = ({ statusCode, headers }: Meta): Meta => ({
  statusCode,
  headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !betweenHops.has(name.toLowerCase()))),
});

async function bytesOf(stream: Readable): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(Buffer.from(part as Uint8Array));
  return Buffer.concat(parts);
}

const isText = /^(text\/|application\/(json|problem\+json|x-ndjson|javascript))/;

function buffered({ statusCode, headers }: Meta, body: Buffer) {
  const isBase64Encoded = !isText.test(headers['content-type'] ?? 'text/plain');
  const text = body.toString(isBase64Encoded ? 'base64' : 'utf8');
  if (text.length <= mostBuffered) return { statusCode, headers, isBase64Encoded, body: text };
  const detail =
    'The answer is larger than the 6 MB that this function may send in one piece. Ask for less at once (limit, from, to), ' +
    'or have the Function URL stream (invoke mode RESPONSE_STREAM).';
  return {
    statusCode: 413,
    headers: { 'content-type': 'application/problem+json' },
    isBase64Encoded: false,
    body: JSON.stringify({ type: 'about:blank', title: 'Content Too Large', status: 413, detail }),
  };
}
