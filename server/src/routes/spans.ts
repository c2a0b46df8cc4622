import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { AddSpanAnswer, AddSpanBody, CompleteSpanAnswer, CompleteSpanBody, Id, SpanRecord } from 'llm-tracer/schema';
import * as z from 'zod/mini';
import type { AppContext } from '../context.ts';
import { spanChange, spanFieldsOf } from '../domain/normalise.ts';
import { timeOf } from '../domain/time.ts';
import { problemReply } from '../plugins/openapi.ts';
import { newSpanId } from './new-id.ts';
import { refusalOf } from './outcome.ts';

const unknownSpan = 'There is no span with this id in this project.';
const unknownTrace = 'There is no trace with this id in this project; create it first.';

export const spanRoutes: FastifyPluginAsyncZod<AppContext> = async (app, { config, store, clock }) => {
  app.post(
    '/api/traces/:trace_id/spans',
    {
      schema: {
        summary: 'Add a span to a trace',
        tags: ['writing'],
        params: z.object({ trace_id: Id }),
        body: AddSpanBody,
        response: {
          200: AddSpanAnswer,
          404: problemReply(unknownTrace),
          409: problemReply('The span id stands under another trace, or the trace is full.'),
        },
      },
    },
    async (request, reply) => {
      const { trace_id } = request.params;
      if ((await store.traceState(request.project, trace_id)) !== 'live') return reply.problem(404, unknownTrace);

      const span_id = request.body.span_id ?? newSpanId();
      const start_time = request.body.start_time ?? timeOf(clock());
      const spans = [spanChange({ ...request.body, trace_id, span_id, start_time })];
      const outcome = await store.ingest(request.project, { traces: [], spans, scores: [] });

      const [became = 'stored'] = outcome.spans;
      // The trace was deleted since we looked.
      if (became === 'swallowed') return reply.problem(404, unknownTrace);
      const refusal = refusalOf(became, config.retentionDaysOf(request.project));
      if (refusal !== undefined) return reply.problem(refusal.status, refusal.detail);
      return { span_id, status: 'created' as const };
    },
  );

  app.get(
    '/api/spans/:span_id',
    {
      schema: {
        summary: 'One span, whole',
        tags: ['reading'],
        params: z.object({ span_id: Id }),
        response: { 200: SpanRecord, 404: problemReply(unknownSpan) },
      },
    },
    async (request, reply) => {
      const span = await store.readSpan(request.project, request.params.span_id);
      return span ?? reply.problem(404, unknownSpan);
    },
  );

  app.patch(
    '/api/spans/:span_id/complete',
    {
      config: { isBodyOptional: true },
      schema: {
        summary: 'Complete a span with what became known at its end',
        tags: ['writing'],
        params: z.object({ span_id: Id }),
        body: CompleteSpanBody,
        response: { 200: CompleteSpanAnswer, 404: problemReply(unknownSpan) },
      },
    },
    async (request, reply) => {
      const { span_id } = request.params;
      const isKnown = await store.completeSpan(request.project, span_id, spanFieldsOf(request.body));
      return isKnown ? { span_id, status: 'completed' as const } : reply.problem(404, unknownSpan);
    },
  );
};
