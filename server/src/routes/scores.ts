import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { AddScoreAnswer, AddScoreBody, Id } from 'llm-tracer/schema';
import * as z from 'zod/mini';
import type { AppContext } from '../context.ts';
import { scoreChange } from '../domain/normalise.ts';
import { timeOf } from '../domain/time.ts';
import { problemReply } from '../plugins/openapi.ts';
import { newScoreId } from './new-id.ts';

const deletedTrace = 'The trace with this id was deleted.';

export const scoreRoutes: FastifyPluginAsyncZod<AppContext> = async (app, { config, store, clock }) => {
  app.post(
    '/api/traces/:trace_id/scores',
    {
      schema: {
        summary: 'Add feedback to a trace or a span of it; it may come before the trace does',
        tags: ['writing'],
        params: z.object({ trace_id: Id }),
        body: AddScoreBody,
        response: { 200: AddScoreAnswer, 404: problemReply(deletedTrace) },
      },
    },
    async (request, reply) => {
      const { body } = request;
      const { trace_id } = request.params;
      const score_id = body.score_id ?? newScoreId();
      const created_at = body.created_at ?? timeOf(clock());
      const scores = [scoreChange({ ...body, trace_id, score_id, created_at })];
      const outcome = await store.ingest(request.project, { traces: [], spans: [], scores });

      const [became = 'stored'] = outcome.scores;
      if (became === 'swallowed') return reply.problem(404, deletedTrace);
      if (became !== 'stored')
        return reply.problem(
          422,
          `created_at: it, or the start of its trace, is past RETENTION_DAYS (${config.retentionDays}); what has expired is not stored`,
        );
      return { score_id, status: 'created' as const };
    },
  );
};
