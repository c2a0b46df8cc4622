import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type SpanRecord, TraceAnswer, TraceListAnswer } from 'llm-tracer/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FakeLlm, startFakeLlm } from '../../../examples/fake-llm/index.ts';
import { ServerProcess } from '../stores/server-process.ts';
import type { Told } from './clients/conversation.ts';

/** One application that is traced by another's client, and what of its run cannot be the same for all. */
interface Client {
  readonly program: string;
  readonly trace: Record<string, unknown>;
  /** Names and types, each below its parent. */
  readonly tree: readonly string[];
  /** The model calls whose usage the client passes on, by number. @default both */
  readonly counted?: readonly number[];
  /** Whether messages are on its spans. @default true */
  readonly hasMessages?: boolean;
  readonly toolInput?: (city: string) => unknown;
}

const user = { user_id: 'ada', session_id: 'session-1' };
const clients: readonly Client[] = [
  {
    program: 'sdk-node',
    trace: {
      name: 'invoke_agent weather',
      service_name: 'sdk-node-app',
      user_id: 'ada',
      session_id: 'conversation-1',
    },
    tree: [
      'invoke_agent weather: agent',
      '  chat gpt-4o-mini: llm',
      '  chat gpt-4o-mini: llm',
      '  execute_tool get_weather: tool',
      '  execute_tool get_weather: tool',
    ],
    // They go out as log records, to another address.
    hasMessages: false,
  },
  {
    program: 'langfuse',
    trace: { name: 'weather', ...user, tags: ['demo'], environment: 'test', release: 'v1.2.3' },
    tree: [
      'weather-agent: agent',
      '  OpenAI.chat: llm',
      '  OpenAI.chat: llm',
      '  get_weather: tool',
      '  get_weather: tool',
    ],
  },
  {
    program: 'ai-sdk-7',
    trace: { name: 'invoke_agent gpt-4o-mini' },
    tree: [
      'invoke_agent gpt-4o-mini: agent',
      '  step 1: chain',
      '    chat gpt-4o-mini: llm',
      '    execute_tool get_weather: tool',
      '    execute_tool get_weather: tool',
      '  step 2: chain',
      '    chat gpt-4o-mini: llm',
    ],
  },
  {
    program: 'ai-sdk-6',
    trace: { name: 'ai.streamText', ...user, tags: ['demo'] },
    tree: [
      'ai.streamText: agent',
      '  ai.streamText.doStream: llm',
      '  ai.streamText.doStream: llm',
      '  ai.toolCall: tool',
      '  ai.toolCall: tool',
    ],
  },
  {
    program: 'openinference',
    trace: { name: 'weather-agent', ...user, tags: ['demo'], metadata: { tenant: 'acme' } },
    tree: [
      'weather-agent: agent',
      '  OpenAI Chat Completions: llm',
      '  OpenAI Chat Completions: llm',
      '  get_weather: tool',
      '  get_weather: tool',
    ],
    // It records no usage of a streamed answer.
    counted: [0],
  },
  {
    program: 'traceloop',
    trace: {
      name: 'weather_workflow.workflow',
      ...user,
      service_name: 'traceloop-app',
      metadata: { tenant: 'acme' },
    },
    tree: [
      'weather_workflow.workflow: chain',
      '  chat gpt-4o-mini: llm',
      '  chat gpt-4o-mini: llm',
      '  get_weather.tool: tool',
      '  get_weather.tool: tool',
    ],
    // Of a streamed answer it passes on an estimate of its own.
    counted: [0],
    toolInput: (city) => ({ args: [], kwargs: { city } }),
  },
];

const apiKey = 'key-of-the-clients-project';

describe('applications traced by the clients of others', () => {
  let server: ServerProcess;
  let llm: FakeLlm;
  let dataDir: string;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'llm-tracer-clients-'));
    [server, llm] = await Promise.all([
      ServerProcess.start(dataDir, { API_KEYS: `clients:${apiKey}` }),
      startFakeLlm(),
    ]);
  });
  afterAll(async () => {
    await Promise.all([server.kill(), llm.close()]);
    await rm(dataDir, { recursive: true });
  });

  it.each(clients)('$program: what is stored is what it was told', { timeout: 60_000 }, async (client) => {
    const told = await run(client.program);

    const { trace, spans } = await traceNamed(String(client.trace['name']));
    expect(trace).toMatchObject({ ...client.trace, status: 'ok', error_count: 0 });
    expect(treeOf(spans)).toEqual(client.tree);
    const [first, second] = spans.filter((span) => span.span_type === 'llm') as [SpanRecord, SpanRecord];
    for (const call of [first, second]) expect(call.model ?? call.requested_model).toMatch(/^gpt-4o-mini/);

    const { counted = [0, 1] } = client;
    for (const index of counted)
      expect([first, second][index]).toMatchObject({
        tokens_input: told.usage[index]?.input,
        tokens_output: told.usage[index]?.output,
      });
    if (counted.length === 2) {
      const sum = (side: 'input' | 'output') => told.usage.reduce((total, usage) => total + usage[side], 0);
      expect(trace).toMatchObject({ tokens_input: sum('input'), tokens_output: sum('output') });
    }

    const { hasMessages = true, toolInput = (city) => ({ city }) } = client;
    const tools = spans.filter((span) => span.span_type === 'tool');
    const byCity = tools.sort((a, b) => (JSON.stringify(a.input_data) < JSON.stringify(b.input_data) ? -1 : 1));
    expect(byCity).toMatchObject([
      { input_data: toolInput('Paris'), output_data: { city: 'Paris', temperature: 18 } },
      { input_data: toolInput('Tokyo'), output_data: { city: 'Tokyo', temperature: 26 } },
    ]);
    if (!hasMessages) return;
    expect(rolesOf(second.input_data)).toEqual(['system', 'user', 'assistant', 'tool', 'tool']);
    expect(first.output_data).toMatchObject({
      messages: [{ role: 'assistant', tool_calls: [{ function: { name: 'get_weather' } }, { type: 'function' }] }],
    });
    expect(second.output_data).toMatchObject({ messages: [{ role: 'assistant', content: told.answer }] });
  });

  async function run(program: string): Promise<Told> {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'clients', `${program}.ts`)],
      {
        // Of the environment nothing else: a developer's OTEL_… would send traces elsewhere.
        env: {
          SERVER_URL: server.url,
          SERVER_KEY: apiKey,
          LLM_URL: llm.openaiBaseUrl,
          OTEL_METRICS_EXPORTER: 'none',
          OTEL_LOGS_EXPORTER: 'none',
        },
        timeout: 50_000,
      },
    );
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Told;
  }

  async function read(path: string): Promise<unknown> {
    const answer = await fetch(`${server.url}${path}`, { headers: { 'x-api-key': apiKey } });
    return answer.json();
  }

  async function traceNamed(name: string): Promise<TraceAnswer> {
    const { traces } = TraceListAnswer.parse(await read(`/api/traces?name=${encodeURIComponent(name)}`));
    expect(traces).toHaveLength(1);
    return TraceAnswer.parse(await read(`/api/traces/${traces[0]?.trace_id}`));
  }
});

/** Names and types in order of name, children indented below their parent. */
function treeOf(spans: readonly SpanRecord[], parent?: string, depth = 0): string[] {
  return spans
    .filter((span) => span.parent_span_id === parent)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((span) => [
      `${'  '.repeat(depth)}${span.name}: ${span.span_type}`,
      ...treeOf(spans, span.span_id, depth + 1),
    ]);
}

const rolesOf = (input: unknown): string[] =>
  (input as { messages: { role: string }[] }).messages.map(({ role }) => role);
