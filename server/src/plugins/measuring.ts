import { fastifyPlugin } from 'fastify-plugin';
import type { Metrics } from '../metrics.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** What `GET /metrics` tells. */
    readonly metrics: Metrics;
  }
}

/** Counts and times every request by the pattern of its route: addresses themselves are without number. */
export const measuring = fastifyPlugin(
  async (app, { metrics }: { readonly metrics: Metrics }) => {
    app.decorate('metrics', metrics);
    app.addHook('onResponse', async (request, reply) => {
      const route = request.is404 ? 'none' : (request.routeOptions.url ?? 'none');
      metrics.countRequest(request.method, route, reply.statusCode, reply.elapsedTime / 1000);
    });
  },
  { name: 'measuring' },
);
