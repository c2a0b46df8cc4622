import { fastifyPlugin } from 'fastify-plugin';

/** How long a closing server waits for requests that are still being sent, or answered. */
const drainMs = 10_000;

/**
 * Lets a closing server end soon: accepted requests are answered, and their connections closed with the answer.
 *
 * Fastify closes the idle connections. One that is busy when closing begins would stay open for the whole keep-alive
 * time after its answer, and one whose client has stalled for even longer.
 */
export const drain = fastifyPlugin(
  async (app) => {
    let isClosing = false;
    app.addHook('preClose', async () => {
      isClosing = true;
      setTimeout(() => app.server.closeAllConnections(), drainMs).unref();
    });
    app.addHook('onSend', async (_request, reply) => {
      if (isClosing) reply.header('connection', 'close');
    });
  },
  { name: 'drain' },
);
