import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod/mini';
import type { AppContext } from '../context.ts';
import { ChangeLog } from '../live/change-log.ts';
import { EventStream } from '../live/event-stream.ts';
import { asDocumented, problemReply } from '../plugins/openapi.ts';

// Proxies commonly let go of what is silent for a minute.
const heartbeatMs = 15_000;
const gatherMs = 250;
// Each is a socket. Browsers open one a tab.
const mostStreams = 500;

const tooMany = 'There are too many live streams already; ask the lists from time to time instead.';

/** What changes, as it changes. */
export const liveRoutes: FastifyPluginAsyncZod<AppContext> = async (app, { store }) => {
  const log = new ChangeLog(store);
  const streams = new Set<EventStream>();
  // Before the server waits for requests to end: these would not by themselves.
  app.addHook('preClose', async () => {
    for (const stream of streams) stream.end();
    log.close();
  });

  app.get(
    '/api/live',
    {
      // It would never end, and nobody would read it.
      exposeHeadRoute: false,
      schema: {
        summary: 'Server-sent events: which traces of the project have changed',
        description:
          '`event: traces` holds `{"trace_ids": […]}`: written, scored or deleted since the event before; read them again. `event: missed`: ' +
          'more has changed than is remembered; list again. Sent with its `id` as `Last-Event-ID`, a stream goes on where the last one ended. ' +
          'Needs the key in a header, so read it with `fetch`, not with `EventSource`.',
        tags: ['reading'],
        response: {
          200: { description: 'Events.', content: { 'text/event-stream': { schema: z.string() } } },
          503: problemReply(tooMany),
        },
      },
    },
    async (request, reply) => {
      if (streams.size >= mostStreams) return reply.header('retry-after', 30).problem(503, tooMany);
      const lastEventId = request.headers['last-event-id'];
      const stream = new EventStream({
        log,
        project: request.project,
        lastEventId: typeof lastEventId === 'string' ? lastEventId : undefined,
        heartbeatMs,
        gatherMs,
      });
      streams.add(stream);
      stream.once('close', () => streams.delete(stream));
      // Proxies that gather answers would hold events back.
      reply.headers({ 'cache-control': 'no-store', 'x-accel-buffering': 'no' }).type('text/event-stream');
      return reply.send(asDocumented(stream));
    },
  );
};
