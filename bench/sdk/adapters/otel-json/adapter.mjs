// The current major. `otel-tuned` is the same with other options.
import { context, SpanKind, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { otelRunTrace } from '../../lib/otel-genai.mjs';

let provider;
export let runTrace;
export async function init(url, { exporterOptions = {}, processorOptions = {} } = {}) {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const exporter = new OTLPTraceExporter({ url: `${url}/v1/traces`, ...exporterOptions });
  provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'bench' }),
    spanProcessors: [new BatchSpanProcessor({ exporter, ...processorOptions })],
  });
  trace.setGlobalTracerProvider(provider);
  runTrace = otelRunTrace(trace.getTracer('bench'), SpanKind);
}

export const flush = () => provider.forceFlush();
export const shutdown = () => provider.shutdown();
