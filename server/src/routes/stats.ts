import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { CountsAnswer, CountsQuery, StatsAnswer, TimeseriesAnswer, TimeseriesQuery } from 'llm-tracer/schema';
import type { AppContext } from '../context.ts';
import { maxSeriesPoints } from '../domain/series.ts';
import type { Scanned } from '../stores/store.ts';
import { filterOf } from './trace-filter.ts';

const tooLong = `there are more than ${maxSeriesPoints} points; ask for a wider bucket, or for a shorter time`;

export const statsRoutes: FastifyPluginAsyncZod<AppContext> = async (app, { store, clock }) => {
  app.get(
    '/api/stats',
    { schema: { summary: 'Sums over the project', tags: ['reading'], response: { 200: StatsAnswer } } },
    (request) => store.stats(request.project),
  );

  app.get(
    '/api/stats/counts',
    {
      schema: {
        summary: 'How many traces pass the filters, by the minute, hour or day; far cheaper than a series',
        tags: ['reading'],
        querystring: CountsQuery,
        response: { 200: CountsAnswer },
      },
    },
    async (request, reply) => {
      const { bucket = 'hour', ...query } = request.query;
      const answer = await store.countTraces(request.project, filterOf(query, clock()), bucket, request.signal);
      if (answer === 'too long') return reply.problem(422, tooLong, [{ path: 'bucket', message: tooLong }]);
      return { bucket, ...pointsOf(answer) };
    },
  );

  app.get(
    '/api/stats/timeseries',
    {
      schema: {
        summary: 'Counts, cost and latency by the hour or day, over the traces that pass the filters',
        tags: ['reading'],
        querystring: TimeseriesQuery,
        response: { 200: TimeseriesAnswer },
      },
    },
    async (request, reply) => {
      const { bucket = 'hour', group_by: groupBy, ...query } = request.query;
      const answer = await store.timeseries(
        request.project,
        filterOf(query, clock()),
        { bucket, groupBy },
        request.signal,
      );
      if (answer === 'too long') return reply.problem(422, tooLong, [{ path: 'bucket', message: tooLong }]);
      return { bucket, ...pointsOf(answer) };
    },
  );
};

const pointsOf = <Point>({ points, scannedUntil }: Scanned & { readonly points: readonly Point[] }) => ({
  points: [...points],
  ...(scannedUntil === undefined ? {} : { scanned_until: scannedUntil }),
});
