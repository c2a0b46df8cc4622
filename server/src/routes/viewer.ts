import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyPluginAsync } from 'fastify';

/** The pages of the viewer. Any other address is answered by the API, or with an error as JSON. */
const pages = [
  '/',
  '/traces',
  '/traces/:trace_id',
  '/spans/:span_id',
  '/compare/:a',
  '/compare/:a/:b',
  '/sessions',
  '/sessions/:session_id',
  '/users',
  '/users/:user_id',
  '/dashboard',
  '/file',
  '/file/*',
  '/sign-in',
  '/start',
  '/settings',
];

/** What a payload says must never run, load or be framed, also where the viewer has a defect. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  'media-src blob:',
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const security = {
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
};

export interface ViewerOptions {
  /** The built viewer. */
  readonly folder: string;
}

/** The web viewer: one page under many addresses, and the files it loads. */
export const viewerRoutes: FastifyPluginAsync<ViewerOptions> = async (app, { folder }) => {
  // Here, since a server without the viewer has no use for it. By its default: in a bundle CommonJS has no other names.
  const { default: fastifyStatic } = await import('@fastify/static');
  // The names of built files hold a hash of what is in them: they never change.
  app.register(fastifyStatic, {
    root: join(folder, 'assets'),
    prefix: '/assets/',
    preCompressed: true,
    immutable: true,
    maxAge: '365d',
    decorateReply: false,
    index: false,
    // The policy of a worker is the one its own file came with.
    setHeaders: (reply) => void reply.headers(security),
    schemaHide: true,
  });

  for (const [name, type] of [
    ['theme.js', 'text/javascript'],
    ['icon.svg', 'image/svg+xml'],
  ] as const) {
    const content = readFileSync(join(folder, name));
    app.get(`/${name}`, { schema: { hide: true } }, async (_request, reply) =>
      reply
        .headers({ ...security, 'cache-control': 'max-age=3600' })
        .type(`${type}; charset=utf-8`)
        .send(content),
    );
  }

  const page = readFileSync(join(folder, 'index.html'), 'utf8');
  for (const path of pages)
    app.get(path, { schema: { hide: true } }, async (request, reply) =>
      reply
        .headers({ ...security, 'cache-control': 'no-cache' })
        .type('text/html; charset=utf-8')
        .send(page.replaceAll('="./', `="${pathToRoot(request.url)}`)),
    );
};

/**
 * The way from a page to the root, as `../../`. Relative, because a proxy may have put a path in front of ours that we
 * do not see, and a `<base>` would need a hole in the policy.
 */
function pathToRoot(url: string): string {
  const path = url.replace(/[?#].*$/s, '');
  return '../'.repeat(path.split('/').length - 2) || './';
}
