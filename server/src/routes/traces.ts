import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import {
  CompleteTraceAnswer,
  CompleteTraceBody,
  CreateTraceAnswer,
  CreateTraceBody,
  GetTraceQuery,
  Id,
  ListTracesQuery,
  TraceAnswer,
  TraceListAnswer,
} from 'llm-tracer/schema';
import * as z from 'zod/mini';
import type { AppContext } from '../context.ts';
import { traceChange, traceFieldsOf } from '../domain/normalise.ts';
import { timeOf } from '../domain/time.ts';
import { problemReply } from '../plugins/openapi.ts';
import { newTraceId } from './new-id.ts';
import { refusalOf } from './outcome.ts';
import { filterOf, pageAnswer, pageOf } from './trace-filter.ts';

const unknownTrace = 'There is no trace with this id in this project.';
const deletedTrace = 'A trace with this id was deleted; create it under another one.';

/** How many spans of a trace are answered where the query names no `limit`. */
const spansWithoutLimit = 5_000;

export const traceRoutes: FastifyPluginAsyncZod<AppContext> = async (app, { config, store, clock }) => {
  app.post(
    '/api/traces',
    {
      schema: {
        summary: 'Create a trace',
        tags: ['writing'],
        body: CreateTraceBody,
        response: { 200: CreateTraceAnswer, 409: problemReply(deletedTrace) },
      },
    },
    async (request, reply) => {
      const { body, project } = request;
      if (body.project_id != null && body.project_id !== project)
        return reply.problem(403, `This key belongs to the project ${project}; project_id names another one.`);

      const trace_id = body.trace_id ?? newTraceId();
      const start_time = body.start_time ?? timeOf(clock());
      const traces = [traceChange({ ...body, trace_id, start_time })];
      const outcome = await store.ingest(project, { traces, spans: [], scores: [] });

      const [became = 'stored'] = outcome.traces;
      if (became === 'swallowed') return reply.problem(409, deletedTrace);
      const refusal = refusalOf(became, config.retentionDaysOf(request.project));
      if (refusal !== undefined) return reply.problem(refusal.status, refusal.detail);
      return { trace_id, status: 'created' as const };
    },
  );

  app.get(
    '/api/traces',
    {
      schema: {
        summary: 'A page of traces, newest first or by duration or cost; all filters that are given must hold',
        tags: ['reading'],
        querystring: ListTracesQuery,
        response: { 200: TraceListAnswer },
      },
    },
    async (request) => {
      const { project, query, signal } = request;
      const wanted = { ...pageOf(query), sort: query.sort };
      const { traces, ...page } = await store.listTraces(project, filterOf(query, clock()), wanted, signal);
      return { traces: [...traces], ...pageAnswer(page, traces.length) };
    },
  );

  app.get(
    '/api/traces/:trace_id',
    {
      schema: {
        summary: 'A trace with its spans and scores',
        tags: ['reading'],
        params: z.object({ trace_id: Id }),
        querystring: GetTraceQuery,
        response: { 200: TraceAnswer, 404: problemReply(unknownTrace) },
      },
    },
    async (request, reply) => {
      const { payloads = true, limit = spansWithoutLimit, cursor } = request.query;
      const { project, params, signal } = request;
      const json = await store.readTraceJson(project, params.trace_id, { payloads, limit, cursor }, signal);
      if (json === undefined) return reply.problem(404, unknownTrace);
      reply.raw.once('close', json.release);
      // What the schema documents, as the text that it is sent as.
      return reply.type('application/json; charset=utf-8').send(json.bytes as unknown as TraceAnswer);
    },
  );

  app.patch(
    '/api/traces/:trace_id/complete',
    {
      config: { isBodyOptional: true },
      schema: {
        summary: 'Complete a trace with what became known at its end',
        tags: ['writing'],
        params: z.object({ trace_id: Id }),
        body: CompleteTraceBody,
        response: { 200: CompleteTraceAnswer, 404: problemReply(unknownTrace) },
      },
    },
    async (request, reply) => {
      const { trace_id } = request.params;
      const isKnown = await store.completeTrace(request.project, trace_id, traceFieldsOf(request.body));
      return isKnown ? { trace_id, status: 'completed' as const } : reply.problem(404, unknownTrace);
    },
  );

  app.delete(
    '/api/traces/:trace_id',
    {
      schema: {
        summary: 'Delete a trace with its spans, payloads and scores for good',
        tags: ['writing'],
        params: z.object({ trace_id: Id }),
        response: { 204: z.undefined(), 404: problemReply(unknownTrace) },
      },
    },
    async (request, reply) => {
      const isKnown = await store.deleteTrace(request.project, request.params.trace_id);
      return isKnown ? reply.code(204).send() : reply.problem(404, unknownTrace);
    },
  );
};
