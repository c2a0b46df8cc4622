import { describe, expect, it } from 'vitest';
import { oddTrace } from '../data/odd.ts';
import { violationsOn } from './harness/axe.ts';
import { keys } from './harness/keys.ts';
import { openPage, searchOf, send, serverUrl, settled, tableRows } from './harness/page.ts';

const hourMs = 3_600_000;

/** Turns of one conversation, twenty seconds apart, with a pause of three hours before the last. */
async function sendConversation(session: string, turns: number, user = session): Promise<void> {
  const startMs = Date.now() - 6 * hourMs;
  const records = Array.from({ length: turns }, (_, turn) =>
    oddTrace(
      [
        { name: 'look', at: [10, 300], span_type: 'tool' },
        { name: 'chat', at: [300, 900], span_type: 'llm', model: 'gpt-4o', tokens_input: 10, tokens_output: 5 },
      ],
      {
        name: 'support',
        startMs: startMs + turn * 20_000 + (turn === turns - 1 ? 3 * hourMs : 0),
        trace: {
          session_id: session,
          user_id: user,
          input: { question: `Question ${turn + 1}?` },
          output: `Answer **${turn + 1}**.`,
        },
      },
    ),
  );
  await send(...records);
}

describe('sessions', () => {
  it('lists conversations, and opens one turn by turn with what was said and what was done', {
    tags: ['each-store'],
  }, async () => {
    await sendConversation('s-talk', 3);
    const { page, complaints } = await openPage('/sessions?project=dev&session_id=s-talk');

    await tableRows(page).first().waitFor();
    expect(await tableRows(page).first().getAttribute('aria-label')).toContain('session s-talk, 3 turns');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByText('Question 1?').waitFor();
    expect(new URL(page.url()).pathname).toBe('/sessions/s-talk');
    await page.getByText('Answer').first().waitFor();
    await page.getByRole('button', { name: '1 tool call, 1 model call' }).first().click();
    await page.getByRole('link', { name: /look/ }).first().waitFor();
    await page.getByText('3 h 00 m later').waitFor();
    expect(complaints).toEqual([]);
  });

  it('opens a session of 300 turns at its end by its address, reads only what is seen, and moves by keys', async () => {
    await sendConversation('s-long', 300);
    const { page } = await openPage('/sessions/s-long?project=dev&turn=300');
    const read = new Set<string>();
    page.on('request', (request) => {
      const [, id] = /\/api\/traces\/([0-9a-f]+)/.exec(request.url()) ?? [];
      if (id !== undefined) read.add(id);
    });

    await page.getByText('Question 300?').waitFor();
    expect(await page.getByText('Question 1?').count()).toBe(0);
    expect(read.size).toBeLessThan(40);
    await page.keyboard.press('k');
    await expect.poll(() => searchOf(page).get('turn')).toBe('299');
    await page.keyboard.press('Home');
    await page.getByText('Question 1?', { exact: true }).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/traces\//);
  });

  it('says that a session is not there, and what may have happened to it', async () => {
    const { page } = await openPage('/sessions/nobody?project=dev');

    await page.getByText('No session nobody in project dev.').waitFor();
    await page.getByText(/expired after 90 days/).waitFor();
  });
});

describe('users', () => {
  it('shows a user, and deletes all of it after the id was typed', { tags: ['each-store'] }, async () => {
    await sendConversation('s-gone', 2, 'user-to-go');
    const { page } = await openPage('/users?project=dev&user_id=user-to-go');
    await tableRows(page).first().waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    // The list has a header of that name.
    await page.getByRole('heading', { name: 'user-to-go' }).waitFor();
    await page.getByRole('button', { name: 'Traces', exact: true }).click();
    await expect.poll(() => tableRows(page).count()).toBe(2);

    await page.getByRole('button', { name: /Delete this user/ }).click();
    const confirm = page.getByRole('button', { name: 'Delete for good' });
    expect(await confirm.isDisabled()).toBe(true);
    await page.getByLabel('Type the id to go on').fill('user-to-go');
    expect(await violationsOn(page)).toEqual([]);
    await confirm.click();

    await page.waitForURL(/\/users\?/);
    const answer = await fetch(`${serverUrl()}/api/traces?user_id=user-to-go`, { headers: { 'X-API-Key': keys.dev } });
    expect(await answer.json()).toMatchObject({ traces: [] });
  });

  it('does not offer deletion to a key that may only read', async () => {
    const { page } = await openPage('/sign-in');
    await page.getByLabel('API key').fill(keys.reading);
    await page.keyboard.press('Enter');
    await page.waitForURL(/project=demo/);
    await page.goto(`${serverUrl()}/users/somebody?project=demo`);

    const button = page.getByRole('button', { name: /Delete this user/ });
    await button.waitFor();
    expect(await button.isDisabled()).toBe(true);
  });
});

describe('in both themes, axe finds nothing', () => {
  it('on a session and on a user', async () => {
    await sendConversation('s-axe', 2);
    for (const path of ['/sessions/s-axe', '/users/s-axe', '/users/s-axe?tab=traces']) {
      const { page } = await openPage(`${path}${path.includes('?') ? '&' : '?'}project=dev`);
      await settled(page);
      expect(await violationsOn(page)).toEqual([]);
    }
  });
});
