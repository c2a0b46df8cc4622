// What a program that installed the package may write; type-checked against the packed tarball.
import { type FlushReport, type Span, Tracer, TracerError, type TracerOptions } from 'llm-tracer';
import { IngestBody, type SpanUpsert } from 'llm-tracer/schema';
import { fixedClock, fixedIds, MemoryTransport } from 'llm-tracer/testing';

const transport = new MemoryTransport();
const options: TracerOptions = { transport, clock: fixedClock(), ids: fixedIds() };
const tracer = new Tracer(options);

const add = tracer.wrap('add', { kind: 'tool' }, (a: number, b: number) => a + b);
const sum: number = tracer.trace('run', (trace) => trace.span('step', (span: Span) => add(1, span.id.length)));
{
  using span = tracer.startSpan('block');
  span.setOutput(sum);
}
const report: FlushReport = await tracer.flush();
const spans: readonly SpanUpsert[] = transport.spans;

if (report.delivered !== 5 || spans.length !== 3) throw new Error(JSON.stringify(report));
if (!IngestBody.safeParse({ spans }).success) throw new Error('the schema refuses what the tracer sends');
try {
  new Tracer({ flushIntervalMs: 0 });
  throw new Error('a wrong option was taken');
} catch (error) {
  if (!(error instanceof TracerError) || error.code !== 'invalid_option') throw error;
}
