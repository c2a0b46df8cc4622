import type { FastifyRequest } from 'fastify';
import { fastifyPlugin } from 'fastify-plugin';

export interface OverloadOptions {
  /** Limits of one body, compressed or not, and unpacked. */
  readonly maxBodyBytes: number;
  readonly maxDecompressedBytes: number;
  /** How many bodies of the largest size may be under way. @default 4 */
  readonly largestAtOnce?: number;
}

// What SDKs send unpacks to five to ten times its size.
const usualRatio = 8;
const retryAfterSeconds = 1;

/**
 * Refuses a body before it is received while too much of others is being received, parsed or stored: what waits here is
 * memory, while a client that is told so keeps its records and comes again. One body is always let in, however large.
 */
export const overload = fastifyPlugin(
  async (app, { maxBodyBytes, maxDecompressedBytes, largestAtOnce = 4 }: OverloadOptions) => {
    const most = largestAtOnce * maxDecompressedBytes;
    let underWay = 0;

    const weightOf = ({ headers }: FastifyRequest): number => {
      const length = headers['content-length'];
      if (length === undefined && headers['transfer-encoding'] === undefined) return 0;
      // One that does not say how long it is may be as long as any.
      const bytes = length === undefined ? maxBodyBytes : Number(length);
      return headers['content-encoding'] === undefined ? bytes : Math.min(bytes * usualRatio, maxDecompressedBytes);
    };

    app.addHook('onRequest', async (request, reply) => {
      const weight = weightOf(request);
      if (underWay > 0 && underWay + weight > most) {
        reply.header('retry-after', retryAfterSeconds);
        return reply.problem(
          503,
          'The server has as many bodies under way as it takes at once. Send this again later.',
        );
      }
      underWay += weight;
      // Whether it was answered or its client has gone.
      reply.raw.once('close', () => {
        underWay -= weight;
      });
    });
  },
  { name: 'overload', dependencies: ['problem'] },
);
