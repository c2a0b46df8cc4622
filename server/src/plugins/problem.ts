import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { ConnectionError, FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { fastifyPlugin } from 'fastify-plugin';
import type { Problem } from 'llm-tracer/schema';
import type { SchemaFault } from '../schema-errors.ts';
import { Abandoned, InvalidCursor, SearchIsOff, StoreUnavailable } from '../stores/store.ts';

declare module 'fastify' {
  interface FastifyReply {
    /** Answers with an error of RFC 9457. `detail` is a sentence that the caller can act on. */
    problem(status: number, detail: string, faults?: readonly SchemaFault[]): FastifyReply;
  }
  interface FastifyContextConfig {
    /** How errors of the route are worded, where a protocol of others says it. @default as RFC 9457 has it */
    answerError?: (request: FastifyRequest, status: number, detail: string) => ErrorAnswer;
  }
}

/** An error in a form of its own. */
export interface ErrorAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string | Uint8Array;
}

/** An error whose answer is known where it is thrown; for places that have no reply, such as body parsers. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly statusCode: number;
  readonly faults: readonly SchemaFault[] | undefined;

  constructor(statusCode: number, detail: string, faults?: readonly SchemaFault[]) {
    super(detail);
    this.statusCode = statusCode;
    this.faults = faults;
  }
}

/** How long a client should wait before it sends again what the store could not take. */
const retryAfterSeconds = 2;

/** Every error is answered as `application/problem+json`, and none tells what the server is made of. */
export const problem = fastifyPlugin(
  async (app) => {
    app.decorateReply('problem', function (status, detail, faults) {
      return sendProblem(this, status, detail, faults);
    });
    app.setErrorHandler(answerError);
    app.setNotFoundHandler((request, reply) =>
      reply.problem(404, `There is no ${request.method} ${pathOf(request.url)}; /docs lists what there is.`),
    );
  },
  { name: 'problem' },
);

/** The answer to what a handler, hook, parser or Fastify itself has thrown. */
export function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof ProblemError) return sendProblem(reply, error.statusCode, error.message, error.faults);
  if (error instanceof InvalidCursor)
    return sendProblem(reply, 422, error.message, [{ path: 'cursor', message: error.message }]);
  if (error instanceof SearchIsOff)
    return sendProblem(reply, 422, error.message, [{ path: 'q', message: error.message }]);
  if (error instanceof StoreUnavailable) {
    request.log.warn({ err: error }, 'the store is unavailable');
    reply.header('retry-after', retryAfterSeconds);
    return sendProblem(reply, 503, 'The store cannot serve this now; nothing of it was stored. Send it again later.');
  }
  // For the count of statuses only: nobody reads it. The number is the one that nginx made usual.
  if (error instanceof Abandoned) return sendProblem(reply, 499, 'The client has left.');
  // What Fastify refuses before a handler runs: an unparsable address, a wrong content length, an unknown media type.
  const { statusCode = 500 } = error;
  if (statusCode >= 400 && statusCode < 500) return sendProblem(reply, statusCode, error.message);

  request.log.error({ err: error }, 'a request failed by a defect');
  return sendProblem(reply, 500, `The server failed. Its log has the cause under request id ${request.id}.`);
}

/** The answer to what is no HTTP, or does not come to its end: there is no request yet, only a socket. */
export function answerClientError(error: ConnectionError, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
  const [status, detail] = socketProblems[error.code] ?? [400, 'This is no HTTP request that can be read.'];
  const title = STATUS_CODES[status] ?? 'Error';
  const body = JSON.stringify({ type: 'about:blank', title, status, detail } satisfies Problem);
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\nconnection: close\r\ncontent-type: application/problem+json; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

const socketProblems: Readonly<Record<string, readonly [number, string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'The headers of the request are larger than 16 KB.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request did not come to its end in time.'],
};

function sendProblem(reply: FastifyReply, status: number, detail: string, faults?: readonly SchemaFault[]) {
  const own = reply.request.routeOptions.config?.answerError?.(reply.request, status, detail);
  if (own !== undefined) return reply.code(own.status).type(own.type).send(own.body);
  const title = STATUS_CODES[status] ?? 'Error';
  const body: Problem = { type: 'about:blank', title, status, detail };
  return reply
    .code(status)
    .type('application/problem+json')
    .send(faults === undefined ? body : { ...body, errors: faults });
}

const pathOf = (url: string): string => url.replace(/\?.*$/s, '').slice(0, 200);
