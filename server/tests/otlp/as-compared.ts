import type { Message, SpanRecord, TraceAnswer } from 'llm-tracer/schema';

// What the server stored in the terms that `compare` knows (fixtures/README.md).

type Value = Record<string, unknown>;
const isObject = (value: unknown): value is Value =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const asCompared = (answers: readonly TraceAnswer[]) => ({ traces: answers.map(traceOf) });

function traceOf({ trace, spans }: TraceAnswer) {
  const sum = (name: 'tokens_cache_read'): number => spans.reduce((total, span) => total + (span[name] ?? 0), 0);
  return {
    traceId: trace.trace_id,
    name: trace.name,
    status: trace.status,
    sessionId: trace.session_id,
    userId: trace.user_id,
    tags: trace.tags,
    metadata: trace.metadata,
    environment: trace.environment,
    serviceName: trace.service_name,
    release: trace.release,
    version: trace.metadata?.['version'],
    totals: {
      inputTokens: trace.tokens_input,
      outputTokens: trace.tokens_output,
      cachedInputTokens: sum('tokens_cache_read'),
      cost: trace.total_cost,
    },
    spans: spans.map(spanOf),
  };
}

function spanOf(span: SpanRecord) {
  const metadata = span.metadata ?? {};
  const isCall = span.span_type === 'llm';
  return {
    spanId: span.span_id,
    parentSpanId: span.parent_span_id,
    name: span.name,
    startTimeUnixNano: nanosOf(span.start_time),
    endTimeUnixNano: nanosOf(span.end_time as string),
    kind: span.span_type,
    status: span.status,
    error: { message: span.error, type: span.error_type },
    model: span.model ?? span.requested_model,
    requestModel: span.requested_model,
    provider: span.provider,
    ...(isCall
      ? { input: messagesOf(span.input_data), output: messagesOf(span.output_data) }
      : { inputValue: span.input_data, outputValue: span.output_data }),
    usage: usageOf(span),
    cost: {
      ...(metadata['cost_details'] as object),
      total: span.cost_source === 'reported' ? span.cost_usd : undefined,
    },
    tool: {
      name: metadata['gen_ai.tool.name'] ?? span.name,
      callId: metadata['gen_ai.tool.call.id'],
      arguments: span.input_data,
      result: span.output_data,
    },
    documents: isObject(span.output_data) ? span.output_data['documents'] : undefined,
    agentName: metadata['gen_ai.agent.name'],
    finishReason: span.finish_reason,
    parameters: span.model_parameters,
    tools: (span.tools as Value[] | undefined)?.map(
      (tool) => (isObject(tool['function']) ? tool['function'] : tool)['name'],
    ),
    attributes: metadata,
    events: span.events ?? [],
    links: span.links?.map(({ trace_id, span_id }) => ({ traceId: trace_id, spanId: span_id })),
  };
}

function usageOf(span: SpanRecord) {
  const { tokens_input, tokens_output } = span;
  if (tokens_input === undefined && tokens_output === undefined) return undefined;
  return {
    inputTokens: tokens_input,
    outputTokens: tokens_output,
    totalTokens: (tokens_input ?? 0) + (tokens_output ?? 0),
    cachedInputTokens: span.tokens_cache_read,
    cacheWriteTokens: span.tokens_cache_write,
    reasoningTokens: span.tokens_reasoning,
  };
}

function messagesOf(data: unknown) {
  const messages = isObject(data) ? data['messages'] : undefined;
  return Array.isArray(messages) ? messages.map(messageOf) : data;
}

function messageOf({ role, content, reasoning, tool_calls, tool_call_id }: Message) {
  const parts = Array.isArray(content) ? (content as Value[]) : undefined;
  return {
    role,
    text: parts?.map(({ text }) => text ?? '').join('') ?? content ?? undefined,
    reasoning,
    toolCallId: tool_call_id,
    toolCalls: (tool_calls as { id: string; function: Value }[] | undefined)?.map((call) => ({
      id: call.id,
      name: call.function['name'],
      arguments: call.function['arguments'],
    })),
    ...(parts === undefined ? {} : { parts: parts.map(({ type }) => type) }),
  };
}

/** Of a canonical time. */
const nanosOf = (time: string): string =>
  `${BigInt(Date.parse(`${time.slice(0, 19)}Z`)) * 1_000_000n + BigInt(time.slice(20, 26)) * 1_000n}`;
