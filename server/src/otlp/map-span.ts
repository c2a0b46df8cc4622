import type { Message, SpanUpsert } from 'llm-tracer/schema';
import type { JsonObject } from '../domain/json.ts';
import type { Findings } from './findings.ts';
import { fitSpan } from './fit.ts';
import type { OtlpEvent, OtlpSpan } from './request.ts';
import { resolve } from './resolve.ts';
import { type TraceFacts, traceFacts } from './trace-facts.ts';
import { inclusive } from './usage.ts';

/** A span in the wire's form, and what it says of its trace. */
export interface MappedSpan {
  readonly span: SpanUpsert;
  readonly facts: TraceFacts;
}

/** What a span of any client means, in the wire's terms. */
export function mapSpan(span: OtlpSpan): MappedSpan {
  const found = resolve(span);
  const usage = found.usage && inclusive(found.usage);
  const failure = failureOf(span, found);
  const upsert: Record<string, unknown> = {
    trace_id: span.traceId,
    span_id: span.spanId,
    parent_span_id: span.parentSpanId,
    name: span.name,
    span_type: found.spanType,
    start_time: span.startTime,
    end_time: span.endTime,
    ...failure,
    input_data: inputOf(found),
    output_data: outputOf(found),
    metadata: metadataOf(span, found),
    model: found.model,
    requested_model: found.requestedModel,
    provider: found.provider,
    model_parameters: notEmpty(found.parameters),
    tools: found.tools,
    finish_reason: found.finishReason,
    ...usage,
    usage_details: usage && notEmpty(found.usage?.details),
    ...(found.costUsd === undefined ? {} : { cost_usd: found.costUsd, cost_source: 'reported' }),
    first_token_time: found.firstTokenTime,
    events: eventsOf(span),
    links: linksOf(span),
    prompt_name: found.promptName,
    prompt_version: found.promptVersion,
  };
  return { span: fitSpan(upsert), facts: traceFacts(span, found) };
}

/** The system prompt first, where it stands apart and is not among the messages. */
function messagesIn({ system, inputMessages }: Partial<Findings>): readonly Message[] | undefined {
  if (system === undefined || inputMessages?.some(({ role }) => role === 'system')) return inputMessages;
  return [system, ...(inputMessages ?? [])];
}

function inputOf(found: Partial<Findings>): unknown {
  if (found.inputMessages === undefined && found.input !== undefined) return found.input;
  const messages = messagesIn(found);
  return messages && { messages };
}

function outputOf({ outputMessages, documents, output }: Partial<Findings>): unknown {
  if (outputMessages !== undefined) return { messages: outputMessages };
  return documents === undefined ? output : { documents };
}

/** What no rule has used, as it came; what the application said; and findings that have no field, by their names of GenAI. */
function metadataOf(span: OtlpSpan, found: Partial<Findings>): JsonObject {
  const { scope, resource } = span.origin;
  const named = {
    'gen_ai.tool.name': found.toolName,
    'gen_ai.tool.call.id': found.toolCallId,
    'gen_ai.agent.name': found.agentName,
    'gen_ai.response.id': found.responseId,
    cost_details: found.costDetails,
    'otel.kind': span.kind,
    'otel.scope.name': scope.name || undefined,
    'otel.scope.version': scope.version || undefined,
    'service.name': resource.get('service.name'),
  };
  return Object.fromEntries([
    ...Object.entries(named).filter(([, value]) => value !== undefined),
    ...span.origin.scopeAttributes,
    ...span.remarks,
    ...Object.entries(found.metadata ?? {}),
    ...span.attributes.rest(),
  ]);
}

/** Status and error: what an attribute says of it, else OTLP's status with what an exception tells. */
function failureOf(span: OtlpSpan, found: Partial<Findings>): Partial<SpanUpsert> {
  const { attributes, status } = span;
  const errorType = attributes.peek('error.type');
  const hasFailed =
    found.error !== undefined || status.code === 'error' || (status.code === 'unset' && isText(errorType));
  if (!hasFailed) return status.code === 'ok' ? { status: 'ok' } : {};

  const exception = span.events.filter(({ name }) => name === 'exception').at(-1)?.attributes;
  const told = (key: string): string | undefined => [exception?.peek(key), attributes.peek(key)].find(isText);
  const texts = {
    error: [found.error?.message, told('exception.message'), status.message, attributes.peek('error.message')].find(
      isText,
    ),
    error_type: [found.error?.type, told('exception.type'), errorType].find(isText),
    error_stack: told('exception.stacktrace'),
  };
  return { status: 'error', ...Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== undefined)) };
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** Events without those that were messages: there is nothing left of them. */
function eventsOf({ events }: OtlpSpan): unknown[] | undefined {
  const kept = events
    .filter((event) => !isTold(event))
    .map(({ name, time, attributes }) => {
      const rest = Object.fromEntries(attributes.rest());
      return Object.keys(rest).length === 0 ? { name, time } : { name, time, attributes: rest };
    });
  return kept.length === 0 ? undefined : kept;
}

const isTold = ({ attributes }: OtlpEvent): boolean =>
  attributes.under('').length > 0 && attributes.rest().length === 0;

function linksOf({ links }: OtlpSpan): unknown[] | undefined {
  if (links.length === 0) return undefined;
  return links.map(({ traceId, spanId, attributes }) => ({
    trace_id: traceId,
    ...(spanId === undefined ? {} : { span_id: spanId }),
    ...(attributes.length === 0 ? {} : { attributes: Object.fromEntries(attributes) }),
  }));
}

const notEmpty = (object: JsonObject | undefined): JsonObject | undefined =>
  object !== undefined && Object.keys(object).length > 0 ? object : undefined;
