import { describe, expect, it } from 'vitest';
import { keys } from './harness/keys.ts';
import { expectRepaint, openPage, searchOf, serverUrl, tableRows } from './harness/page.ts';

const signInWith = async (key: string, path = '/sign-in', isKept = false) => {
  const opened = await openPage(path);
  await opened.page.getByLabel('API key').fill(key);
  if (isKept) await opened.page.getByLabel('Keep on this device').check();
  await opened.page.getByRole('button', { name: 'Sign in' }).click();
  return opened;
};

const stored = (page: Awaited<ReturnType<typeof openPage>>['page']) =>
  page.evaluate(() => ({
    local: JSON.stringify({ ...localStorage }),
    session: JSON.stringify({ ...sessionStorage }),
    history: JSON.stringify(history.state),
    url: location.href,
  }));

it('the icon of the tab is where it was from every page that the page leads to', async () => {
  const { page } = await openPage('/traces?name=support-agent');
  const iconOf = () => page.locator('link[rel=icon]').evaluate((link: HTMLLinkElement) => new URL(link.href).pathname);
  const before = await iconOf();

  await tableRows(page).first().click();
  await page.locator('[role=treegrid]').waitFor();

  expect(await iconOf()).toBe(before);
  expect((await page.request.get(`${serverUrl()}${before}`)).headers()['content-type']).toContain('image/svg+xml');
});

describe('signing in', () => {
  it('is not needed on this machine with the standard key, and the address names the project', async () => {
    const { page } = await openPage('/');

    await tableRows(page).first().waitFor();
    expect(new URL(page.url()).pathname).toBe('/traces');
    expect(searchOf(page).get('project')).toBe('dev');
  });

  it('keeps a key for the tab alone, unless it is to be kept', async () => {
    const { page } = await signInWith(keys.other);
    await page.getByRole('heading', { name: 'Waiting for your first trace' }).waitFor();

    const { local, session, history, url } = await stored(page);
    expect([local, history, url].some((text) => text.includes(keys.other))).toBe(false);
    expect(session).toContain(keys.other);

    const kept = await signInWith(keys.other, '/sign-in', true);
    await kept.page.getByRole('heading', { name: 'Waiting for your first trace' }).waitFor();
    expect((await stored(kept.page)).local).toContain(keys.other);
  });

  it('says what is wrong with a key', async () => {
    const wrong = await signInWith('no-such-key');
    await wrong.page.getByText('The server does not know this key.').waitFor();
    const sending = await signInWith(keys.sending);
    await sending.page.getByText('This key can only send data. Use one that may read.').waitFor();
  });

  it('asks for the key of a link’s project, and then shows what the link shows', async () => {
    const { page } = await openPage('/traces?project=demo&status=error&sort=cost');
    await page.getByText('This link belongs to project demo. Enter a key for it.').waitFor();

    await page.getByLabel('API key').fill(keys.reading);
    await page.getByRole('button', { name: 'Sign in' }).click();

    await page.getByText('No traces match.').waitFor();
    expect(page.url()).toBe(`${serverUrl()}/traces?project=demo&status=error&sort=cost`);
  });

  it('never leads to another site', async () => {
    for (const next of ['https://example.org/', '//example.org/', '/\\example.org']) {
      const { page } = await signInWith(keys.other, `/sign-in?next=${encodeURIComponent(next)}`);
      await page.getByRole('heading', { name: 'Waiting for your first trace' }).waitFor();
      expect(page.url().startsWith(serverUrl())).toBe(true);
    }
  });
});

describe('the frame', () => {
  it('finds pages, actions and any id by the command palette', async () => {
    const { page } = await openPage('/traces?project=dev&name=support-agent');
    const id = await tableRows(page).first().getByRole('link').getAttribute('href');
    const traceId = /traces\/(\w+)/.exec(id ?? '')?.[1] ?? '';

    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').waitFor();
    await page.keyboard.type(traceId);
    await page.getByRole('option').last().click();
    await page.locator('[role=treegrid]').waitFor();
    expect(page.url()).toContain(traceId);

    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').waitFor();
    await page.keyboard.type('settings');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Settings' }).waitFor();
  });

  it('opens a span by its id alone, in its trace', async () => {
    const { page } = await openPage('/traces?project=dev&name=support-agent');
    await tableRows(page).first().click();
    await page.locator('[role=treegrid]').waitFor();
    await page.keyboard.press('j');
    await expect.poll(() => searchOf(page).get('span')).not.toBe(null);
    const span = searchOf(page).get('span') ?? '';

    await page.goto(`${serverUrl()}/spans/${span}?project=dev`);

    await page.locator('[role=treegrid]').waitFor();
    expect(searchOf(page).get('span')).toBe(span);
  });

  it('switches the theme at once, everywhere, and keeps it', async () => {
    const { page } = await openPage('/dashboard?project=dev', { colorScheme: 'light' });
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(await background()).toBe('rgb(255, 255, 255)');

    await page.getByRole('button', { name: /^Theme/ }).click();
    await page.getByRole('menuitem', { name: 'Dark' }).click();
    expect(await background()).toBe('rgb(14, 17, 22)');
    await page.reload();
    expect(await background()).toBe('rgb(14, 17, 22)');
  });

  it('repaints the minimap of a trace when the theme is switched', async () => {
    const { page } = await openPage('/traces?project=dev&name=support-agent', { colorScheme: 'light' });
    await tableRows(page).first().click();
    await page.locator('[role=treegrid]').waitFor();

    await expectRepaint(page, page.locator('canvas').first());
  });

  it('works below a path of a proxy', async () => {
    const { createServer, request } = await import('node:http');
    const target = new URL(serverUrl());
    const proxy = createServer((incoming, answer) => {
      const path = (incoming.url ?? '').replace(/^\/tools\/tracer/, '') || '/';
      const forward = request(
        { host: target.hostname, port: target.port, path, method: incoming.method, headers: incoming.headers },
        (reply) => {
          answer.writeHead(reply.statusCode ?? 500, reply.headers);
          reply.pipe(answer);
        },
      );
      incoming.pipe(forward);
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const address = proxy.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { page } = await openPage('/settings?project=dev');

    await page.goto(`http://127.0.0.1:${port}/tools/tracer/traces?name=support-agent`);
    await tableRows(page).first().click();
    await page.locator('[role=treegrid]').waitFor();

    expect(new URL(page.url()).pathname).toMatch(/^\/tools\/tracer\/traces\/\w+$/);
    proxy.closeAllConnections();
    proxy.close();
  });

  it('says that there is no such page', async () => {
    const reply = await fetch(`${serverUrl()}/no-such-page`);
    expect(reply.status).toBe(404);
  });
});
