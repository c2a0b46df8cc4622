import type { Message, SpanType } from 'llm-tracer/schema';
import type { JsonObject } from '../domain/json.ts';

/** Token counts as a convention tells them; `total` helps to tell whether the parts are inside. */
export interface UsageFound {
  readonly input?: number | undefined;
  readonly output?: number | undefined;
  readonly total?: number | undefined;
  readonly cacheRead?: number | undefined;
  readonly cacheWrite?: number | undefined;
  readonly reasoning?: number | undefined;
  /** The parts stand beside the totals, not inside. @default told by the numbers */
  readonly isExclusive?: boolean | undefined;
  /** As it came. */
  readonly details: JsonObject;
}

/** An error that attributes tell, where OTLP's own status may say nothing. */
export interface ErrorFound {
  readonly message?: string | undefined;
  readonly type?: string | undefined;
}

/** What a span's attributes and events may tell, in the wire's terms. */
export interface Findings {
  spanType: SpanType;
  model: string;
  requestedModel: string;
  provider: string;
  finishReason: string;
  /** Definitions offered. */
  tools: readonly unknown[];
  parameters: JsonObject;
  inputMessages: readonly Message[];
  outputMessages: readonly Message[];
  /** A system prompt that stands apart from the messages. */
  system: Message;
  /** Inputs and outputs that are no messages. */
  input: unknown;
  output: unknown;
  documents: readonly unknown[];
  toolName: string;
  toolCallId: string;
  agentName: string;
  responseId: string;
  usage: UsageFound;
  costUsd: number;
  /** What the cost is made of, as it came. */
  costDetails: JsonObject;
  /** Canonical. */
  firstTokenTime: string;
  promptName: string;
  promptVersion: string;
  error: ErrorFound;
  /** More metadata of the span. */
  metadata: JsonObject;

  // Of the trace.
  sessionId: string;
  userId: string;
  tags: readonly string[];
  environment: string;
  release: string;
  traceName: string;
  traceInput: unknown;
  traceOutput: unknown;
  traceMetadata: JsonObject;
}
export type Finding = keyof Findings;
