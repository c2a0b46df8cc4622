// The floor below: a bare Fastify route that unpacks and parses the body, and answers.
import { zstdDecompressSync } from 'node:zlib';
import { fastify } from '../../server/node_modules/fastify/fastify.js';

const app = fastify({ bodyLimit: 64 * 1024 * 1024 });
app.removeAllContentTypeParsers();
app.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (_request: unknown, body: Buffer) =>
  JSON.parse(zstdDecompressSync(body).toString('utf8')),
);
app.post('/api/ingest', async (request: { body: unknown }) => ({
  accepted: (request.body as { spans: unknown[] }).spans.length,
  rejected: [],
}));
process.once('SIGTERM', () => void app.close());
console.log(`listening on ${await app.listen({ host: '127.0.0.1', port: Number(process.env['PORT']) })}`);
