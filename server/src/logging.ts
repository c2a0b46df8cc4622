import type { FastifyRequest } from 'fastify';

/**
 * What the log holds: one JSON object a line, each with the id of its request.
 *
 * Never a key and never a payload: of a request only its method, path and peer. Not the query, in which users are named and
 * texts are searched; not the headers, in which keys stand; not the body.
 */
export const loggerOptions = (level: string) => ({
  level,
  serializers: {
    req: ({ method, url, ip }: FastifyRequest) => ({ method, path: url.replace(/\?.*$/s, ''), remoteAddress: ip }),
  },
});
