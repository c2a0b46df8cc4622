import { describe, expect, it } from 'vitest';
import { hostileTexts } from '../data/hostile.ts';
import { type OddSpan, oddTrace } from '../data/odd.ts';
import { violationsOn } from './harness/axe.ts';
import { longestTaskMs, watchTasks } from './harness/busy.ts';
import { type OpenOptions, openPage, openTrace, searchOf, send, settled, tableRows } from './harness/page.ts';

/** A trace of one model call, opened at it. */
async function openCall(span: Partial<OddSpan>, search = '', options: OpenOptions = {}) {
  const trace = oddTrace([{ name: 'chat', at: [0, 900], span_type: 'llm', ...span }], { name: 'payloads' });
  await send(trace);
  const id = trace.spans?.[0]?.span_id ?? '';
  const opened = await openTrace(trace.traceId, `span=${id}${search}`, options);
  return { ...opened, panel: opened.page.locator('[data-panel]'), traceId: trace.traceId };
}

const said = (content: unknown, more: object = {}) => ({
  output_data: { messages: [{ role: 'assistant', content, ...more }] },
});

describe('hostile payloads', () => {
  it.each(Object.entries(hostileTexts))('%s is shown and never run, loaded or followed', async (_, text) => {
    const marker = 'the end of it';
    const { page, panel, complaints, strays } = await openCall({
      name: text.slice(0, 200),
      input_data: { messages: [{ role: 'user', content: `${text}\n\n${marker}` }] },
      ...said(`${text}\n\n${marker}`),
      metadata: { note: text, [text.slice(0, 40)]: 1 },
      error: text,
      status: 'error',
    });
    await panel.getByText(marker).first().waitFor();
    for (const tab of ['Input/Output', 'Meta', 'Raw']) await page.getByRole('tab', { name: tab }).click();
    await settled(page);

    expect(complaints).toEqual([]);
    expect(strays).toEqual([]);
    expect(await page.evaluate(() => (globalThis as { hacked?: unknown }).hacked)).toBeUndefined();
    expect(
      await page
        .locator('main script, main iframe, main object, main embed, main form[action], main svg:not([class*=lucide])')
        .count(),
    ).toBe(0);
    expect(
      await page.locator('main a[href^="javascript:"], main a[href^="data:"], main a[href^="vbscript:"]').count(),
    ).toBe(0);
  });

  it('stay inert in the list too', async () => {
    const text = hostileTexts['an image that fails'] ?? '';
    const trace = oddTrace([], { name: text, trace: { user_id: text, tags: [text.slice(0, 90)], session_id: text } });
    await send(trace);
    const { page, complaints, strays } = await openPage(
      `/traces?project=dev&from=-1h&user_id=${encodeURIComponent(text)}`,
    );
    await tableRows(page).filter({ hasText: 'onerror' }).first().waitFor();

    expect([complaints, strays]).toEqual([[], []]);
  });
});

describe('characters that are not seen', () => {
  it('are drawn as badges and counted, and copied as they were sent', async () => {
    const text = 'pay \u202Eevil\u202C now\u200B \u001b[31mred';
    const { page, panel } = await openCall(said(text));

    await panel.getByText('4 hidden characters').waitFor();
    expect(await panel.locator('[data-name="U+202E"]').count()).toBeGreaterThan(0);
    expect(await panel.locator('[data-name="ESC"]').count()).toBeGreaterThan(0);
    await panel.getByRole('button', { name: 'Copy text' }).click();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(text);
  });

  it('are no matter in emoji, Persian or Hindi', async () => {
    const { panel } = await openCall(said('👩‍👩‍👧‍👦 and می‌خواهم and क्‍ष'));

    await panel.getByText('می‌خواهم').waitFor();
    expect(await panel.getByText('hidden character').count()).toBe(0);
  });
});

describe('messages', () => {
  it('pair tool calls with their results, in whatever order these came', { tags: ['each-store'] }, async () => {
    const calls = ['one', 'two'].map((name) => ({
      id: `id-${name}`,
      type: 'function',
      function: { name, arguments: '{"of":"it"}' },
    }));
    const { panel } = await openCall({
      input_data: {
        messages: [
          { role: 'assistant', content: null, tool_calls: calls },
          { role: 'tool', tool_call_id: 'id-two', content: 'result of two' },
          { role: 'tool', tool_call_id: 'id-one', content: 'result of one' },
          { role: 'tool', tool_call_id: 'id-three', content: 'nobody asked' },
        ],
      },
      ...said('done'),
    });

    await panel.getByRole('region', { name: 'Call of one' }).getByText('result of one').waitFor();
    await panel.getByRole('region', { name: 'Call of two' }).getByText('result of two').waitFor();
    await panel.getByText('Result without a call').waitFor();
  });

  it('say when a call has no result and when its arguments are cut', async () => {
    const { panel } = await openCall(
      said(null, { tool_calls: [{ id: 'c', function: { name: 'cut', arguments: '{"city": "Os' } }] }),
    );

    await panel.getByText(/Not valid JSON at character \d+/).waitFor();
    await panel.getByText('No result in this record').waitFor();
  });

  it('show refusals, reasoning, encrypted reasoning and finish reasons', async () => {
    const { panel } = await openCall({
      finish_reason: 'length',
      output_data: {
        messages: [
          {
            role: 'assistant',
            content: [
              { type: 'thinking', thinking: 'step by step' },
              { type: 'reasoning', encrypted_content: 'A'.repeat(2800) },
              { type: 'refusal', refusal: 'I will not.' },
              { type: 'foo', bar: 1 },
            ],
          },
        ],
      },
    });

    await panel.getByText('Refused').waitFor();
    await panel.getByText('Reasoning, 3 words').waitFor();
    await panel.getByText('Reasoning is encrypted by the provider (2.1 kB).').waitFor();
    await panel.getByText('Unknown part: foo').waitFor();
    await panel.getByText('Stopped at the token limit').waitFor();
  });

  it('show an image that is in the record, and never load one that is elsewhere', async () => {
    const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
    const { panel, strays, complaints } = await openCall({
      input_data: {
        messages: [
          {
            role: 'user',
            content: [
              { type: 'image_url', image_url: { url: `data:image/svg+xml;base64,${pixel}` } },
              { type: 'image_url', image_url: { url: 'https://example.org/pixel.png' } },
              {
                type: 'image_url',
                image_url: { url: 'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" onload="hacked=1"/>' },
              },
            ],
          },
        ],
      },
      ...said('seen'),
    });

    await panel.getByText('image/png · 1 × 1 · 70 B').waitFor();
    await panel.getByText('example.org').first().waitFor();
    expect(await panel.locator('img').count()).toBe(1);
    expect([strays, complaints]).toEqual([[], []]);
  });

  it('say what was cut when it was sent', { tags: ['each-store'] }, async () => {
    const { page } = await openCall({
      ...said('the beginning of a long'),
      truncated: [{ path: 'output_data.messages.0.content', original_bytes: 8_400_000 }],
    });

    await page.getByRole('tab', { name: 'Input/Output' }).click();
    await page.getByText('had 8.4 MB. The rest was never stored.').waitFor();
  });
});

describe('the messages of a run', () => {
  const system = ['You answer briefly.', ...Array.from({ length: 8 }, (_, at) => `Rule ${at} of eight.`)].join('\n');
  const call = { id: 'call-1', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Oslo"}' } };
  const question = [
    { role: 'system', content: system },
    { role: 'user', content: 'Is it cold?' },
  ];
  const asked = { role: 'assistant', content: null, tool_calls: [call] };
  const told = { role: 'tool', tool_call_id: 'call-1', content: '{"degrees":-4}' };

  async function openRun(spanName: string, search = '') {
    const trace = oddTrace(
      [
        {
          name: 'first',
          at: [0, 100],
          span_type: 'llm',
          input_data: { messages: question },
          output_data: { messages: [asked] },
          tools: [{ type: 'function', function: { name: 'get_weather' } }],
        },
        { name: 'get_weather', at: [120, 522], span_type: 'tool', status: 'error', error: 'no such place' },
        {
          name: 'second',
          at: [600, 900],
          span_type: 'llm',
          tokens_reasoning: 1204,
          input_data: { messages: [...question, asked, told] },
          output_data: { messages: [{ role: 'assistant', content: 'Yes.', reasoning: 'Minus four is cold.' }] },
        },
        {
          name: 'other',
          at: [910],
          span_type: 'llm',
          input_data: {
            messages: [
              { role: 'system', content: system },
              { role: 'user', content: 'Something else' },
            ],
          },
          output_data: { messages: [{ role: 'assistant', content: 'It is **not yet' }] },
        },
      ],
      { name: 'run' },
    );
    await send(trace);
    const id = trace.spans?.find(({ name }) => name === spanName)?.span_id ?? '';
    const opened = await openTrace(trace.traceId, `span=${id}${search}`);
    return { ...opened, panel: opened.page.locator('[data-panel]'), trace };
  }

  it('lead from a call of a tool to its span, with how long that took', async () => {
    const { page, panel, trace } = await openRun('first');
    const card = panel.getByRole('region', { name: 'Call of get_weather' });

    await card.getByRole('button', { name: 'failed 402 ms' }).click();

    const tool = trace.spans?.find(({ name }) => name === 'get_weather')?.span_id;
    await expect.poll(() => searchOf(page).get('span')).toBe(tool);
    await panel.getByRole('heading', { name: 'get_weather' }).waitFor();
  });

  it('fold what the call before had, and draw nothing of it before it is wanted', async () => {
    const { panel } = await openRun('second');
    await panel.getByText('New in this call').waitFor();
    expect(await panel.getByText('Is it cold?').count()).toBe(0);

    await panel.getByText('3 messages carried over from first #1').click();

    await panel.getByText('Is it cold?').waitFor();
    await panel.getByText('Reasoning, 1,204 tokens').click();
    await panel.getByText('Minus four is cold.').waitFor();
  });

  it('say that a system prompt is that of the call before, and lead there', async () => {
    const { page, panel, trace } = await openRun('other');
    await panel.getByText('35 words').waitFor();
    expect(await panel.getByText('Rule 7 of eight.').count()).toBe(0);

    await panel.getByRole('button', { name: 'the same as in second #2' }).click();

    const second = trace.spans?.find(({ name }) => name === 'second')?.span_id;
    await expect.poll(() => searchOf(page).get('span')).toBe(second);
  });

  it('are shown plainly while they are being written', async () => {
    const { panel } = await openRun('other');

    await panel.getByText('It is **not yet').waitFor();
    await panel.getByText('still running').waitFor();
  });

  it('say which tools were offered', async () => {
    const { panel } = await openRun('first');
    expect(await panel.getByRole('tree', { name: 'Tools offered' }).count()).toBe(0);

    await panel.getByText('1 tool offered').click();

    await panel.getByRole('tree', { name: 'Tools offered' }).getByText('get_weather').waitFor();
  });

  it('have a tab for each choice, with why it ended', async () => {
    const { panel } = await openCall({
      output_data: {
        choices: [
          { message: { role: 'assistant', content: 'the first' }, finish_reason: 'stop' },
          { message: { role: 'assistant', content: 'the second' }, finish_reason: 'length' },
        ],
      },
    });
    await panel.getByText('the first').waitFor();
    expect(await panel.getByText('the second').count()).toBe(0);

    await panel.getByRole('button', { name: 'Choice 2 of 2' }).click();

    await panel.getByText('the second').waitFor();
    await panel.getByText('Stopped at the token limit').waitFor();
  });

  it('play a sound that is in the record, and fetch none before', async () => {
    const sound = btoa('RIFF\u0024\0\0\0WAVEfmt ');
    const { panel, strays, complaints } = await openCall({
      input_data: {
        messages: [
          {
            role: 'user',
            content: [
              { type: 'input_audio', input_audio: { data: sound, format: 'wav' } },
              { type: 'input_audio', input_audio: { url: 'https://example.org/a.wav' } },
            ],
          },
        ],
      },
      ...said('heard'),
    });

    await panel.locator('audio[controls][preload=none]').waitFor();
    await panel.getByText('Audio at example.org, not loaded').waitFor();
    expect([strays, complaints]).toEqual([[], []]);
  });

  it('in Markdown name an image of elsewhere, and copy its address', async () => {
    const { page, panel } = await openCall(said('![a chart](https://example.org/chart.png?id=1)'));

    await panel.getByText('Image a chart at example.org, not loaded').waitFor();
    await panel.getByRole('button', { name: 'Copy address' }).click();
    await expect
      .poll(() => page.evaluate(() => navigator.clipboard.readText()))
      .toBe('https://example.org/chart.png?id=1');
  });

  it('fold a long text, and remember whether Markdown is wanted', async () => {
    const long = Array.from({ length: 40 }, (_, at) => `**line** ${at}`).join('\n');
    const { page, panel } = await openCall(said(long));
    await panel.locator('strong').getByText('line').first().waitFor();
    expect(await panel.getByText('line 39').count()).toBe(0);

    await panel.getByRole('button', { name: /^Show all \(\d+ characters\)$/ }).click();
    await panel.getByText('line 39').first().waitFor();
    await panel.getByRole('button', { name: 'Markdown' }).click();
    await panel.getByText('**line** 0').waitFor();
    await page.reload();
    await panel.getByText('**line** 0').waitFor();
  });
});

describe('the transcript of a run', () => {
  it('has an agent within another as one step, with what it was asked and what it answered', async () => {
    const asks = (question: string, answer: string) => ({
      span_type: 'llm' as const,
      input_data: { messages: [{ role: 'user', content: question }] },
      output_data: { messages: [{ role: 'assistant', content: answer }] },
    });
    const trace = oddTrace([
      { name: 'agent', at: [0, 900], span_type: 'agent' },
      { name: 'plan', at: [10, 100], under: 'agent', ...asks('What of owls?', 'I shall ask.') },
      {
        name: 'researcher',
        at: [120, 500],
        under: 'agent',
        span_type: 'agent',
        input_data: { question: 'Find owls.' },
      },
      { name: 'look', at: [130, 200], under: 'researcher', ...asks('Which books?', 'This one.') },
      { name: 'search', at: [210, 300], under: 'researcher', span_type: 'tool' },
      { name: 'sum up', at: [310, 490], under: 'researcher', ...asks('So?', 'Owls see well.') },
    ]);
    await send(trace);
    const { page } = await openTrace(trace.traceId, 'tab=messages');
    const panel = page.locator('[data-panel]');

    for (const text of ['I shall ask.', 'Find owls.', 'Owls see well.']) await panel.getByText(text).waitFor();
    expect(await panel.getByText('This one.').count()).toBe(0);
    await panel.getByText('1 tool call, 2 model calls').click();

    await panel.getByText('This one.').waitFor();
    await panel.getByRole('button', { name: 'search', exact: true }).waitFor();
  });
});

describe('code in Markdown', () => {
  const code = `const answer = "yes"; // ${'a long line that is not broken '.repeat(10)}\nreturn \u202E12;`;
  const inMarkdown = (language: string, text: string) => `Look:\n\n\`\`\`${language}\n${text}\n\`\`\``;

  it('has the colours of its language, which can be read in both themes', async () => {
    const { page, panel, complaints } = await openCall(said(inMarkdown('ts', code)));
    const word = panel.locator('pre span').getByText('const', { exact: true });
    await word.waitFor();
    const plain = await panel.locator('pre').evaluate((element) => getComputedStyle(element).color);

    expect(await word.evaluate((element) => getComputedStyle(element).color)).not.toBe(plain);
    await panel.getByText('1 hidden character').waitFor();
    expect(await panel.locator('pre [data-name="U+202E"]').count()).toBe(1);
    await settled(page);
    expect(await violationsOn(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('is not broken over lines, says its language, and is copied as it was sent', async () => {
    const { page, panel } = await openCall(said(inMarkdown('ts', code)));
    const block = panel.locator('pre');
    await block.locator('span').first().waitFor();

    expect(await block.evaluate(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)).toBe(true);
    await panel.getByText('ts', { exact: true }).waitFor();
    await panel.getByRole('button', { name: 'Copy code' }).click();
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(code);
  });

  it('is plain where its language is not known, or where it is long', async () => {
    const { page, panel } = await openCall(
      said(`${inMarkdown('mermaid', 'graph TD')}\n\n${inMarkdown('ts', `const x = 1;\n${'y();\n'.repeat(10_001)}`)}`),
    );
    await panel.getByRole('button', { name: /^Show all/ }).click();
    await panel.locator('pre').nth(1).waitFor();
    await page.waitForTimeout(500);

    expect(await panel.locator('pre span').count()).toBe(0);
  });

  it('that takes its grammar too long stays plain, and the page goes on', async () => {
    const { page, panel } = await openCall(said(inMarkdown('ts', '('.repeat(3_900))), '', { before: watchTasks });
    await panel.locator('pre').getByText('(((').waitFor();
    await page.waitForTimeout(1_000);

    expect(await longestTaskMs(page)).toBeLessThan(1_000);
  });
});

describe('Markdown that is made to stop a page', () => {
  it.each([
    ['quotes in quotes', '>'.repeat(3_900)],
    ['lists in lists', '1. '.repeat(1_300)],
    ['lists by more and more space', Array.from({ length: 85 }, (_, at) => `${' '.repeat(at)}- a`).join('\n')],
  ])('%s are shown', async (_, text) => {
    const { page, panel, complaints } = await openCall(said(`${text} the end`), '', { before: watchTasks });
    const all = panel.getByRole('button', { name: /^Show all/ });
    await settled(page);
    if ((await all.count()) > 0) await all.click();

    await panel.getByText('the end').first().waitFor();

    expect(complaints).toEqual([]);
    expect(await longestTaskMs(page)).toBeLessThan(1_000);
  });

  it('is read where it is long, and the page is never frozen for a second', async () => {
    const text = Array.from(
      { length: 3_600 },
      (_, at) => `- item **${at}** of a [list](https://example.org/${at})`,
    ).join('\n');
    expect(text.length).toBeGreaterThan(180_000);
    const { page, panel } = await openCall(said(text), '', { before: watchTasks });
    await panel.getByRole('button', { name: /^Show all/ }).click();

    await panel.locator('strong').getByText('3599', { exact: true }).waitFor();

    expect(await longestTaskMs(page)).toBeLessThan(1_000);
  });
});

describe('JSON', () => {
  it('of 5 MB opens, is searched and folded without stopping the page', async () => {
    const items = Array.from({ length: 40_000 }, (_, index) => ({
      id: index,
      text: `item number ${index} of many, with some words to fill it up`,
      ok: index % 2 === 0,
      nested: { deep: [index] },
    }));
    const { page, panel } = await openCall({ span_type: 'tool', output_data: { items } });
    const tree = panel.getByRole('tree', { name: 'Output' });
    await tree.getByText('[ 40,000 ]').click();

    await panel.getByRole('searchbox', { name: 'Search Output' }).fill('number 39999 of');
    await panel.getByText('1 found').waitFor();
    await page.keyboard.press('Enter');

    await tree.getByText('item number 39999').first().waitFor();
    expect(await tree.getByRole('treeitem').count()).toBeLessThan(80);
  });

  it('tells null, empty things and nothing apart', async () => {
    const { panel } = await openCall({
      span_type: 'tool',
      input_data: { nothing: null, text: '', list: [], object: {}, zero: 0 },
    });
    const tree = panel.getByRole('tree', { name: 'Input' });

    for (const text of ['null', '""', '[]', '{}', '0']) await tree.getByText(text, { exact: true }).first().waitFor();
    await panel.getByText('Not recorded').waitFor();
  });

  it('of one text of 5 MB without a line break does not stop the page', async () => {
    const { panel } = await openCall({ span_type: 'tool', output_data: { text: 'x'.repeat(5_000_000) } });

    await panel.getByRole('button', { name: 'Show all 5,000,000 characters' }).click();

    await panel.page().getByRole('dialog').getByText('5.0 MB').waitFor();
  });

  it('is searched by case and by whole words, and n goes from match to match', async () => {
    const words = ['cat', 'concatenate', 'Cat', 'a cat', ...Array.from({ length: 12 }, (_, at) => `filler ${at}`)];
    const { page, panel } = await openCall({ span_type: 'tool', output_data: { words } });
    const search = panel.getByRole('searchbox', { name: 'Search Output' });

    await search.fill('cat');
    await panel.getByText('4 found').waitFor();
    await panel.getByRole('button', { name: 'Whole words' }).click();
    await panel.getByText('3 found').waitFor();
    await panel.getByRole('button', { name: 'Match case' }).click();
    await panel.getByText('2 found').waitFor();

    await panel.getByRole('tree', { name: 'Output' }).focus();
    await page.keyboard.press('n');
    await page.keyboard.press('n');
    await panel.getByText('2 of 2').waitFor();
    await page.keyboard.press('N');
    await panel.getByText('1 of 2').waitFor();
  });

  it('opens all under a row by a click with Alt', async () => {
    const { panel } = await openCall({
      span_type: 'tool',
      output_data: { filler: Array.from({ length: 60 }, (_, at) => at), a: { b: { c: { d: 'deep down' } } } },
    });
    const tree = panel.getByRole('tree', { name: 'Output' });
    const row = tree.getByRole('treeitem', { name: 'a:' });
    await row.click();
    expect(await tree.getByText('deep down').count()).toBe(0);
    await row.click();

    await row.click({ modifiers: ['Alt'] });

    await tree.getByText('deep down').waitFor();
  });

  it('is copied value by value and path by path, when pointed at and by the keyboard', async () => {
    const { page, panel } = await openCall({ span_type: 'tool', output_data: { list: [{ 'a b': 'value of it' }] } });
    const tree = panel.getByRole('tree', { name: 'Output' });
    const copied = () => page.evaluate(() => navigator.clipboard.readText());

    await tree.getByText('value of it').hover();
    await tree.getByRole('button', { name: 'Copy path' }).click();
    await expect.poll(copied).toBe('$.list[0]["a b"]');

    await page.mouse.move(0, 0);
    await tree.focus();
    await page.keyboard.press('End');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await expect.poll(copied).toBe('value of it');
  });

  it('in a text is parsed where it is asked for, its numbers as they were written', async () => {
    const { page, panel } = await openCall({
      span_type: 'tool',
      output_data: {
        body: '{"id": 12345678901234567890, "price": 1.0, "inner": "[1, 2]"}',
        not: '{ it only looks so }',
      },
    });
    const tree = panel.getByRole('tree', { name: 'Output' });
    await tree.getByRole('treeitem', { name: 'body:' }).getByRole('button', { name: 'Parse' }).click();
    const parsed = page.getByRole('dialog').getByRole('tree', { name: 'JSON in a text' });

    for (const text of ['12345678901234567890', '1.0']) await parsed.getByText(text, { exact: true }).waitFor();
    await parsed.getByRole('button', { name: 'Parse' }).waitFor();
    await page.keyboard.press('Escape');
    await tree.getByRole('treeitem', { name: 'not:' }).getByRole('button', { name: 'Parse' }).click();
    await page.getByRole('dialog').getByText('Not valid JSON at character 2').waitFor();
  });

  it('shows an image in it on request, by what its bytes are, and gives its address back', async () => {
    const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
    const svg = `data:image/png;base64,${btoa('<svg xmlns="http://www.w3.org/2000/svg" onload="hacked=1"/>')}`;
    const { page, panel, complaints, strays } = await openCall({ span_type: 'tool', output_data: { pixel, svg } });
    await page.evaluate(() => {
      const page = globalThis as unknown as { addresses: Set<string> };
      page.addresses = new Set();
      const { createObjectURL, revokeObjectURL } = URL;
      URL.createObjectURL = (bytes) => {
        const address = createObjectURL.call(URL, bytes);
        page.addresses.add(address);
        return address;
      };
      URL.revokeObjectURL = (address) => {
        page.addresses.delete(address);
        revokeObjectURL.call(URL, address);
      };
    });
    const open = () => page.evaluate(() => (globalThis as unknown as { addresses: Set<string> }).addresses.size);
    const tree = panel.getByRole('tree', { name: 'Output' });
    await tree.getByText('image/png, 70 B').waitFor();
    await tree.getByText(/^base64, \d+ B, said to be image\/png$/).waitFor();
    expect(await tree.getByRole('button', { name: 'Preview' }).count()).toBe(1);

    await tree.getByRole('button', { name: 'Preview' }).click();
    await page.getByRole('dialog').getByText('image/png · 1 × 1 · 70 B').waitFor();
    expect(await open()).toBe(1);
    await page.keyboard.press('Escape');

    await expect.poll(open).toBe(0);
    expect([complaints, strays]).toEqual([[], []]);
  });
});

describe('what is known of a record', () => {
  it('leads to the traces that have the same', async () => {
    const { page, panel } = await openCall({ span_type: 'llm', model: 'filtered-model', ...said('hi') });
    await page.getByRole('tab', { name: 'Meta' }).click();

    expect(await panel.getByRole('link', { name: 'Filter traces by this name' }).count()).toBe(0);
    await panel.getByRole('link', { name: 'Filter traces by this model' }).click();

    await page.getByRole('button', { name: /Model.*filtered-model/ }).waitFor();
    await tableRows(page).first().waitFor();
  });
});

describe('usage and cost', () => {
  it('adds parts up to inclusive totals and says where a cost comes from', async () => {
    const { page, panel } = await openCall({
      model: 'gpt-4o-2024-11-20',
      requested_model: 'gpt-4o',
      provider: 'openai',
      tokens_input: 1000,
      tokens_output: 200,
      tokens_cache_read: 600,
      tokens_reasoning: 50,
      cost_usd: 0.0000004,
      cost_source: 'reported',
      ...said('hi'),
    });
    await panel.getByText('gpt-4o-2024-11-20, asked for gpt-4o').waitFor();
    await page.getByRole('tab', { name: 'Usage' }).click();

    for (const text of [
      '600 cache read',
      '400 rest',
      '50 reasoning',
      '150 rest',
      '<$0.000001 · reported by the client',
    ])
      await panel.getByText(text).waitFor();
  });

  it('never shows 0 for a price that nobody knows', async () => {
    const { page, panel } = await openCall({ model: 'in-house-7b', tokens_input: 10, tokens_output: 5, ...said('hi') });
    await page.getByRole('tab', { name: 'Usage' }).click();

    await panel.getByText('No price known for in-house-7b.').waitFor();
  });

  it('copies a call as cURL without any key of ours', async () => {
    const { page, panel } = await openCall({
      model: 'gpt-4o',
      input_data: { messages: [{ role: 'user', content: "it's" }] },
      ...said('hi'),
    });
    await panel.getByRole('button', { name: 'Copy and more' }).click();
    await page.getByRole('menuitem', { name: 'Copy as cURL' }).click();

    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toContain('$OPENAI_API_KEY');
    expect(copied).toContain("it'\\''s");
    expect(copied).not.toContain('project-dev');
  });
});
