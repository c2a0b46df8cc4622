import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod/mini';
import type { AppContext } from '../context.ts';
import { contentTypes, type Encoding, errorAnswer, exportAnswer } from '../otlp/answer.ts';
import { decodeProtobuf, TooManyParts, UnreadableProtobuf } from '../otlp/decode-protobuf.ts';
import { mapSpan } from '../otlp/map-span.ts';
import { noiseFilter } from '../otlp/noise.ts';
import { type OtlpSpan, readRequest, TooManySpans, type Unreadable } from '../otlp/request.ts';
import { unpackBody } from '../plugins/decode-body.ts';
import { type ErrorAnswer, ProblemError } from '../plugins/problem.ts';
import { storeMapped } from './otlp-batch.ts';
import { NoiseRoute } from './otlp-noise.ts';

/** Where OTLP's exporters send to, Langfuse's, and LangSmith's. */
const paths = ['/v1/traces', '/api/public/otel/v1/traces', '/otel/v1/traces'];

/** OTLP/HTTP in, JSON and protobuf: spans of any client, read by the conventions that their attributes follow. */
export const otlpRoutes: FastifyPluginAsyncZod<AppContext> = async (app, context) => {
  const { limits } = context.config;
  app.addContentTypeParser(
    ['application/x-protobuf', 'application/protobuf'],
    { parseAs: 'buffer', bodyLimit: limits.maxBodyBytes },
    async (request: FastifyRequest, body: Buffer) =>
      readProtobuf((await unpackBody(body, request.headers['content-encoding'], limits)).content),
  );

  const noise = new NoiseRoute(context);
  for (const path of paths)
    app.post(
      path,
      {
        config: { answerError: asStatus, takesBasic: true },
        schema: {
          summary: 'Store spans of any OpenTelemetry client (OTLP/HTTP, JSON or protobuf)',
          tags: ['writing'],
          consumes: Object.values(contentTypes),
          response: responses,
        },
      },
      async (request, reply) => {
        if (request.body === undefined)
          return reply.problem(400, 'The request has no body; this needs an export of traces.');
        const { spans, unreadable } = sortOut(request.body);
        const patterns = context.config.projects.get(request.project)?.noise_filter ?? [];
        const refusals =
          patterns.length === 0
            ? await storeMapped(context, request.project, spans.map(mapSpan))
            : await noise.store(request.project, spans, noiseFilter(patterns));

        const details = [...unreadable.map(({ detail }) => detail), ...refusals];
        app.metrics.countElements('span', spans.length + unreadable.length - details.length, details.length);
        const encoding = encodingOf(request);
        return reply
          .type(contentTypes[encoding])
          .send(exportAnswer(encoding, details.length, sentenceOf(details)) as never);
      },
    );
};

function readProtobuf(body: Buffer): unknown {
  try {
    return decodeProtobuf(body);
  } catch (error) {
    if (error instanceof TooManyParts) throw tooLarge(error);
    if (!(error instanceof UnreadableProtobuf)) throw error;
    throw new ProblemError(400, `The body is no protobuf message of an OTLP export: ${error.message}.`);
  }
}

function sortOut(body: unknown) {
  const spans: OtlpSpan[] = [];
  const unreadable: Unreadable[] = [];
  for (const each of spansIn(body)) {
    if ('detail' in each) unreadable.push(each);
    else spans.push(each);
  }
  return { spans, unreadable };
}

function spansIn(body: unknown): (OtlpSpan | Unreadable)[] {
  try {
    return readRequest(body);
  } catch (error) {
    throw error instanceof TooManySpans ? tooLarge(error) : error;
  }
}

const tooLarge = ({ message }: Error): ProblemError =>
  new ProblemError(413, `The body is too large: ${message}. Send less in a request.`);

const mostDetails = 3;

/** The first few reasons in one text, which is all that OTLP has room for. */
function sentenceOf(details: readonly string[]): string {
  const others = details.length - mostDetails;
  return [...details.slice(0, mostDetails), ...(others > 0 ? [`and ${others} more`] : [])].join('; ');
}

const encodingOf = ({ headers }: FastifyRequest): Encoding =>
  /protobuf/i.test(headers['content-type'] ?? '') ? 'protobuf' : 'json';

/** OTLP answers in the encoding of the request, errors too, and knows 400 for everything that the client should not repeat so. */
function asStatus(request: FastifyRequest, status: number, detail: string): ErrorAnswer {
  const encoding = encodingOf(request);
  return {
    status: status === 422 ? 400 : status,
    type: contentTypes[encoding],
    body: errorAnswer(encoding, status, detail),
  };
}

const ExportAnswer = z.object({
  partialSuccess: z.optional(z.object({ rejectedSpans: z.string(), errorMessage: z.string() })),
});
const StatusAnswer = z.object({ code: z.int(), message: z.string() });

const inBoth = (description: string, schema: z.core.$ZodType) => ({
  description,
  content: {
    [contentTypes.json]: { schema },
    [contentTypes.protobuf]: { schema: z.string() },
  },
});

const responses = {
  200: inBoth('What was stored; `partialSuccess` says how many spans were not, and why.', ExportAnswer),
  400: inBoth('The body cannot be read.', StatusAnswer),
  401: inBoth('No key, or one that the server does not know.', StatusAnswer),
  403: inBoth('The key does not allow this.', StatusAnswer),
  413: inBoth('The body is over a limit.', StatusAnswer),
  415: inBoth('The body is of a type or an encoding that is not supported.', StatusAnswer),
  429: inBoth('The key has made more requests a minute than RATE_LIMIT_RPM.', StatusAnswer),
  503: inBoth('The store cannot serve this now; nothing of it may be counted on. Send it again later.', StatusAnswer),
};
