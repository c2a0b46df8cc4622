import type { SpanUpsert } from 'llm-tracer/schema';
import { randomFrom } from './random.ts';
import { type Records, timeAt } from './send.ts';

/** A trace of so many spans: agents with model calls and tools under them, some failed. It takes 3 ms a span, times `pace`. */
export function largeTrace(
  spanCount: number,
  startMs: number,
  seed = 11,
  pace = 1,
): Records & { readonly traceId: string } {
  const random = randomFrom(seed);
  const traceId = random.hex(32);
  const spans: SpanUpsert[] = [];
  const stepMs = 3;
  const add = (
    name: string,
    span_type: NonNullable<SpanUpsert['span_type']>,
    parent: string | undefined,
    at: number,
    lengthMs: number,
  ) => {
    const span_id = random.hex(16);
    spans.push({
      trace_id: traceId,
      span_id,
      name,
      span_type,
      start_time: timeAt(startMs, at * pace),
      end_time: timeAt(startMs, (at + lengthMs) * pace),
      ...(parent === undefined ? {} : { parent_span_id: parent }),
      ...(span_type === 'llm'
        ? {
            model: 'gpt-4o',
            provider: 'openai',
            tokens_input: 900,
            tokens_output: 60,
            input_data: { messages: [{ role: 'user', content: `step ${at}` }] },
          }
        : {}),
      ...(spans.length % 997 === 996 ? { status: 'error' as const, error: 'timeout' } : {}),
    });
    return span_id;
  };
  const root = add('research-run', 'agent', undefined, 0, spanCount * stepMs);
  for (let at = 0; spans.length < spanCount; at += stepMs * 10) {
    const agent = add(`step ${spans.length}`, 'agent', root, at, stepMs * 10);
    for (let child = 0; child < 3 && spans.length < spanCount; child++) {
      const chat = add('chat gpt-4o', 'llm', agent, at + child * 9, 8);
      if (spans.length < spanCount) add('http.fetch', 'function', chat, at + child * 9 + 1, 5);
      if (spans.length < spanCount)
        add(random.pick(['search', 'read_page', 'calculate']), 'tool', agent, at + child * 9 + 2, 4);
    }
  }
  return {
    traceId,
    traces: [
      {
        trace_id: traceId,
        name: `research-run of ${spanCount}`,
        start_time: timeAt(startMs),
        end_time: timeAt(startMs, spanCount * stepMs * pace),
      },
    ],
    spans,
  };
}
