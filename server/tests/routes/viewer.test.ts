import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startTestServer, type TestServer } from './test-server.ts';

const pages = [
  '/',
  '/traces',
  '/traces/7f3a91c2',
  '/spans/7f3a',
  '/compare/a/b',
  '/sessions/s%2F1',
  '/users',
  '/dashboard',
  '/file/traces/7f3a',
  '/sign-in?next=%2Ftraces',
  '/start',
  '/settings',
];

/** A server with a viewer of a few lines, built as Vite builds the real one. */
async function startWithViewer(): Promise<TestServer> {
  const viewerFolder = await mkdtemp(join(tmpdir(), 'llm-tracer-viewer-'));
  onTestFinished(() => rm(viewerFolder, { recursive: true }));
  await mkdir(join(viewerFolder, 'assets'));
  await writeFile(join(viewerFolder, 'index.html'), '<script type="module" src="./assets/index-1a2b.js"></script>');
  await writeFile(join(viewerFolder, 'theme.js'), '// theme');
  await writeFile(join(viewerFolder, 'icon.svg'), '<svg/>');
  await writeFile(join(viewerFolder, 'assets', 'index-1a2b.js'), 'export const viewer = 1;');
  await writeFile(join(viewerFolder, 'assets', 'index-1a2b.js.gz'), 'compressed');
  await writeFile(join(viewerFolder, 'secret.txt'), 'not for visitors');
  return startTestServer({ viewerFolder });
}

describe('the viewer', () => {
  it.each(pages)('answers %s with its page, without a key', async (path) => {
    const server = await startWithViewer();

    const reply = await server.get(path, { key: null });

    expect(reply.status).toBe(200);
    expect(reply.headers['content-type']).toContain('text/html');
    expect(reply.text).toContain('assets/index-1a2b.js');
  });

  it.each(pages)(
    'leads from %s to its scripts by a relative way, so that a proxy may put a path in front',
    async (path) => {
      const server = await startWithViewer();

      const { text } = await server.get(path, { key: null });
      const source = /src="([^"]+)"/.exec(text)?.[1] ?? '';
      const behindProxy = new URL(source, `https://example.org/tools/tracer${path}`);

      expect(behindProxy.pathname).toBe('/tools/tracer/assets/index-1a2b.js');
    },
  );

  it('allows nothing but its own files, on its pages and on its scripts (a worker has the policy of its script)', async () => {
    const server = await startWithViewer();

    for (const path of ['/', '/traces/7f3a91c2', '/assets/index-1a2b.js', '/theme.js', '/icon.svg']) {
      const { headers } = await server.get(path, { key: null });
      const policy = String(headers['content-security-policy']);
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("script-src 'self';");
      expect(policy).not.toContain('unsafe');
      expect(headers['x-content-type-options']).toBe('nosniff');
    }
  });

  it('lets browsers keep what has a hash in its name for good, and ask for the page again', async () => {
    const server = await startWithViewer();

    const asset = await server.get('/assets/index-1a2b.js', { key: null });
    const page = await server.get('/traces', { key: null });

    expect(asset.headers['cache-control']).toContain('immutable');
    expect(page.headers['cache-control']).toBe('no-cache');
  });

  it('sends the compressed copy to who takes it', async () => {
    const server = await startWithViewer();

    const reply = await server.get('/assets/index-1a2b.js', { key: null, headers: { 'accept-encoding': 'gzip' } });

    expect(reply.headers['content-encoding']).toBe('gzip');
    expect(reply.text).toBe('compressed');
  });

  it.each([
    '/assets/missing.js',
    '/assets/../secret.txt',
    '/assets/..%2Fsecret.txt',

    '/nowhere',
    '/traces/a/b',
  ])('answers %s with an error as JSON', async (path) => {
    const server = await startWithViewer();

    const reply = await server.get(path, { key: null });

    expect(reply.status).toBeGreaterThanOrEqual(400);
    expect(reply.status).toBeLessThan(500);
    expect(reply.headers['content-type']).toContain('application/problem+json');
    expect(reply.text).not.toContain('not for visitors');
  });
});
