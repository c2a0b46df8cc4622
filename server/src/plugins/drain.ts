import { fastifyPlugin } from 'fastify-plugin';

export interface DrainOptions {
  /** How long a closing server waits for requests that are still being sent, or answered. */
  readonly deadlineMs: number;
}

/** How often a closing server looks for connections that have become idle. */
const sweepMs = 50;

/**
 * Lets a closing server end soon: accepted requests are answered, and their connections closed with the answer.
 *
 * Fastify closes the connections that are idle when closing begins. A busy one would stay open for the whole keep-alive
 * time after its answer, and one whose client has stalled for even longer.
 */
export const drain = fastifyPlugin(
  async (app, { deadlineMs }: DrainOptions) => {
    let isClosing = false;
    app.addHook('preClose', async () => {
      isClosing = true;
      if (!app.server.listening) return;
      const sweep = setInterval(() => app.server.closeIdleConnections(), sweepMs).unref();
      const deadline = setTimeout(() => app.server.closeAllConnections(), deadlineMs).unref();
      app.server.once('close', () => {
        clearInterval(sweep);
        clearTimeout(deadline);
      });
    });
    // The client is told, rather than to find its connection gone when it sends the next request.
    app.addHook('onSend', async (_request, reply) => {
      if (isClosing) reply.header('connection', 'close');
    });
  },
  { name: 'drain' },
);
