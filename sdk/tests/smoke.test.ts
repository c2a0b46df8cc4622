import OpenAI from 'openai';
import { test } from 'vitest';
import { startFakeLlm } from '../../examples/fake-llm/fake-llm.mjs.mts';
import { Tracer } from '../src/index.ts';
import { wrapOpenAI } from '../src/integrations/openai.ts';
import { MemoryTransport } from '../src/testing.ts';

test('smoke', async () => {
  const fake = await startFakeLlm();
  const transport = new MemoryTransport();
  const tracer = new Tracer({ transport });
  const bare = new OpenAI({ apiKey: 'x', baseURL: fake.openaiBaseUrl, maxRetries: 0 });
  const openai = wrapOpenAI(bare, tracer);
  await tracer.trace('t', async () => {
    await openai.chat.completions.create({
      model: 'gpt-4o-mini',
      temperature: 0.3,
      messages: [{ role: 'user', content: 'Hello [cached:3]' }],
    });
    const s = await openai.chat.completions.create({
      model: 'gpt-4o-mini',
      stream: true,
      stream_options: { include_usage: true },
      messages: [{ role: 'user', content: 'x [call:read {"a":1}] [call:write {"b":2}]' }],
      tools: [
        { type: 'function', function: { name: 'read', parameters: {} } },
        { type: 'function', function: { name: 'write', parameters: {} } },
      ],
    });
    for await (const _ of s);
    await openai.chat.completions.parse({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hello' }] });
    const r = openai.chat.completions.stream({
      model: 'gpt-4o-mini',
      messages: [{ role: 'user', content: 'Hello stream' }],
    });
    await r.finalChatCompletion();
    await openai.chat.completions
      .create({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: '[error:401]' }] })
      .catch((e) => console.log(e.status));
  });
  console.log(await tracer.flush());
  console.log(
    JSON.stringify(
      transport.spans.map(({ error_stack, ...s }) => s),
      null,
      1,
    ),
    transport.traces,
  );
  await fake.close();
});
