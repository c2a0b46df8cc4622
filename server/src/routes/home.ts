import { createHash } from 'node:crypto';
import type { FastifyPluginAsync } from 'fastify';

const style = `
  body { max-width: 40rem; margin: 4rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; }
  pre { padding: 1rem; overflow-x: auto; border: 1px solid; border-radius: 0.5rem; }
  :root { color-scheme: light dark; }
`;

const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>LLM Tracer</title>
<style>${style}</style>
<h1>LLM Tracer</h1>
<p>This server records what LLM applications do. Send it a first trace (with your own key, where you have set one):</p>
<pre>curl http://127.0.0.1:8001/api/traces \\
  -H 'X-API-Key: project-dev' \\
  -H 'Content-Type: application/json' \\
  -d '{"name": "my first trace"}'</pre>
<p>From TypeScript: <code>import { Tracer } from 'llm-tracer'</code>, and set <code>TRACER_URL</code> and
<code>TRACER_API_KEY</code>.</p>
<p>The viewer is not built here: in a clone, <code>npx -y pnpm@12 serve</code> builds it. The API answers a trace as JSON:
<code>GET /api/traces/{trace_id}</code>.</p>
<p>See <a href="/docs">what the API can do</a>, its <a href="/openapi.json">OpenAPI document</a>, or
<a href="/health">how the server is</a>.</p>
</html>
`;

const styleHash = createHash('sha256').update(style).digest('base64');
const headers = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${styleHash}'; frame-ancestors 'none'; base-uri 'none'`,
  'x-content-type-options': 'nosniff',
};

/** A page in the viewer's place, where that is not built: for `/`, and the address of a trace (`trace.url` of the SDK). */
export const homeRoutes: FastifyPluginAsync = async (app) => {
  for (const path of ['/', '/traces/:trace_id'])
    app.get(path, { schema: { hide: true } }, async (_request, reply) => reply.headers(headers).send(page));
};
