import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { ListGroupsQuery, UserListAnswer, UserSummary } from 'llm-tracer/schema';
import * as z from 'zod/mini';
import type { AppContext } from '../context.ts';
import { filterOf, pageAnswer, pageOf } from './trace-filter.ts';

export const userRoutes: FastifyPluginAsyncZod<AppContext> = async (app, { store, clock }) => {
  app.get(
    '/api/users',
    {
      schema: {
        summary: 'A page of users with totals over the traces that pass the filters, latest activity first',
        tags: ['reading'],
        querystring: ListGroupsQuery,
        response: { 200: UserListAnswer },
      },
    },
    async ({ project, query, signal }) => {
      const { users, ...page } = await store.listUsers(project, filterOf(query, clock()), pageOf(query), signal);
      return { users: [...users], ...pageAnswer(page, users.length) };
    },
  );

  app.delete(
    '/api/users/:user_id',
    {
      schema: {
        summary: 'Delete the traces whose user this is now, with their spans, payloads and scores, for good',
        tags: ['writing'],
        params: z.object({ user_id: UserSummary.shape.user_id }),
        response: { 204: z.undefined() },
      },
    },
    // Of a user without traces too: it repeats harmlessly, and nothing is kept that could tell.
    async ({ project, params }, reply) => {
      await store.deleteUser(project, params.user_id);
      return reply.code(204).send();
    },
  );
};
