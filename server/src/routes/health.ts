import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { HealthAnswer, wireVersion } from 'llm-tracer/schema';
import type { AppContext } from '../context.ts';
import { timeOf } from '../domain/time.ts';
import type { SearchStatus } from '../stores/store.ts';
import { serverVersion } from '../version.ts';

const searchOf = (status: SearchStatus | undefined) =>
  status === undefined
    ? {}
    : { search: { depth: status.depth, is_complete: status.isComplete, lag_ms: Math.round(status.lagMs) } };

export const healthRoutes: FastifyPluginAsyncZod<AppContext> = async (app, { store, clock }) => {
  app.get(
    '/health',
    {
      schema: { summary: 'Whether the server serves; open to all', tags: ['service'], response: { 200: HealthAnswer } },
    },
    async () => ({
      status: 'healthy' as const,
      service: 'llm-tracer',
      version: serverVersion,
      wire_version: wireVersion,
      storage: store.kind,
      timestamp: timeOf(clock()),
      ...searchOf(store.searchStatus()),
    }),
  );
};
