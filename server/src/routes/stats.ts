import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { StatsAnswer } from 'llm-tracer/schema';
import type { AppContext } from '../context.ts';

export const statsRoutes: FastifyPluginAsyncZod<AppContext> = async (app, { store }) => {
  app.get(
    '/api/stats',
    { schema: { summary: 'Sums over the project', tags: ['reading'], response: { 200: StatsAnswer } } },
    (request) => store.stats(request.project),
  );
};
