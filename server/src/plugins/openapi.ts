import type { Readable } from 'node:stream';
import type { RouteOptions } from 'fastify';
import { fastifyPlugin } from 'fastify-plugin';
import { Problem, ScoreRecord, ScoreUpsert, SpanRecord, SpanUpsert, TraceRecord, TraceUpsert } from 'llm-tracer/schema';
import * as z from 'zod/mini';
import { serverVersion } from '../version.ts';

/** Entities that the document names, so that generated clients have a type for each. */
const named = { Problem, ScoreRecord, ScoreUpsert, SpanRecord, SpanUpsert, TraceRecord, TraceUpsert };

/** The OpenAPI document at `/openapi.json`, made from the schemas that the routes work with, and a page for it at `/docs`. */
export const openapi = fastifyPlugin(
  async (app) => {
    // Only here, where it is wanted: a Lambda has the document made beforehand, and starts without what makes it.
    const [{ fastifySwagger }, { fastifySwaggerUi }, { createJsonSchemaTransform, createJsonSchemaTransformObject }] =
      await Promise.all([
        import('@fastify/swagger'),
        import('@fastify/swagger-ui'),
        import('fastify-type-provider-zod'),
      ]);
    const schemaRegistry = z.registry<{ id: string }>();
    for (const [id, schema] of Object.entries(named)) schemaRegistry.add(schema, { id });

    await app.register(fastifySwagger, {
      openapi: {
        openapi: '3.1.0',
        info: {
          title: 'LLM Tracer',
          description: 'Records what LLM applications do: traces, spans and scores.',
          version: serverVersion,
        },
        components: {
          securitySchemes: {
            key: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
            bearer: { type: 'http', scheme: 'bearer' },
          },
        },
      },
      transform: createJsonSchemaTransform({ schemaRegistry }),
      transformObject: createJsonSchemaTransformObject({ schemaRegistry }),
    });
    await app.register(fastifySwaggerUi, {
      routePrefix: '/docs',
      staticCSP: true,
      // Without TLS, on any address but loopback, it would have the browser ask for the page's own scripts in vain.
      transformStaticCSP: (policy) => policy.replace(/ *upgrade-insecure-requests;?/, ''),
    });
    app.addHook('onRoute', documentErrors);
    app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  },
  { name: 'openapi', dependencies: ['problem'] },
);

/** Adds to a documented route of the API what every such route may answer, so that it states only what is its own. */
function documentErrors({ url, schema }: RouteOptions): void {
  if (schema === undefined || schema.hide === true || !url.startsWith('/api/')) return;
  schema.security = [{ key: [] }, { bearer: [] }];
  const statuses = [401, 403, 429, 503];
  if (schema.body !== undefined) statuses.push(400, 413, 415);
  if (schema.body !== undefined || schema.querystring !== undefined || schema.params !== undefined) statuses.push(422);
  const common = statuses.map((status) => [status, problemReply(errorMeanings[status] ?? '')]);
  schema.response = { ...Object.fromEntries(common), ...(schema.response as object) };
}

const errorMeanings: Readonly<Record<number, string>> = {
  400: 'The body cannot be read.',
  401: 'No key, or one that the server does not know.',
  403: 'The key does not allow this.',
  413: 'The body, or a payload in it, is over a limit.',
  415: 'The body is of a type or an encoding that is not supported.',
  422: 'The address, query or body is not valid.',
  429: 'The key has made more requests a minute than RATE_LIMIT_RPM.',
  503: 'The store cannot serve this now; nothing of it was stored.',
};

/** An error reply, for a route's `response`. */
export const problemReply = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: Problem } },
});

/** A stream, as the text that its schema documents. */
export const asDocumented = (stream: Readable): string => stream as unknown as string;
