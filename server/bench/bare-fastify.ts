// A floor for `pnpm bench ingest`: a bare Fastify route that only unpacks and parses the body. Prints its port.
import { zstdDecompressSync } from 'node:zlib';
import { fastify } from 'fastify';
import { listenAndPrintPort } from './printed-port.ts';

const app = fastify({ bodyLimit: 16 * 2 ** 20 });
app.removeAllContentTypeParsers();
app.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (_request: unknown, body: Buffer) =>
  JSON.parse(zstdDecompressSync(body).toString('utf8')),
);
app.post<{ Body: { spans: unknown[] } }>('/api/ingest', async ({ body }) => ({
  accepted: body.spans.length,
  rejected: [],
}));

await listenAndPrintPort(app);
