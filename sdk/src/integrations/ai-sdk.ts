// `llm-tracer/ai-sdk`: the Vercel AI SDK, by its `Telemetry` interface (7) or the tracer it takes (5 and 6).

export type { AiSdkSpan, AiSdkTracer } from './ai-sdk/otel-tracer.ts';
export { aiSdkTracer } from './ai-sdk/otel-tracer.ts';
export type { AiSdkTelemetry } from './ai-sdk/telemetry.ts';
export { aiSdkTelemetry } from './ai-sdk/telemetry.ts';
