// OpenTelemetry as somebody who knows it would set it up: gzip, a queue of 100,000 spans, 1 s between exports.
import * as otel from '../otel-json/adapter.mjs';

export const init = (url) =>
  otel.init(url, {
    exporterOptions: { compression: 'gzip' },
    processorOptions: { maxQueueSize: 100_000, scheduledDelayMillis: 1000 },
  });
export const runTrace = (index) => otel.runTrace(index);
export const { flush, shutdown } = otel;
