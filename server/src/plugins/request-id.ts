import { fastifyPlugin } from 'fastify-plugin';

/** Every answer names its request as the log does, so that a client can quote it. */
export const requestId = fastifyPlugin(
  async (app) => {
    app.addHook('onRequest', async (request, reply) => {
      reply.header('x-request-id', request.id);
    });
  },
  { name: 'request-id' },
);
