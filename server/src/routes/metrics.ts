import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod/mini';
import { isKeyOf } from '../api-keys.ts';
import type { MetricsAccess } from '../config.ts';
import type { AppContext } from '../context.ts';
import { problemReply } from '../plugins/openapi.ts';

const closed =
  'Numbers of the server are not for everybody who can reach it: set METRICS_KEY, and send it as Authorization: Bearer.';
const wrongKey = 'This needs METRICS_KEY, as Authorization: Bearer. Keys of projects do not open it.';

/** Numbers of the whole server. They are no one project's, so that no project's key opens them. */
export const metricsRoutes: FastifyPluginAsyncZod<AppContext> = async (app, { config, store }) => {
  app.get(
    '/metrics',
    {
      schema: {
        summary: 'Numbers of the server, in Prometheus’ text format',
        tags: ['service'],
        response: {
          200: { description: 'One sample a line.', content: { 'text/plain': { schema: z.string() } } },
          401: problemReply(wrongKey),
          403: problemReply(closed),
        },
      },
      onRequest: async (request, reply) => {
        const refusal = refusalOf(config.metrics, request.headers.authorization);
        if (refusal === 401) reply.header('www-authenticate', 'Bearer');
        if (refusal !== undefined) return reply.problem(refusal, refusal === 401 ? wrongKey : closed);
      },
    },
    async (_request, reply) => {
      const text = await app.metrics.text(store);
      return reply.type(app.metrics.contentType).send(text);
    },
  );
};

function refusalOf(access: MetricsAccess, authorization: string | undefined): 401 | 403 | undefined {
  if (access === 'open') return undefined;
  if (access === 'closed') return 403;
  const presented = /^Bearer +(.+)$/i.exec(authorization ?? '')?.[1];
  return presented !== undefined && isKeyOf(access.keyHash, presented) ? undefined : 401;
}
