import { Readable } from 'node:stream';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { ExportQuery } from 'llm-tracer/schema';
import * as z from 'zod/mini';
import type { AppContext } from '../context.ts';
import { asDocumented } from '../plugins/openapi.ts';
import type { ExportPosition, Store, TraceFilter } from '../stores/store.ts';
import { filterOf } from './trace-filter.ts';

// Heads of so many traces are held at a time.
const tracesAtOnce = 100;

/** Traces, spans and scores as newline-delimited JSON, for keeping elsewhere or for sending in again. */
export const exportRoutes: FastifyPluginAsyncZod<AppContext> = async (app, { store, clock }) => {
  app.get(
    '/api/export',
    {
      // It would read everything, to throw it away.
      exposeHeadRoute: false,
      schema: {
        summary: 'Traces that match, whole, as one JSON record a line',
        description:
          'Newest first: of each trace a line of `kind: "trace"`, its spans in order of start, its scores. A line is what the API ' +
          'reads, and what `POST /api/ingest` takes. The last line is `kind: "end"` with the counts; without it the export was cut off. ' +
          'No snapshot: a trace is exported as it is when its turn comes.',
        tags: ['reading'],
        querystring: ExportQuery,
        response: {
          200: { description: 'One record a line.', content: { 'application/x-ndjson': { schema: z.string() } } },
        },
      },
    },
    async (request, reply) => {
      const texts = exportOf(store, request.project, filterOf(request.query, clock()));
      // What is wrong with the question shows with the first page, while there still is a status to say it with.
      const first = await texts.next();
      reply.type('application/x-ndjson');
      // Read only as fast as the client takes it; when it goes, the generator ends where it stands.
      const stream = Readable.from(following(first, texts), { objectMode: false, highWaterMark: 64 * 1024 });
      return reply.send(asDocumented(stream));
    },
  );
};

async function* following(
  first: IteratorResult<string, void>,
  rest: AsyncGenerator<string, void>,
): AsyncGenerator<string> {
  try {
    if (first.done !== true) yield first.value;
    yield* rest;
  } finally {
    await rest.return();
  }
}

async function* exportOf(store: Store, project: string, filter: TraceFilter): AsyncGenerator<string, void> {
  const counts = { traces: 0, spans: 0, scores: 0 };
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await store.listTraces(project, filter, { limit: tracesAtOnce, cursor });
    const traceIds = page.traces.map(({ trace_id }) => trace_id);
    for (let from: ExportPosition | null = { trace: 0 }; from !== null; ) {
      const part = await store.exportTraces(project, traceIds, from);
      counts.traces += part.counts.trace;
      counts.spans += part.counts.span;
      counts.scores += part.counts.score;
      if (part.text !== '') yield part.text;
      from = part.next;
    }
    cursor = page.nextCursor;
  }
  yield `${JSON.stringify({ kind: 'end', ...counts })}\n`;
}
