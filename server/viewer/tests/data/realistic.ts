import type { ScoreUpsert, SpanUpsert } from 'llm-tracer/schema';
import { type Random, randomFrom } from './random.ts';
import { type Records, timeAt } from './send.ts';

const users = ['ada', 'grace', 'u_812', 'u_117', 'linus', 'margaret'] as const;
const models = [
  { model: 'gpt-4o-2024-11-20', requested: 'gpt-4o', provider: 'openai' },
  { model: 'gpt-4o-mini-2024-07-18', requested: 'gpt-4o-mini', provider: 'openai' },
  { model: 'claude-sonnet-4-5', requested: 'claude-sonnet-4-5', provider: 'anthropic' },
] as const;
const cities = ['Oslo', 'Bergen', 'Lisbon', 'Kyoto'] as const;

const system =
  'You are the support assistant of Nordlys Parcel.\n\n- Answer in the language of the customer.\n- Look parcels up before you say where they are.\n- Never promise a delivery date that the tracking does not give.\n- Offer a refund only for parcels that are lost.\n- Keep answers under 120 words.\n- If a tool fails, say so plainly.\n- Sign with your first name.';

/** One trace being written: spans are placed by their offset from its start. */
class TraceWriter {
  readonly traceId: string;
  readonly spans: SpanUpsert[] = [];
  readonly #random: Random;
  readonly #startMs: number;

  constructor(random: Random, startMs: number) {
    this.#random = random;
    this.#startMs = startMs;
    this.traceId = random.hex(32);
  }

  at(offsetMs: number): string {
    return timeAt(this.#startMs, offsetMs);
  }

  add(
    name: string,
    span_type: NonNullable<SpanUpsert['span_type']>,
    [fromMs, toMs]: readonly [number, number | undefined],
    more: Partial<SpanUpsert> = {},
  ): string {
    const span_id = this.#random.hex(16);
    this.spans.push({
      trace_id: this.traceId,
      span_id,
      name,
      span_type,
      start_time: this.at(fromMs),
      ...(toMs === undefined ? {} : { end_time: this.at(toMs) }),
      ...more,
    });
    return span_id;
  }
}

interface Scenario {
  readonly write: (random: Random, startMs: number, isRunning: boolean) => Records;
  readonly weight: number;
}

/** Traces as applications send them, spread over the time before `nowMs`: the newest are still running. */
export function realisticTraces({ seed = 7, count = 60, nowMs = Date.now(), spanMs = 20 * 3_600_000 } = {}): Records[] {
  const random = randomFrom(seed);
  return Array.from({ length: count }, (_, index) => {
    // Denser towards now, as a day is that has just got busy.
    const agoMs = 40_000 + (index / count) ** 1.6 * spanMs + random.int(0, 20_000);
    const total = scenarios.reduce((sum, { weight }) => sum + weight, 0);
    const drawn = random.int(1, total);
    const lots = scenarios.flatMap(({ write, weight }) => Array.from({ length: weight }, () => write));
    const write = lots[drawn - 1] ?? supportAgent;
    return write(random, nowMs - agoMs, index === 1);
  });
}

/** A support agent that looks a parcel up: two model calls, tools in parallel, one of which may fail. */
function supportAgent(random: Random, startMs: number, isRunning = false, fails = random.next() < 0.25): Records {
  const writer = new TraceWriter(random, startMs);
  const city = random.pick(cities);
  const user = random.pick(users);
  const { model, requested, provider } = random.pick(models);
  const question = `Where is my parcel NO${random.int(100000, 999999)}? It should have been in ${city} yesterday.`;
  const first = random.int(700, 1400);
  const tools = first + 40;
  const toolMs = random.int(220, 600);
  const second = tools + toolMs + 30;
  const end = second + random.int(900, 1800);
  const calls = [
    {
      id: `call_${random.hex(8)}`,
      name: 'track_parcel',
      arguments: { parcel: question.slice(19, 27), carrier: 'Nordlys' },
    },
    { id: `call_${random.hex(8)}`, name: 'get_weather', arguments: { city, unit: 'celsius' } },
  ];
  const toolCalls = calls.map(({ id, name, arguments: input }) => ({
    id,
    type: 'function',
    function: { name, arguments: JSON.stringify(input) },
  }));
  const messages = [
    { role: 'system', content: system },
    { role: 'user', content: question },
  ];
  const answer = fails
    ? `I could not reach the weather service, but your parcel left the sorting centre and is on its way to **${city}**.\n\n- Last scan: today 06:12\n- Next stop: ${city} depot\n\nAstrid`
    : `Your parcel reached **${city}** this morning.\n\n| Scan | Place | Time |\n| --- | --- | --- |\n| Arrived | ${city} depot | 06:12 |\n| Loaded | Van 4 | 07:45 |\n\nIt is on the van now. There is light snow, so allow a little more time.\n\nAstrid`;
  const toolResults = [
    {
      status: 'in_transit',
      last_scan: '06:12',
      depot: city,
      history: [
        { at: '05:20', place: 'Gardermoen' },
        { at: '06:12', place: city },
      ],
    },
    { temperature: -2, condition: 'light snow', wind: { speed: 4.2, unit: 'm/s' } },
  ];
  const agent = writer.add('support-agent', 'agent', [4, isRunning ? undefined : end - 6], {
    input_data: { question },
  });
  const cacheRead = random.int(0, 3) * 256;
  writer.add('chat gpt', 'llm', [20, first], {
    parent_span_id: agent,
    name: `chat ${requested}`,
    model,
    requested_model: requested,
    provider,
    model_parameters: { temperature: 0.2, max_tokens: 800, parallel_tool_calls: true },
    tools: calls.map(({ name }) => ({
      type: 'function',
      function: { name, description: `${name.replace('_', ' ')} by its input`, parameters: { type: 'object' } },
    })),
    tokens_input: 1204 + cacheRead,
    tokens_output: 96,
    ...(cacheRead > 0 ? { tokens_cache_read: cacheRead } : {}),
    first_token_time: writer.at(20 + first * 0.35),
    finish_reason: 'tool_calls',
    input_data: { messages },
    output_data: { messages: [{ role: 'assistant', content: null, tool_calls: toolCalls }] },
    usage_details: { prompt_tokens: 1204 + cacheRead, completion_tokens: 96, total_tokens: 1300 + cacheRead },
    prompt_name: 'support',
    prompt_version: '14',
  });
  for (const [index, call] of calls.entries()) {
    const isBroken = fails && index === 1;
    const tool = writer.add(call.name, 'tool', [tools + index * 3, tools + toolMs - index * 60], {
      parent_span_id: agent,
      input_data: call.arguments,
      metadata: { tool_call_id: call.id },
      ...(isBroken
        ? {
            status: 'error' as const,
            error: 'upstream connect error: 503 Service Unavailable',
            error_type: 'HttpError',
            error_stack:
              'HttpError: upstream connect error: 503 Service Unavailable\n    at fetchWeather (src/tools/weather.ts:41:11)\n    at runTool (src/agent.ts:88:20)',
          }
        : { output_data: toolResults[index] }),
    });
    writer.add('http.fetch', 'function', [tools + 12 + index * 3, tools + toolMs - 20 - index * 60], {
      parent_span_id: tool,
      metadata: { 'http.method': 'GET', 'http.status': isBroken ? 503 : 200 },
      ...(isBroken ? { status: 'error' as const, error: '503 Service Unavailable', error_type: 'HttpError' } : {}),
      events: [{ name: 'retry', time: writer.at(tools + toolMs / 2), attributes: { attempt: 2 } }],
    });
  }
  if (!isRunning)
    writer.add('chat', 'llm', [second, end - 20], {
      parent_span_id: agent,
      name: `chat ${requested}`,
      model,
      requested_model: requested,
      provider,
      model_parameters: { temperature: 0.2, max_tokens: 800 },
      tokens_input: 1642,
      tokens_output: 214,
      tokens_cache_read: 1152,
      tokens_reasoning: provider === 'anthropic' ? 64 : 0,
      first_token_time: writer.at(second + (end - second) * 0.25),
      finish_reason: 'stop',
      input_data: {
        messages: [
          ...messages,
          { role: 'assistant', content: null, tool_calls: toolCalls },
          ...calls.map(({ id, name }, index) => ({
            role: 'tool',
            tool_call_id: id,
            name,
            content: fails && index === 1 ? 'error: 503 Service Unavailable' : JSON.stringify(toolResults[index]),
          })),
        ],
      },
      output_data: {
        messages: [
          {
            role: 'assistant',
            content: answer,
            ...(provider === 'anthropic'
              ? {
                  reasoning:
                    'The parcel is in the right city. The weather may slow the van down, so I should mention it without promising a time.',
                }
              : {}),
          },
        ],
      },
      usage_details: { prompt_tokens: 1642, completion_tokens: 214, prompt_tokens_details: { cached_tokens: 1152 } },
      prompt_name: 'support',
      prompt_version: '14',
    });
  const scores: ScoreUpsert[] =
    random.next() < 0.4 && !isRunning
      ? [
          {
            score_id: random.hex(16),
            trace_id: writer.traceId,
            name: 'helpful',
            value: random.next() < 0.8,
            source: 'user',
            created_at: writer.at(end + 4000),
          },
        ]
      : [];
  return {
    traces: [
      {
        trace_id: writer.traceId,
        name: 'support-agent',
        start_time: writer.at(0),
        ...(isRunning ? {} : { end_time: writer.at(end), output: { answer } }),
        input: { question },
        metadata: { channel: 'chat', locale: 'en' },
        tags: random.next() < 0.5 ? ['beta'] : ['prod', 'web'],
        user_id: user,
        session_id: `s_${user}_${random.int(1, 3)}`,
        environment: 'production',
        release: '2026.11.2',
        service_name: 'support',
      },
    ],
    spans: writer.spans,
    scores,
  };
}

/** A question answered from documents: embedding, retrieval, one model call. */
function answerFromDocuments(random: Random, startMs: number): Records {
  const writer = new TraceWriter(random, startMs);
  const question = random.pick(['How long do refunds take?', 'Can I change the delivery address?', 'What is insured?']);
  const retrievalMs = random.int(60, 240);
  const end = retrievalMs + random.int(700, 2600);
  const chain = writer.add('rag', 'chain', [1, end - 2]);
  writer.add('embed', 'embedding', [6, 48], {
    parent_span_id: chain,
    model: 'text-embedding-3-small',
    provider: 'openai',
    tokens_input: 12,
    input_data: { input: question },
    output_data: { dimensions: 1536 },
  });
  writer.add('search docs', 'retrieval', [50, retrievalMs], {
    parent_span_id: chain,
    input_data: { query: question, top_k: 3 },
    output_data: {
      documents: [
        {
          id: 'refunds',
          score: 0.87,
          title: 'Refunds',
          text: 'Refunds are paid within five working days after the parcel was declared lost.',
        },
        {
          id: 'claims',
          score: 0.71,
          title: 'Claims',
          text: 'A claim needs the parcel number and a proof of value. It is answered within two days.',
        },
        {
          id: 'insurance',
          score: 0.64,
          title: 'Insurance',
          text: 'Every parcel is insured up to 500 euros. Jewellery and cash are not.',
        },
      ],
    },
  });
  writer.add('chat gpt-4o-mini', 'llm', [retrievalMs + 5, end - 6], {
    parent_span_id: chain,
    model: 'gpt-4o-mini-2024-07-18',
    requested_model: 'gpt-4o-mini',
    provider: 'openai',
    tokens_input: random.int(600, 4000),
    tokens_output: random.int(40, 260),
    first_token_time: writer.at(retrievalMs + 240),
    finish_reason: 'stop',
    input_data: {
      messages: [
        { role: 'system', content: 'Answer from the documents only.' },
        { role: 'user', content: question },
      ],
    },
    output_data: {
      messages: [{ role: 'assistant', content: 'Within **five working days** after the parcel was declared lost.' }],
    },
  });
  return {
    traces: [
      {
        trace_id: writer.traceId,
        name: 'answer-from-docs',
        start_time: writer.at(0),
        end_time: writer.at(end),
        input: question,
        output: 'Within five working days.',
        tags: ['rag'],
        user_id: random.pick(users),
        environment: random.pick(['production', 'staging']),
        release: '2026.11.2',
      },
    ],
    spans: writer.spans,
    scores: [
      {
        score_id: random.hex(16),
        trace_id: writer.traceId,
        name: 'accuracy',
        value: Number((0.5 + random.next() / 2).toFixed(2)),
        source: 'model',
        created_at: writer.at(end + 2000),
      },
    ],
  };
}

/** A model call with a price that nobody knows. */
function summarise(random: Random, startMs: number): Records {
  const writer = new TraceWriter(random, startMs);
  const end = random.int(400, 1200);
  const isRefused = random.next() < 0.2;
  writer.add('chat in-house-7b', 'llm', [3, end - 3], {
    model: 'in-house-7b',
    provider: 'self-hosted',
    tokens_input: random.int(900, 9000),
    tokens_output: random.int(50, 300),
    finish_reason: isRefused ? 'length' : 'stop',
    input_data: { messages: [{ role: 'user', content: 'Summarise this complaint in two sentences.' }] },
    output_data: { messages: [{ role: 'assistant', content: 'The customer waited nine days. They ask for' }] },
  });
  return {
    traces: [
      {
        trace_id: writer.traceId,
        name: 'summarise',
        start_time: writer.at(0),
        end_time: writer.at(end),
        input: 'complaint 4411',
        tags: ['prod', 'batch', 'night'],
        user_id: 'u_117',
        environment: 'production',
      },
    ],
    spans: writer.spans,
  };
}

const scenarios: readonly Scenario[] = [
  { write: (random, startMs, isRunning) => supportAgent(random, startMs, isRunning), weight: 5 },
  { write: answerFromDocuments, weight: 3 },
  { write: summarise, weight: 2 },
];
