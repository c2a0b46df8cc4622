import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { GetSessionQuery, ListGroupsQuery, SessionAnswer, SessionListAnswer, SessionSummary } from 'llm-tracer/schema';
import * as z from 'zod/mini';
import type { AppContext } from '../context.ts';
import { problemReply } from '../plugins/openapi.ts';
import { filterOf, pageAnswer, pageOf } from './trace-filter.ts';

const unknownSession = 'No trace of this project is in a session with this id.';

export const sessionRoutes: FastifyPluginAsyncZod<AppContext> = async (app, { store, clock }) => {
  app.get(
    '/api/sessions',
    {
      schema: {
        summary: 'A page of sessions with totals over the traces that pass the filters, latest activity first',
        tags: ['reading'],
        querystring: ListGroupsQuery,
        response: { 200: SessionListAnswer },
      },
    },
    async ({ project, query, signal }) => {
      const { sessions, ...page } = await store.listSessions(project, filterOf(query, clock()), pageOf(query), signal);
      return { sessions: [...sessions], ...pageAnswer(page, sessions.length) };
    },
  );

  app.get(
    '/api/sessions/:session_id',
    {
      schema: {
        summary: 'A session with a page of its traces, oldest first',
        tags: ['reading'],
        params: z.object({ session_id: SessionSummary.shape.session_id }),
        querystring: GetSessionQuery,
        response: { 200: SessionAnswer, 404: problemReply(unknownSession) },
      },
    },
    async ({ project, params, query, signal }, reply) => {
      const found = await store.readSession(project, params.session_id, pageOf(query), signal);
      if (found === undefined) return reply.problem(404, unknownSession);
      const { session, traces, nextCursor } = found;
      return { session, traces: [...traces], ...pageAnswer({ nextCursor }, traces.length) };
    },
  );
};
