import { readFile } from 'node:fs/promises';
import type { FastifyPluginAsync } from 'fastify';
import { fastifyPlugin } from 'fastify-plugin';

/** The OpenAPI document and a page that lists its calls, as they were made for the package: what makes them is not in it. */
export const packagedDocumentation: FastifyPluginAsync = fastifyPlugin(
  async (app) => {
    const files = { '/openapi.json': 'application/json', '/docs': 'text/html; charset=utf-8' };
    for (const [path, type] of Object.entries(files))
      app.get(path, async (_request, reply) => {
        const file = new URL(path === '/docs' ? './docs.html' : './openapi.json', import.meta.url);
        return reply.type(type).send(await readFile(file));
      });
  },
  { name: 'openapi', dependencies: ['problem'] },
);
