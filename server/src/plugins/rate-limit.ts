import { fastifyPlugin } from 'fastify-plugin';
import { TokenBuckets } from './token-buckets.ts';

export interface RateLimitOptions {
  /** Most requests a minute with one key; undefined is no limit. */
  readonly rateLimit: number | undefined;
  /** Microseconds since 1970. */
  readonly clock: () => number;
}

/**
 * Bounds how often one key may ask, so that one client in a loop does not take the server from all others. Each process
 * counts for itself.
 */
export const rateLimit = fastifyPlugin(
  async (app, { rateLimit: perMinute, clock }: RateLimitOptions) => {
    if (perMinute === undefined) return;
    const buckets = new TokenBuckets(perMinute, clock);
    app.addHook('onRequest', async (request, reply) => {
      const waitSeconds = buckets.take(request.keyOwner);
      if (waitSeconds === 0) return;
      reply.header('retry-after', waitSeconds);
      return reply.problem(
        429,
        `This key has made more than RATE_LIMIT_RPM (${perMinute}) requests a minute. Wait ${waitSeconds} s.`,
      );
    });
  },
  { name: 'rate-limit', dependencies: ['auth'] },
);
