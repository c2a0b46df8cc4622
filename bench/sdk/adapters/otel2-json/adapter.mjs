// The major before the current one, on its defaults: what most SDKs for LLM tracing are built on.
import { SpanKind, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { otelRunTrace } from '../../lib/otel-genai.mjs';

let provider;
export let runTrace;
export async function init(url) {
  const exporter = new OTLPTraceExporter({ url: `${url}/v1/traces` });
  provider = new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });
  provider.register();
  runTrace = otelRunTrace(trace.getTracer('bench'), SpanKind);
}

export const flush = () => provider.forceFlush();
export const shutdown = () => provider.shutdown();
