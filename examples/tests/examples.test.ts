import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SpanRecord, TraceAnswer } from 'llm-tracer/schema';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exampleNames } from '../../scripts/examples.ts';
import { localKey } from '../../scripts/local-server.ts';
import { type ServerProcess, startServer } from '../../scripts/server-process.ts';
import { type FakeLlm, startFakeLlm } from '../fake-llm/index.ts';
import { runToEnd, storedTraces, tree } from './stored.ts';

// Every example runs once, as a user runs it, against a real server in a process of its own; what it stored is read
// back through the API.

let folder: string;
let fakeLlm: FakeLlm;
let server: ServerProcess;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'llm-tracer-examples-'));
  fakeLlm = await startFakeLlm();
  server = await startServer({ PATH: process.env['PATH'], PORT: '0', DATA_DIR: folder, LOG_LEVEL: 'info' });
});

afterAll(async () => {
  expect(await server.stop()).toBe(0);
  await fakeLlm.close();
  await rm(folder, { recursive: true });
});

const run = (name: string) =>
  runToEnd(name, {
    PATH: process.env['PATH'],
    TRACER_URL: server.url,
    TRACER_API_KEY: localKey,
    OPENAI_API_KEY: 'any',
    OPENAI_BASE_URL: fakeLlm.openaiBaseUrl,
    ANTHROPIC_API_KEY: 'any',
    ANTHROPIC_BASE_URL: fakeLlm.url,
  });

const stored = (name: string) => storedTraces(server.url, localKey, name);

/** The only trace of that name. */
async function onlyTrace(name: string): Promise<TraceAnswer> {
  const [trace, ...others] = await stored(name);
  if (trace === undefined) throw new Error(`no trace ${name} is stored`);
  expect(others).toEqual([]);
  return trace;
}

const spansNamed = ({ spans }: TraceAnswer, name: string): SpanRecord[] => spans.filter((span) => span.name === name);

function onlySpan(answer: TraceAnswer, name: string): SpanRecord {
  const [span, ...others] = spansNamed(answer, name);
  if (span === undefined) throw new Error(`no span ${name} is stored`);
  expect(others).toEqual([]);
  return span;
}

const llmSpans = ({ spans }: TraceAnswer): SpanRecord[] => spans.filter((span) => span.span_type === 'llm');

describe('01-first-trace', () => {
  let printed: string;
  let answer: TraceAnswer;
  beforeAll(async () => {
    printed = (await run('01-first-trace')).stdout;
    answer = await onlyTrace('suggest-a-walk');
  });

  test('stores one finished trace with what was said about it', () => {
    expect(answer.trace).toMatchObject({
      status: 'ok',
      user_id: 'ada',
      session_id: 'sunday-plans',
      tags: ['example'],
      input: { region: 'Harz', maxKm: 10 },
      output: { name: 'Old railway', km: 9 },
      span_count: 3,
      error_count: 0,
    });
    expect(answer.trace.end_time).toBeDefined();
  });

  test('stores wrapped function, callback and `using` block as siblings', () => {
    expect(tree(answer.spans)).toEqual([
      { name: 'find-trails', type: 'tool', status: 'ok' },
      { name: 'filter', type: 'function', status: 'ok' },
      { name: 'pick-longest', type: 'function', status: 'ok' },
    ]);
  });

  test('records arguments, results and metadata', () => {
    expect(onlySpan(answer, 'find-trails').output_data).toHaveLength(3);
    expect(JSON.stringify(onlySpan(answer, 'find-trails').input_data)).toContain('Harz');
    expect(onlySpan(answer, 'filter')).toMatchObject({
      input_data: { maxKm: 10 },
      output_data: [{ km: 6 }, { km: 9 }],
    });
    expect(onlySpan(answer, 'pick-longest')).toMatchObject({
      output_data: { name: 'Old railway' },
      metadata: { considered: 2 },
    });
  });

  test('stores its score', () => {
    expect(answer.scores).toMatchObject([{ name: 'found-one', value: true, source: 'code' }]);
    expect(answer.trace.scores).toEqual([{ name: 'found-one', value: true }]);
  });

  test('prints where to look, and what was delivered', () => {
    expect(printed).toContain(`Trace: ${server.url}`);
    expect(printed).toContain(answer.trace.trace_id);
    expect(printed).toMatch(/Sent: \{\s+delivered: 5,\s+pending: 0,\s+dropped: 0/); // a trace, three spans, a score
  });
});

describe('02-openai-chat', () => {
  let answers: TraceAnswer[];
  beforeAll(async () => {
    await run('02-openai-chat');
    answers = await stored('answer-question');
  });

  test('stores a trace for each turn, all in one session', () => {
    expect(answers.map(({ trace }) => [trace.input, trace.output, trace.session_id])).toEqual([
      ['What is the capital of France?', 'The capital of France is Paris.', 'geography-lesson'],
      ['And what is 17 * 23?', '17 * 23 = 391', 'geography-lesson'],
    ]);
  });

  test('records the call with its messages', () => {
    const calls = answers.flatMap(llmSpans);

    expect(calls).toHaveLength(2);
    expect(calls[1]).toMatchObject({
      status: 'ok',
      finish_reason: 'stop',
      input_data: {
        messages: [
          { role: 'system', content: 'You answer in one sentence.' },
          { role: 'user', content: 'What is the capital of France?' },
          { role: 'assistant', content: 'The capital of France is Paris.' },
          { role: 'user', content: 'And what is 17 * 23?' },
        ],
      },
      output_data: { messages: [{ role: 'assistant', content: '17 * 23 = 391' }] },
    });
  });

  test('records model, parameters and the provider’s usage', () => {
    const [call] = answers.flatMap(llmSpans);

    expect(call).toMatchObject({
      provider: 'openai',
      requested_model: 'gpt-4.1-mini',
      model: 'gpt-4.1-mini-2025-04-14',
      model_parameters: { temperature: 0.2 },
      usage_details: { prompt_tokens: call?.tokens_input, completion_tokens: call?.tokens_output },
    });
    expect(call?.tokens_input).toBeGreaterThan(0);
  });

  test('prices the call, and sums it up in the trace', () => {
    for (const answer of answers) {
      const [call] = llmSpans(answer);

      // $0.40 a million input tokens, $1.60 a million output tokens
      expect(call?.cost_usd).toBeCloseTo((call?.tokens_input ?? 0) * 0.4e-6 + (call?.tokens_output ?? 0) * 1.6e-6, 9);
      expect(call).toMatchObject({ cost_source: 'priced', cost_price: { table: 'genai-prices', provider: 'openai' } });
      expect(answer.trace).toMatchObject({
        tokens_input: call?.tokens_input,
        tokens_output: call?.tokens_output,
        total_cost: call?.cost_usd,
        unpriced_count: 0,
        models: ['gpt-4.1-mini-2025-04-14'],
      });
    }
  });
});

describe('03-openai-streaming', () => {
  const haiku = 'Silent packets flow,\nSpans unfold along the wire,\nTraces bloom at dawn.';
  let printed: string;
  let answer: TraceAnswer;
  beforeAll(async () => {
    printed = (await run('03-openai-streaming')).stdout;
    answer = await onlyTrace('write-a-poem');
  });

  test('passes the stream through', () => {
    expect(printed).toContain(haiku);
    expect(answer.trace).toMatchObject({ status: 'ok', output: haiku });
  });

  test('records the whole answer with its tokens and cost', () => {
    const [call, ...others] = llmSpans(answer);

    expect(others).toEqual([]);
    expect(call).toMatchObject({
      status: 'ok',
      finish_reason: 'stop',
      output_data: { messages: [{ role: 'assistant', content: haiku }] },
    });
    expect(call?.tokens_output).toBeGreaterThan(10);
    expect(call?.cost_usd).toBeGreaterThan(0);
  });

  test('records when the first token came', () => {
    const [call] = llmSpans(answer);

    expect(call?.first_token_time).toBeDefined();
    expect(call?.first_token_time?.localeCompare(call.start_time)).toBe(1);
    expect(call?.first_token_time?.localeCompare(call.end_time ?? '')).not.toBe(1);
  });
});

describe('04-agent-with-tools', () => {
  let answer: TraceAnswer;
  beforeAll(async () => {
    await run('04-agent-with-tools');
    answer = await onlyTrace('travel-assistant');
  });

  test('stores the loop below the agent: a call, its tools, and the call that answers', () => {
    const [agent, ...others] = tree(answer.spans);

    expect(others).toEqual([]);
    expect(agent).toMatchObject({ name: 'weather-agent', type: 'agent', status: 'ok' });
    expect(agent?.below?.map((branch) => branch.type)).toEqual(['llm', 'tool', 'tool', 'tool', 'llm']);
    expect(agent?.below?.flatMap((branch) => branch.below ?? [])).toEqual([]);
  });

  test('keeps parallel tool calls apart', () => {
    const [asking] = llmSpans(answer);

    expect(asking?.output_data).toMatchObject({
      messages: [
        {
          role: 'assistant',
          tool_calls: ['Paris', 'Tokyo', 'Atlantis'].map((city) => ({
            function: { name: 'get_weather', arguments: JSON.stringify({ city }) },
          })),
        },
      ],
    });
    expect(spansNamed(answer, 'get_weather').map(({ input_data, output_data }) => [input_data, output_data])).toEqual(
      expect.arrayContaining([
        [{ city: 'Paris' }, '18 °C, light rain'],
        [{ city: 'Tokyo' }, '26 °C, clear'],
      ]),
    );
  });

  test('records the error of the failing tool, and that the agent went on', () => {
    const failed = answer.spans.filter((span) => span.status === 'error');

    expect(failed).toMatchObject([
      {
        name: 'get_weather',
        input_data: { city: 'Atlantis' },
        error: 'no weather station in Atlantis',
        error_type: 'Error',
      },
    ]);
    expect(answer.trace).toMatchObject({ status: 'ok', error_count: 1, span_count: 6 });
    expect(answer.trace.output).toContain('no weather station in Atlantis');
  });

  test('records the tools that were offered', () => {
    expect(llmSpans(answer)[0]).toMatchObject({
      finish_reason: 'tool_calls',
      tools: [{ type: 'function', function: { name: 'get_weather' } }],
    });
  });

  test('counts each model call once', () => {
    const calls = llmSpans(answer);
    const sum = (field: 'tokens_input' | 'tokens_output' | 'cost_usd') =>
      calls.reduce((total, call) => total + (call[field] ?? Number.NaN), 0);

    expect(calls).toHaveLength(2);
    expect(answer.trace.tokens_input).toBe(sum('tokens_input'));
    expect(answer.trace.tokens_output).toBe(sum('tokens_output'));
    expect(answer.trace.total_cost).toBeCloseTo(sum('cost_usd'), 9);
  });
});

describe('05-rag', () => {
  let answer: TraceAnswer;
  beforeAll(async () => {
    await run('05-rag');
    answer = await onlyTrace('answer-from-documents');
  });

  test('stores the embedding below the retrieval, and the answer beside it', () => {
    const [retrieval, chat, ...others] = tree(answer.spans);

    expect(others).toEqual([]);
    expect(retrieval).toEqual({
      name: 'retrieve',
      type: 'retrieval',
      status: 'ok',
      below: [{ name: 'embeddings text-embedding-3-small', type: 'embedding', status: 'ok' }],
    });
    expect(chat).toMatchObject({ type: 'llm', status: 'ok' });
  });

  test('records what was found, best first', () => {
    const { documents } = onlySpan(answer, 'retrieve').output_data as { documents: { id: string; score: number }[] };

    expect(documents).toHaveLength(2);
    expect(documents[0]?.id).toBe('warranty');
    expect(documents[0]?.score).toBeGreaterThan(documents[1]?.score ?? Number.NaN);
  });

  test('prices the embedding', () => {
    const embedding = onlySpan(answer, 'embeddings text-embedding-3-small');

    expect(embedding).toMatchObject({ model: 'text-embedding-3-small', output_data: { count: 4, dimensions: 1536 } });
    expect(embedding.cost_usd).toBeCloseTo((embedding.tokens_input ?? Number.NaN) * 0.02e-6, 9);
  });
});

describe('06-test-your-tracing', () => {
  test('passes, and needs no server', async () => {
    const { stdout } = await runToEnd('06-test-your-tracing', { PATH: process.env['PATH'] });

    expect(stdout).toMatch(/pass 2\b/);
  });
});

describe('07-openai-responses', () => {
  let answer: TraceAnswer;
  beforeAll(async () => {
    await run('07-openai-responses');
    answer = await onlyTrace('plan-a-trip');
  });

  test('records reasoning and answer of the first call', () => {
    const [call] = llmSpans(answer);

    expect(call).toMatchObject({
      model: 'gpt-5-mini-2025-08-07',
      input_data: { messages: [{ role: 'system' }, { role: 'user', content: 'Where should I go in May?' }] },
      output_data: {
        messages: [
          { role: 'assistant', content: expect.any(String), reasoning: expect.stringContaining('asks about') },
        ],
      },
    });
    expect(call?.tokens_reasoning).toBeGreaterThan(0);
    expect(call?.cost_usd).toBeGreaterThan(0);
  });

  test('records the response that was made in the background below the call that began it, once', () => {
    const [, begun, done, ...others] = llmSpans(answer);

    expect(others).toEqual([]);
    expect(begun).toMatchObject({ finish_reason: 'queued' });
    expect(begun?.tokens_output).toBeUndefined();
    expect(done).toMatchObject({ parent_span_id: begun?.span_id, finish_reason: 'completed' });
    expect(done?.tokens_output).toBeGreaterThan(0);
  });
});

describe('08-anthropic', () => {
  let printed: string;
  let answer: TraceAnswer;
  beforeAll(async () => {
    printed = (await run('08-anthropic')).stdout;
    answer = await onlyTrace('ask-claude');
  });

  test('records both turns and the tool between them', () => {
    expect(tree(answer.spans).map(({ name, type, status }) => [name, type, status])).toEqual([
      ['chat claude-haiku-4-5', 'llm', 'ok'],
      ['get_weather', 'tool', 'ok'],
      ['chat claude-haiku-4-5', 'llm', 'ok'],
    ]);
  });

  test('records the tool’s result as a message, and the streamed answer whole', () => {
    const [, call] = llmSpans(answer);

    expect(call).toMatchObject({
      provider: 'anthropic',
      model: 'claude-haiku-4-5-20251001',
      finish_reason: 'end_turn',
      input_data: {
        messages: [
          { role: 'system', content: 'You answer in one sentence.' },
          { role: 'user', content: 'What is the weather in Paris?' },
          { role: 'assistant', tool_calls: [{ function: { name: 'get_weather', arguments: '{"city":"Paris"}' } }] },
          { role: 'tool', content: '18 °C, light rain' },
        ],
      },
    });
    expect(call?.output_data).toEqual({ messages: [{ role: 'assistant', content: answer.trace.output }] });
    expect(printed).toContain(answer.trace.output);
    expect(call?.first_token_time).toBeDefined();
    expect(call?.cost_usd).toBeGreaterThan(0);
  });
});

describe('09-ai-sdk', () => {
  let printed: string;
  let answer: TraceAnswer;
  beforeAll(async () => {
    printed = (await run('09-ai-sdk')).stdout;
    answer = await onlyTrace('plan-a-day');
  });

  test('records the agent with its calls and tools, what a tool does below it, and the stream', () => {
    const lookUp = {
      name: 'get_weather',
      type: 'tool',
      status: 'ok',
      below: [{ name: 'look-up', type: 'retrieval', status: 'ok' }],
    };
    const call = { name: 'chat gpt-4.1-mini', type: 'llm', status: 'ok' };
    expect(tree(answer.spans)).toEqual([
      { name: 'weather-agent', type: 'agent', status: 'ok', below: [call, lookUp, lookUp, call] },
      { name: 'advice', type: 'agent', status: 'ok', below: [call] },
    ]);
  });

  test('counts and prices each model call once', () => {
    const calls = llmSpans(answer);
    const sum = (values: readonly (number | undefined)[]) =>
      values.reduce<number>((total, value) => total + (value ?? 0), 0);

    for (const call of calls) {
      expect(call).toMatchObject({ provider: 'openai', model: 'gpt-4.1-mini-2025-04-14', cost_source: 'priced' });
      expect(call.cost_usd).toBeGreaterThan(0);
    }
    expect(answer.trace.tokens_input).toBe(sum(calls.map(({ tokens_input }) => tokens_input)));
    expect(answer.trace.total_cost).toBeCloseTo(sum(calls.map(({ cost_usd }) => cost_usd)), 9);
    expect(answer.trace.unpriced_count).toBe(0);
  });

  test('records the streamed answer whole, with its first token', () => {
    const advice = llmSpans(answer).at(-1) as SpanRecord;

    const { messages } = advice.output_data as { messages: { content: string }[] };
    expect(printed).toContain(messages[0]?.content);
    expect(advice.first_token_time).toBeDefined();
  });
});

describe('10-langchain', () => {
  let printed: string;
  let answer: TraceAnswer;
  beforeAll(async () => {
    printed = (await run('10-langchain')).stdout;
    answer = await onlyTrace('pack-for-a-trip');
  });

  test('records the graph with its nodes, model calls and tools, and the chain with its steps', () => {
    const names = (spans: readonly SpanRecord[], type: string) =>
      spans.filter(({ span_type }) => span_type === type).map(({ name }) => name);

    expect(answer.trace.error_count).toBe(0);
    expect(tree(answer.spans).map(({ name, type }) => [name, type])).toEqual([
      ['weather-agent', 'agent'],
      ['advice', 'chain'],
    ]);
    expect(names(answer.spans, 'llm')).toEqual(Array(3).fill('chat gpt-4.1-mini'));
    expect(names(answer.spans, 'tool')).toEqual(['get_weather', 'get_weather']);
    const think = onlySpan(answer, 'tools');
    expect(answer.spans.filter(({ parent_span_id }) => parent_span_id === think.span_id)).toHaveLength(2);
  });

  test('counts and prices each model call once', () => {
    for (const call of llmSpans(answer)) expect(call).toMatchObject({ provider: 'openai', cost_source: 'priced' });
    const tokens = llmSpans(answer).reduce((sum, { tokens_output }) => sum + (tokens_output ?? 0), 0);
    expect(answer.trace.tokens_output).toBe(tokens);
    expect(answer.trace.unpriced_count).toBe(0);
  });

  test('records the streamed answer whole, with its first token', () => {
    const advice = llmSpans(answer).at(-1) as SpanRecord;

    const { messages } = advice.output_data as { messages: { content: string }[] };
    expect(printed).toContain(messages[0]?.content);
    expect(advice.first_token_time).toBeDefined();
  });
});

test('there is no example that these tests leave out', () => {
  expect(exampleNames()).toEqual([
    '01-first-trace',
    '02-openai-chat',
    '03-openai-streaming',
    '04-agent-with-tools',
    '05-rag',
    '06-test-your-tracing',
    '07-openai-responses',
    '08-anthropic',
    '09-ai-sdk',
    '10-langchain',
  ]);
});
