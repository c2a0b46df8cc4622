import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { HealthAnswer, wireVersion } from 'llm-tracer/schema';
import type { AppContext } from '../context.ts';
import { timeOf } from '../domain/time.ts';
import { serverVersion } from '../version.ts';

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
    }),
  );
};
